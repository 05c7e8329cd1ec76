"""The service's role reads and adds rows; in these tables it may do more. In the others the database refuses it."""

from alembic import op

from shared.db.grants import Privilege, default_deny

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MORE: dict[str, tuple[Privilege, ...]] = {
    "derived.counted": ("DELETE",),
    "derived.cube": (
        "UPDATE",
        "DELETE",
    ),
    "derived.identity_key": (
        "UPDATE",
        "DELETE",
    ),
    "derived.person": (
        "UPDATE",
        "DELETE",
    ),
    "public.crossing": ("DELETE",),
    "public.job_run": ("UPDATE",),
    "public.parked_event": (
        "UPDATE",
        "DELETE",
    ),
    "public.published_figure": (
        "UPDATE",
        "DELETE",
    ),
    "public.register_fact": ("DELETE",),
    "public.source_position": ("UPDATE",),
    "public.source_state": ("UPDATE",),
}


def upgrade() -> None:
    for statement in default_deny(MORE):
        op.execute(statement)
