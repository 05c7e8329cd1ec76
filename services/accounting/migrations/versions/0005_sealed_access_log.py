"""Seals over the access log, and the jobs by the clock that make them."""

from alembic import op

from shared.audit.chain import SEALED

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in SEALED:
        op.execute(statement)
    op.execute("CREATE TABLE job_run (job text PRIMARY KEY, done_at timestamptz NOT NULL)")
