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


def upgrade() -> None:
    _centres()
    _courses()


def _centres() -> None:
    op.create_table(
        "centre_history",
        sa.Column("id", sa.UUID(), nullable=False),
        *_state(),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "centre",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        *_state(),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.execute("CREATE INDEX centre_day ON centre (left(body #>> '{opened_on}', 10), id)")
    op.execute(grant_more({"public.centre": ("UPDATE",)}))
    op.create_table(
        "centre_stay_history",
        sa.Column("id", sa.UUID(), nullable=False),
        *_state(),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "centre_stay",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        *_state(),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("centre", sa.UUID(), nullable=False),
        sa.Column("status", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("gone_on", sa.Date(), nullable=False),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.execute("CREATE INDEX centre_stay_day ON centre_stay (left(body #>> '{since}', 10), id)")
    op.execute(grant_more({"public.centre_stay": ("UPDATE",)}))
    op.create_index("centre_stay_centre", "centre_stay", ["centre", "gone_on"])
    op.create_index("centre_stay_status", "centre_stay", ["status"])
    op.create_index("centre_stay_iin", "centre_stay", ["iin"])
    op.create_index("centre_stay_document", "centre_stay", ["document"])
    op.create_index("centre_stay_term", "centre_stay", ["gone_on"], postgresql_where=sa.text("state = 'placed'"))


def _courses() -> None:
    op.create_table(
        "adaptation_course_history",
        sa.Column("id", sa.UUID(), nullable=False),
        *_state(),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "adaptation_course",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        *_state(),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("passed_on", sa.Date(), nullable=True),
        sa.Column("iin", sa.Text(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.execute("CREATE INDEX adaptation_course_day ON adaptation_course (left(body #>> '{offered_on}', 10), id)")
    op.execute(grant_more({"public.adaptation_course": ("UPDATE",)}))
    op.create_index("adaptation_course_iin", "adaptation_course", ["iin"])
    op.create_index("adaptation_course_document", "adaptation_course", ["document"])


def downgrade() -> None:
    op.drop_table("adaptation_course")
    op.drop_table("adaptation_course_history")
    op.drop_table("centre_stay")
    op.drop_table("centre_stay_history")
    op.drop_table("centre")
    op.drop_table("centre_history")
