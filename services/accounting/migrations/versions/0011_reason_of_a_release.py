"""A release says why it was cut out of turn: what was final rested on a coverage that has been taken back."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE release ADD COLUMN reason text")
