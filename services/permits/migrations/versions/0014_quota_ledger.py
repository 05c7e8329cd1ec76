"""The quota has a ledger, versions within the year, and places of a citizenship.

Expanding only. Triggers write the ledger, so the earlier version's processes, which know nothing of it, leave no
movement out. What was set and is in use stands in it as `opening`. They neither see pools of a country (their kind
names it, store.quota) nor give their places a country, so such pools are set when the last of them has ended.
"""

import sqlalchemy as sa
from alembic import op

from services.permits.store.quota_ledger import TRIGGERS
from shared.db.grants import grant_more

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

OPENING = """
INSERT INTO quota_ledger (year, entry, kind, category, region, activity, size, reserved, used)
SELECT year, 'opening', kind, category, region, activity, size, 0, 0 FROM quota_pool
"""
OPENING_PLACES = """
INSERT INTO quota_ledger
    (year, entry, kind, category, region, activity, size, reserved, used, place_id, application_id)
SELECT year, 'opening', kind, category, region, activity, 0, CAST(state = 'reserved' AS int),
    CAST(state = 'used' AS int), id, application_id
FROM quota_place WHERE state IN ('reserved', 'used')
"""


def upgrade() -> None:
    op.execute("LOCK TABLE quota_place, quota_pool IN SHARE ROW EXCLUSIVE MODE")
    op.add_column("quota_place", sa.Column("country", sa.Text()))
    op.add_column("quota_pool", sa.Column("version", sa.Integer()))
    op.add_column("quota_pool", sa.Column("set_by", sa.Text()))
    op.create_table(
        "quota_ledger",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("category", sa.Text()),
        sa.Column("region", sa.Text()),
        sa.Column("activity", sa.Text()),
        sa.Column("country", sa.Text()),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.UUID()),
        sa.Column("application_id", sa.UUID()),
        sa.Column("version", sa.Integer()),
    )
    op.create_index("quota_ledger_of_year", "quota_ledger", ["year", "position"])
    op.create_table(
        "quota_year",
        sa.Column("year", sa.SmallInteger(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "quota_told",
        sa.Column("subject", sa.Text(), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
    )
    op.execute(grant_more({"public.quota_year": ("UPDATE",), "public.quota_told": ("UPDATE",)}))
    op.execute(OPENING)
    op.execute(OPENING_PLACES)
    for statement in TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP FUNCTION quota_ledger_of_pools() CASCADE")
    op.execute("DROP FUNCTION quota_ledger_of_places() CASCADE")
    for table in ("quota_told", "quota_year", "quota_ledger"):
        op.drop_table(table)
    op.drop_column("quota_pool", "set_by")
    op.drop_column("quota_pool", "version")
    op.drop_column("quota_place", "country")
