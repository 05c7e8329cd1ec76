"""A payment settles one application. Of old applications that name the same payment, the first keeps it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payment",
        sa.Column("reference", sa.Text(), primary_key=True),
        sa.Column("application_id", sa.UUID(), sa.ForeignKey("work_permit_application.id"), nullable=False),
    )
    op.execute("""
        INSERT INTO payment (reference, application_id)
        SELECT DISTINCT ON (body->'payment'->>'reference') body->'payment'->>'reference', id
        FROM work_permit_application WHERE body->'payment'->>'reference' IS NOT NULL
        ORDER BY body->'payment'->>'reference', id
    """)


def downgrade() -> None:
    op.drop_table("payment")
