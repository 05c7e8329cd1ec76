"""How many claims in effect have no likeness, for operators: those stored before names were matched are joined by
numbers alone.

Expanding only: the index is of what has none, which is nothing where all was stored by a newer version.
"""

from alembic import op

from shared.db.grants import read_only
from shared.db.online import create_index

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """CREATE VIEW derived.claims_without_likeness AS
        SELECT count(*) FROM linkage.claim c JOIN linkage_derived.identity_key k ON k.key = c.key
        WHERE c.day_block IS NULL"""
    )
    op.execute(read_only("derived", "claims_without_likeness"))
    create_index("claim_without_likeness", "claim", "(key) WHERE day_block IS NULL", schema="linkage")


def downgrade() -> None:
    op.execute("DROP VIEW derived.claims_without_likeness")
    op.execute("DROP INDEX linkage.claim_without_likeness")
