"""What the residency index last gave: sums of the whole country, of no person.

Expanding only: the version before neither writes nor reads them.
"""

from alembic import op

from shared.db.grants import grant_more

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE sign_figure (
            measure text NOT NULL,
            month integer NOT NULL,
            value bigint NOT NULL,
            model text NOT NULL,
            PRIMARY KEY (measure, month)
        )"""
    )
    op.execute(grant_more({"public.sign_figure": ("DELETE",)}))


def downgrade() -> None:
    op.execute("DROP TABLE sign_figure")
