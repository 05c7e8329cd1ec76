"""Releases: figures frozen for everybody, never changed after."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE release (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        cut_at timestamptz NOT NULL,
        counted_at timestamptz NOT NULL,
        register_start integer NOT NULL,
        obs_end integer NOT NULL
    )""",
    "CREATE INDEX release_cut_at ON release (cut_at)",
    """CREATE TABLE released_figure (
        release bigint NOT NULL,
        flow text NOT NULL,
        key text NOT NULL,
        period text NOT NULL,
        value bigint NOT NULL,
        status text NOT NULL,
        withheld boolean NOT NULL,
        PRIMARY KEY (release, flow, key, period)
    )""",
)
# Releases are added and read; what was released is changed by nobody, the owner included.
REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$body$ BEGIN RAISE EXCEPTION 'what was released stays as it is: cut another release'; END $body$
"""
IMMUTABLE = """
CREATE TRIGGER immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def upgrade() -> None:
    for statement in (*TABLES, REFUSE, *(IMMUTABLE.format(table=table) for table in ("release", "released_figure"))):
        op.execute(statement)
