"""The service's role reads and adds rows; in these tables it may do more. In the others the database refuses it."""

from alembic import op

from shared.db.grants import Privilege, default_deny

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MORE: dict[str, tuple[Privilege, ...]] = {
    "public.idempotency": (
        "UPDATE",
        "DELETE",
    ),
    "public.job_run": ("UPDATE",),
    "public.kandas_application": ("UPDATE",),
    "public.kandas_status": ("UPDATE",),
    "public.relayed": ("UPDATE",),
}


def upgrade() -> None:
    for statement in default_deny(MORE):
        op.execute(statement)
