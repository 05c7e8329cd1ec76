"""Open crossings are estimated: the model, its back-test, what it expects; releases keep standard errors.

Expanding only: the version before writes none of it, and reads none.
"""

from alembic import op

from shared.db.grants import grant_more

revision = "0031"
down_revision = "0029"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE estimate_run (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        made_at timestamptz NOT NULL,
        version text NOT NULL,
        register_start integer NOT NULL,
        obs_end integer NOT NULL,
        first_vintage date,
        last_vintage date,
        open bigint NOT NULL,
        base double precision[] NOT NULL,
        spread double precision[] NOT NULL,
        widening double precision[] NOT NULL
    )""",
    """CREATE TABLE estimate_stratum (
        level smallint NOT NULL,
        stratum bigint NOT NULL,
        open bigint NOT NULL,
        migrations bigint NOT NULL,
        probability double precision NOT NULL,
        PRIMARY KEY (level, stratum)
    )""",
    """CREATE TABLE estimate_judged (
        vintage date NOT NULL,
        span text NOT NULL,
        arrival boolean NOT NULL,
        naive bigint NOT NULL,
        value double precision NOT NULL,
        error double precision NOT NULL,
        final bigint NOT NULL,
        PRIMARY KEY (vintage, span, arrival)
    )""",
    "CREATE TABLE estimate_cell (cell bigint PRIMARY KEY, count bigint NOT NULL)",
    "ALTER TABLE released_figure ADD COLUMN std_error numeric",
)
REPLACED = ("estimate_stratum", "estimate_judged", "estimate_cell")


def upgrade() -> None:
    for statement in TABLES:
        op.execute(statement)
    op.execute(grant_more({f"public.{table}": ("DELETE",) for table in REPLACED}))


def downgrade() -> None:
    op.execute("ALTER TABLE released_figure DROP COLUMN std_error")
    for table in (*REPLACED, "estimate_run"):
        op.execute(f"DROP TABLE {table}")
