"""Releases keep why figures differ from those before, which sums do not hold in them, and by which method they count.

Expanding only: the version before writes none of it, and reads none.
"""

from alembic import op

from shared.db.grants import grant_more

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE cube_cause (
        cell bigint NOT NULL,
        cause smallint NOT NULL,
        count bigint NOT NULL,
        PRIMARY KEY (cell, cause)
    )""",
    """CREATE TABLE released_cause (
        release bigint NOT NULL,
        flow text NOT NULL,
        key text NOT NULL,
        period text NOT NULL,
        cause smallint NOT NULL,
        value bigint NOT NULL,
        PRIMARY KEY (release, flow, key, period, cause)
    )""",
    """CREATE TABLE released_gap (
        release bigint NOT NULL,
        flow text NOT NULL,
        key text NOT NULL,
        period text NOT NULL,
        parts text NOT NULL,
        gap bigint NOT NULL,
        why text NOT NULL,
        withheld boolean NOT NULL,
        PRIMARY KEY (release, flow, key, period, parts)
    )""",
    """CREATE TABLE method_overlap (
        method_version text NOT NULL,
        cell bigint NOT NULL,
        count bigint NOT NULL,
        PRIMARY KEY (method_version, cell)
    )""",
    "ALTER TABLE release ADD COLUMN method_version text",
)
IMMUTABLE = """
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    for statement in (*TABLES, *(IMMUTABLE.format(table=table) for table in ("released_cause", "released_gap"))):
        op.execute(statement)
    op.execute(grant_more({"public.cube_cause": ("UPDATE",)}))


def downgrade() -> None:
    op.execute("ALTER TABLE release DROP COLUMN method_version")
    for table in ("method_overlap", "released_gap", "released_cause", "cube_cause"):
        op.execute(f"DROP TABLE {table}")
