"""Signs of life from agencies that join.

Expanding only: the earlier version knows neither table.
"""

import sqlalchemy as sa
from alembic import op

from shared.db.grants import grant_more

revision = "0019"
down_revision = "0018"
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
    op.create_table(
        "sign_of_life_history",
        sa.Column("id", sa.UUID(), nullable=False),
        *_state(),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "sign_of_life",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        *_state(),
        sa.Column("submitted", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source_id"),
    )
    op.execute("CREATE INDEX sign_of_life_day ON sign_of_life (left(body #>> '{seen_on}', 10), id)")
    op.execute("CREATE INDEX sign_of_life_by_iin ON sign_of_life ((body #>> '{person,iin}'))")
    op.execute("CREATE INDEX sign_of_life_by_document ON sign_of_life ((body #>> '{person,document,number}'))")
    op.execute("CREATE INDEX sign_of_life_by_source_id ON sign_of_life ((body #>> '{source_id}'))")
    op.execute(grant_more({"public.sign_of_life": ("UPDATE",)}))


def downgrade() -> None:
    op.drop_table("sign_of_life")
    op.drop_table("sign_of_life_history")
