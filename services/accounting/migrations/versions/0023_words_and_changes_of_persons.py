"""What reviewers say of two claims, added by the review, and how persons became others, added by the intake.

Expanding only: the earlier version reads and writes neither table.
"""

from alembic import op

revision = "0023"
down_revision = "0021"
branch_labels = None
depends_on = None

TABLES = (
    """CREATE TABLE linkage.word (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        one bigint NOT NULL,
        other bigint NOT NULL,
        verdict text NOT NULL CONSTRAINT word_verdict CHECK (verdict IN ('same', 'apart', 'withdrawn')),
        reason text NOT NULL,
        note text,
        said_by text NOT NULL,
        agency text,
        said_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        CONSTRAINT word_pair CHECK (one < other)
    )""",
    "CREATE INDEX word_one ON linkage.word (one, other, id)",
    "CREATE INDEX word_other ON linkage.word (other)",
    """CREATE TABLE linkage.person_change (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        kind text NOT NULL CONSTRAINT person_change_kind CHECK (kind IN ('merge', 'split', 'renamed')),
        former bigint NOT NULL,
        successor bigint NOT NULL,
        keys bigint[] NOT NULL,
        cause text NOT NULL
            CONSTRAINT person_change_cause CHECK (cause IN ('record', 'correction', 'withdrawal', 'word')),
        fact bigint,
        word bigint
    )""",
    "CREATE INDEX person_change_former ON linkage.person_change (former)",
    "CREATE INDEX person_change_successor ON linkage.person_change (successor)",
)
# Whoever enters the room reads them; words are added by the review, who else writes nothing there. As in 0008, whom the
# room is closed to has nothing of it, whatever the owner's future tables are granted.
GRANTS = """
DO $$
DECLARE known record;
BEGIN
    FOR known IN
        SELECT role::regrole::text AS name, role IN (
            SELECT acl.grantee FROM pg_default_acl, aclexplode(defaclacl) AS acl
            WHERE defaclrole = current_user::regrole AND defaclobjtype = 'r' AND acl.privilege_type = 'INSERT'
        ) AS writes, has_schema_privilege(role, 'linkage', 'USAGE') AS enters
        FROM (
            SELECT acl.grantee FROM pg_default_acl, aclexplode(defaclacl) AS acl
            WHERE defaclrole = current_user::regrole AND defaclobjtype = 'r'
            UNION SELECT acl.grantee FROM pg_namespace, aclexplode(nspacl) AS acl WHERE nspname = 'linkage'
        ) roles (role)
        WHERE role NOT IN (0, current_user::regrole)
    LOOP
        IF NOT known.enters THEN
            EXECUTE format('REVOKE ALL ON linkage.word, linkage.person_change FROM %1$s', known.name);
        ELSIF NOT known.writes THEN
            EXECUTE format('GRANT SELECT ON linkage.word, linkage.person_change TO %1$s;
                GRANT INSERT ON linkage.word TO %1$s', known.name);
        END IF;
    END LOOP;
END $$
"""


def upgrade() -> None:
    for statement in (*TABLES, GRANTS):
        op.execute(statement)


def downgrade() -> None:
    for table in ("word", "person_change"):
        op.execute(f"DROP TABLE linkage.{table}")
