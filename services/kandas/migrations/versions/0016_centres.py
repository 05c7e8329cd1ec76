"""Centres that house who came, who is housed there, and courses.

Expanding only: the earlier version knows none of these tables.
"""

import sqlalchemy as sa
from alembic import op

from shared.db.grants import grant_more

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def _state() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
    )


def _record(name: str, day: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        f"{name}_history",
        sa.Column("id", sa.UUID(), nullable=False),
        *_state(),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        name,
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        *_state(),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.execute(f"CREATE INDEX {name}_day ON {name} (left(body #>> '{{{day}}}', 10), id)")
    op.execute(grant_more({f"public.{name}": ("UPDATE",)}))


def upgrade() -> None:
    _record("centre", "opened_on")
    _record(
        "centre_stay",
        "since",
        sa.Column("centre", sa.UUID(), nullable=False),
        sa.Column("status", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("gone_on", sa.Date(), nullable=False),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
    )
    op.create_index("centre_stay_centre", "centre_stay", ["centre", "gone_on"])
    for column in ("status", "iin", "document"):
        op.create_index(f"centre_stay_{column}", "centre_stay", [column])
    _record(
        "adaptation_course",
        "offered_on",
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("passed_on", sa.Date(), nullable=True),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
    )
    for column in ("iin", "document"):
        op.create_index(f"adaptation_course_{column}", "adaptation_course", [column])
    op.create_index("centre_stay_term", "centre_stay", ["gone_on"], postgresql_where=sa.text("state = 'placed'"))


def downgrade() -> None:
    op.drop_table("adaptation_course")
    op.drop_table("adaptation_course_history")
    op.drop_table("centre_stay")
    op.drop_table("centre_stay_history")
    op.drop_table("centre")
    op.drop_table("centre_history")
