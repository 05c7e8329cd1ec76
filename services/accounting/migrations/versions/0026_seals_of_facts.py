"""Facts have the day that their event told, and a seal, by which they are compared with what the register holds.

Expanding only: rows that are there, and those of an earlier version that goes on beside, have neither; reconciliation
says so, and adopting the register gives them theirs.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("crossing", sa.Column("told", sa.Integer()), schema="linkage")
    op.add_column("crossing", sa.Column("seal", sa.BigInteger()), schema="linkage")
    op.add_column("crossing_history", sa.Column("told", sa.Integer()), schema="linkage")
    op.add_column("crossing_history", sa.Column("seal", sa.BigInteger()), schema="linkage")
    op.add_column("register_fact", sa.Column("told", sa.Integer()), schema="linkage")
    op.add_column("register_fact", sa.Column("seal", sa.BigInteger()), schema="linkage")
    op.add_column("register_fact_history", sa.Column("told", sa.Integer()), schema="linkage")
    op.add_column("register_fact_history", sa.Column("seal", sa.BigInteger()), schema="linkage")


def downgrade() -> None:
    op.drop_column("register_fact_history", "seal", schema="linkage")
    op.drop_column("register_fact_history", "told", schema="linkage")
    op.drop_column("register_fact", "seal", schema="linkage")
    op.drop_column("register_fact", "told", schema="linkage")
    op.drop_column("crossing_history", "seal", schema="linkage")
    op.drop_column("crossing_history", "told", schema="linkage")
    op.drop_column("crossing", "seal", schema="linkage")
    op.drop_column("crossing", "told", schema="linkage")
