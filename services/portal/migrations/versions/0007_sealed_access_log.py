"""Seals over the access log."""

from alembic import op

from shared.audit.chain import SEALED

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in SEALED:
        op.execute(statement)
