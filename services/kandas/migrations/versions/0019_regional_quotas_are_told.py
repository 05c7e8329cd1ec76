"""A year's regional quotas note which version of them others were told of.

Expanding only: the earlier version names its columns, and tells nobody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quota_year", sa.Column("told", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("quota_year", "told")
