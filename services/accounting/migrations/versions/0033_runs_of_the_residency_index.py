"""The residency index by region, with standard errors; and when it was reckoned, of which days.

Expanding only: the version before writes none of it, and reads none.
"""

from alembic import op

from shared.db.grants import grant_more

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
    """CREATE TABLE sign_region (
        measure text NOT NULL,
        region smallint NOT NULL,
        month integer NOT NULL,
        value bigint NOT NULL,
        std_error double precision,
        PRIMARY KEY (measure, region, month)
    )""",
    "ALTER TABLE sign_figure ADD COLUMN std_error double precision",
)


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    op.execute(grant_more({"public.sign_region": ("DELETE",)}))


def downgrade() -> None:
    op.execute("ALTER TABLE sign_figure DROP COLUMN std_error")
    for table in ("sign_region", "sign_run"):
        op.execute(f"DROP TABLE {table}")
