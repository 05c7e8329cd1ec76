"""Kinds of foreign labour beside permits and the Union's workers: exempt, business immigrants; fingerprints and photo.

Expanding only: the earlier version knows none of these tables.
"""

import sqlalchemy as sa
from alembic import op

from shared.db.grants import grant_more

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

DAYS = {
    "exempt_worker": "works_from",
    "business_immigrant": "valid_from",
    "biometric_registration": "taken_on",
}
PATHS = {"iin": "person,iin", "document": "person,document,number", "source_id": "source_id"}


def _state() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
    )


def _records(table: str) -> None:
    op.create_table(
        f"{table}_history",
        sa.Column("id", sa.UUID(), nullable=False),
        *_state(),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        table,
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        *_state(),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.execute(grant_more({f"public.{table}": ("UPDATE",)}))


def upgrade() -> None:
    for table, day in DAYS.items():
        _records(table)
        op.execute(f"CREATE INDEX {table}_day ON {table} (left(body #>> '{{{day}}}', 10), id)")
        for name, path in PATHS.items():
            op.execute(f"CREATE INDEX {table}_by_{name} ON {table} ((body #>> '{{{path}}}'))")


def downgrade() -> None:
    for table in DAYS:
        op.drop_table(table)
        op.drop_table(f"{table}_history")
