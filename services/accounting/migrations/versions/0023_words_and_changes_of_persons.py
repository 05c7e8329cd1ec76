"""What reviewers say of two claims, added by the review, and how persons became others, added by the intake.

Expanding only: the earlier version reads and writes none of these tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

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
            EXECUTE format('REVOKE ALL ON linkage.word, linkage.word_taken, linkage.person_change FROM %1$s',
                known.name);
        ELSIF NOT known.writes THEN
            EXECUTE format('GRANT SELECT ON linkage.word, linkage.word_taken, linkage.person_change TO %1$s;
                GRANT INSERT ON linkage.word TO %1$s', known.name);
        END IF;
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "word",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("one", sa.BigInteger(), nullable=False),
        sa.Column("other", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text()),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("clock_timestamp()")),
        sa.CheckConstraint("verdict IN ('same', 'apart', 'withdrawn')", "word_verdict"),
        sa.CheckConstraint("one < other", "word_pair"),
        sa.Index("word_one", "one", "other", "id"),
        sa.Index("word_other", "other"),
        schema="linkage",
    )
    op.create_table(
        "word_taken",
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        schema="linkage",
    )
    op.create_table(
        "person_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("former", sa.BigInteger(), nullable=False),
        sa.Column("successor", sa.BigInteger(), nullable=False),
        sa.Column("keys", sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("fact", sa.BigInteger()),
        sa.Column("word", sa.BigInteger()),
        sa.CheckConstraint("kind IN ('merge', 'split', 'renamed')", "person_change_kind"),
        sa.CheckConstraint("cause IN ('record', 'correction', 'withdrawal', 'word')", "person_change_cause"),
        sa.Index("person_change_former", "former"),
        sa.Index("person_change_successor", "successor"),
        schema="linkage",
    )
    op.execute(GRANTS)


def downgrade() -> None:
    for table in ("word", "word_taken", "person_change"):
        op.drop_table(table, schema="linkage")
