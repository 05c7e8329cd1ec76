"""The view of the figures shows pools of the regional quotas as well.

Expanding only. The view is taken as it stands, so that it loses no kind that another migration gave it.
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SHOWN = """
DO $$
DECLARE shown text := pg_get_viewdef('derived.record'::regclass);
BEGIN
    IF position('regional_quota_pool.v1' IN shown) = 0 THEN
        EXECUTE 'CREATE OR REPLACE VIEW derived.record AS '
            || replace(shown, '''quota_inclusion.v1''', '''quota_inclusion.v1''::text, ''regional_quota_pool.v1''');
    END IF;
END $$
"""


def upgrade() -> None:
    op.execute(SHOWN)


def downgrade() -> None:
    """The view shows the kind on: the version before asks for others."""
