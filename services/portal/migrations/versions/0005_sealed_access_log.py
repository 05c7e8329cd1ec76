"""Seals over the access log."""

from alembic import op

from shared.audit.chain import SEALED

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in SEALED:
        op.execute(statement)
