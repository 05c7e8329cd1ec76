"""The view of the figures shows employers' reported staff as well.

Expanding only. The view is taken as it stands, so that it loses no kind that another migration gave it.
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SHOWN = """
DO $$
DECLARE shown text := pg_get_viewdef('derived.record'::regclass);
BEGIN
    IF position('employer_staff.v1' IN shown) = 0 THEN
        EXECUTE 'CREATE OR REPLACE VIEW derived.record AS '
            || replace(shown, '''host_country_figure.v1''', '''host_country_figure.v1''::text, ''employer_staff.v1''');
    END IF;
END $$
"""


def upgrade() -> None:
    op.execute(SHOWN)


def downgrade() -> None:
    """The view shows the kind on: the version before asks for others."""
