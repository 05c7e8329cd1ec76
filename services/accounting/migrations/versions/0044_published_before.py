"""What files of other bodies' figures said before they were loaded anew: vintages answer as they did then.

Expanding only: the earlier version replaces rows without keeping them, as it did before.
"""

from alembic import op

revision = "0044"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """CREATE TABLE public_figures.published_before (
            flow text NOT NULL,
            key text NOT NULL,
            period text NOT NULL,
            starts date NOT NULL,
            ends date NOT NULL,
            value numeric NOT NULL,
            unit text NOT NULL,
            approximate boolean NOT NULL,
            concept text NOT NULL,
            source text NOT NULL,
            citation text NOT NULL,
            reported_on date,
            dataset text NOT NULL,
            loaded_at timestamptz NOT NULL,
            until timestamptz NOT NULL,
            PRIMARY KEY (flow, key, period, until)
        )"""
    )
    op.execute(
        """CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON public_figures.published_before
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"""
    )


def downgrade() -> None:
    op.execute("DROP TABLE public_figures.published_before")
