"""The service's role reads and adds rows; in these tables it may do more. In the others the database refuses it."""

from alembic import op

from shared.db.grants import Privilege, default_deny

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MORE: dict[str, tuple[Privilege, ...]] = {
    "public.eaeu_worker": ("UPDATE",),
    "public.employer": ("UPDATE",),
    "public.entry_ban": ("UPDATE",),
    "public.idempotency": (
        "UPDATE",
        "DELETE",
    ),
    "public.inbox_parked": ("DELETE",),
    "public.inbox_position": ("UPDATE",),
    "public.inbox_source": ("UPDATE",),
    "public.job_run": ("UPDATE",),
    "public.quota_order": ("UPDATE",),
    "public.quota_place": ("UPDATE",),
    "public.quota_pool": (
        "UPDATE",
        "DELETE",
    ),
    "public.relayed": ("UPDATE",),
    "public.staff_report": ("UPDATE",),
    "public.work_permit": ("UPDATE",),
    "public.work_permit_application": ("UPDATE",),
}


def upgrade() -> None:
    for statement in default_deny(MORE):
        op.execute(statement)
