"""The service's role reads and adds rows; in these tables it may do more. In the others the database refuses it."""

from alembic import op

from shared.db.grants import Privilege, default_deny

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MORE: dict[str, tuple[Privilege, ...]] = {
    "public.border_alert": ("UPDATE",),
    "public.border_crossing": ("UPDATE",),
    "public.citizenship_change": ("UPDATE",),
    "public.eaeu_worker": ("UPDATE",),
    "public.entry_ban": ("UPDATE",),
    "public.expulsion": ("UPDATE",),
    "public.feed_coverage": ("UPDATE",),
    "public.host_duty": ("UPDATE",),
    "public.host_notification": ("UPDATE",),
    "public.idempotency": (
        "UPDATE",
        "DELETE",
    ),
    "public.inbox_parked": ("DELETE",),
    "public.inbox_position": ("UPDATE",),
    "public.inbox_source": ("UPDATE",),
    "public.invitation": ("UPDATE",),
    "public.job_run": ("UPDATE",),
    "public.lost_document": ("UPDATE",),
    "public.notification_receipt": ("UPDATE",),
    "public.overstay_run": ("UPDATE",),
    "public.protection_status": ("UPDATE",),
    "public.relayed": ("UPDATE",),
    "public.residence_permit": ("UPDATE",),
    "public.residence_registration": ("UPDATE",),
    "public.signature_review": ("UPDATE",),
    "public.signed_notice": ("UPDATE",),
    "public.stay_registration": ("UPDATE",),
    "public.violation": ("UPDATE",),
    "public.visa": ("UPDATE",),
    "public.work_permit": ("UPDATE",),
}


def upgrade() -> None:
    for statement in default_deny(MORE):
        op.execute(statement)
