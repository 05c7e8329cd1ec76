"""Standard errors of the residency index, and when it was reckoned, of which days.

Expanding only: the version before writes none of it, and reads none.
"""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE sign_run (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        made_at timestamptz NOT NULL,
        model text NOT NULL,
        register_start integer NOT NULL,
        obs_end integer NOT NULL
    )""",
    "ALTER TABLE sign_figure ADD COLUMN std_error double precision",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)


def downgrade() -> None:
    op.execute("ALTER TABLE sign_figure DROP COLUMN std_error")
    op.execute("DROP TABLE sign_run")
