"""The outbox has an archive (decision 0037).

Expanding only: nothing is moved by this, and the earlier version reads the outbox as before. `archive-outbox` is run
once no process of the earlier version is left: it would not find what was moved.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSON

from shared.outbox.archive import WHOLE

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbox_page",
        sa.Column("last", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("positions", ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("types", ARRAY(sa.Text()), nullable=False),
        sa.Column("subjects", ARRAY(sa.Text()), nullable=False),
        sa.Column("recordversions", ARRAY(sa.Integer()), nullable=False),
        sa.Column("recordwithdrawns", ARRAY(sa.Boolean()), nullable=False),
        sa.Column("times", ARRAY(sa.DateTime(timezone=True)), nullable=False),
        sa.Column("traceparents", ARRAY(sa.Text()), nullable=False),
        sa.Column("datas", ARRAY(JSON()), nullable=False),
    )
    for statement in WHOLE:
        op.execute(statement)


def downgrade() -> None:
    op.execute(
        "INSERT INTO outbox (position, type, subject, recordversion, recordwithdrawn, time, traceparent, data) "
        "OVERRIDING SYSTEM VALUE SELECT archived.* FROM outbox_page, unnest(positions, types, subjects, "
        "recordversions, recordwithdrawns, times, traceparents, datas) AS archived"
    )
    op.execute("DROP VIEW outbox_event")
    op.drop_table("outbox_page")
