"""Claims keep by what other spellings of their holder are found and compared; doubtful pairs are noted for a reviewer.

Expanding only: the earlier version leaves the new columns empty, and such claims meet by their numbers alone.
"""

from alembic import op

from shared.db.grants import grant_more
from shared.db.online import create_index

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

COLUMNS = {
    "state": "smallint", "day_block": "bigint", "year_block": "bigint", "surname_1": "bigint", "surname_2": "bigint",
    "given_1": "bigint", "given_2": "bigint",
}  # fmt: skip
TABLES = (
    """CREATE TABLE linkage.doubtful_pair (
        one bigint NOT NULL, other bigint NOT NULL, weight real NOT NULL, why text NOT NULL,
        found_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (one, other)
    )""",
    "CREATE TABLE linkage.met_block (block bigint NOT NULL PRIMARY KEY, crowded boolean NOT NULL DEFAULT false)",
)
# What the owner makes is granted by default to whoever writes; the linkage room is for those who may enter it.
ROOM = """
DO $$
DECLARE known record;
BEGIN
    FOR known IN
        SELECT role::regrole::text AS name, has_schema_privilege(role, 'linkage', 'USAGE') AS enters FROM (
            SELECT acl.grantee FROM pg_default_acl, aclexplode(defaclacl) AS acl
            WHERE defaclrole = current_user::regrole AND defaclobjtype = 'r'
            UNION SELECT acl.grantee FROM pg_namespace, aclexplode(nspacl) AS acl WHERE nspname = 'linkage'
        ) roles (role)
        WHERE role NOT IN (0, current_user::regrole)
    LOOP
        IF known.enters THEN
            EXECUTE format('GRANT SELECT ON linkage.doubtful_pair, linkage.met_block TO %s', known.name);
        ELSE
            EXECUTE format('REVOKE ALL ON linkage.doubtful_pair, linkage.met_block FROM %s', known.name);
        END IF;
    END LOOP;
END $$
"""


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.execute(f"ALTER TABLE linkage.claim ADD COLUMN {name} {kind}")
    for statement in (*TABLES, ROOM, grant_more({"linkage.met_block": ("UPDATE",)})):
        op.execute(statement)
    for block in ("day_block", "year_block"):
        create_index(f"claim_{block}", "claim", f"({block}) WHERE {block} <> 0", schema="linkage")


def downgrade() -> None:
    op.execute("DROP TABLE linkage.met_block, linkage.doubtful_pair")
    for name in COLUMNS:
        op.execute(f"ALTER TABLE linkage.claim DROP COLUMN {name}")
