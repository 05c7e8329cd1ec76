"""The access log names persons by document too, and everybody; its time is the database's."""

from alembic import op

from shared.audit.access_log import TIMED, WHOLE

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in (*WHOLE, *TIMED):
        op.execute(statement)
