"""A person's row keeps the cells of its lines: stays by U98, residence by M12, who is a resident by each method.

Expanding only: the earlier version writes rows without them. Persons have theirs as they are counted anew, all of them
after a rebuild.
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE linkage_derived.person ADD COLUMN cells bytea NOT NULL DEFAULT ''")


def downgrade() -> None:
    op.execute("DELETE FROM derived.cube WHERE cell < 0")
    op.execute("ALTER TABLE linkage_derived.person DROP COLUMN cells")
