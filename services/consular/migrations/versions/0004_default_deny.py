"""The service's role reads and adds rows; in these tables it may do more. In the others the database refuses it."""

from alembic import op

from shared.db.grants import Privilege, default_deny

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MORE: dict[str, tuple[Privilege, ...]] = {
    "public.consular_registration": ("UPDATE",),
    "public.host_country_figure": ("UPDATE",),
    "public.idempotency": (
        "UPDATE",
        "DELETE",
    ),
    "public.job_run": ("UPDATE",),
    "public.relayed": ("UPDATE",),
}


def upgrade() -> None:
    for statement in default_deny(MORE):
        op.execute(statement)
