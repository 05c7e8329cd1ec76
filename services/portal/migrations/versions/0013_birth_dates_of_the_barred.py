"""Bans are found by the birth date that stands in their key of name and birth date.

Expanding only: an index.
"""

from alembic import op

from shared.db import online

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    online.create_index("entry_ban_born", "entry_ban", "(split_part(name_birth_key, '|', 2))")


def downgrade() -> None:
    op.drop_index("entry_ban_born")
