"""Notable Kazakhs and cultural centres abroad are on record.

Expanding only: the earlier version knows neither table.
"""

import sqlalchemy as sa
from alembic import op

from shared.db import online
from shared.db.grants import Privilege, grant_more

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = ("notable_kazakh", "cultural_centre")
MORE: dict[str, tuple[Privilege, ...]] = {f"public.{kind}": ("UPDATE",) for kind in KINDS}


def upgrade() -> None:
    for kind in KINDS:
        op.create_table(
            kind,
            sa.Column("id", sa.UUID(), primary_key=True),
            sa.Column("source_id", sa.Text(), nullable=False, unique=True),
            sa.Column("version", sa.Integer(), nullable=False),
            *_state(),
            sa.Column("submitted", sa.LargeBinary(), nullable=False),
        )
        online.create_index(f"{kind}_day", kind, "(left(body #>> '{seen_on}', 10), id)")
        op.create_table(
            f"{kind}_history",
            sa.Column("id", sa.UUID(), primary_key=True),
            sa.Column("version", sa.Integer(), primary_key=True),
            *_state(),
        )
    op.execute(grant_more(MORE))


def _state() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
    )


def downgrade() -> None:
    for kind in KINDS:
        op.drop_table(f"{kind}_history")
        op.drop_table(kind)
