"""Final verdicts that are overturned are recorded, each with its cause."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0026"
branch_labels = None
depends_on = None

# Whoever enters the linkage room reads it, and whom the room is closed to has nothing of it (as in 0008).
GRANTS = """
DO $$
DECLARE known record;
BEGIN
    FOR known IN
        SELECT role::regrole::text AS name, has_schema_privilege(role, 'linkage', 'USAGE') AS enters
        FROM (
            SELECT acl.grantee FROM pg_default_acl, aclexplode(defaclacl) AS acl
            WHERE defaclrole = current_user::regrole AND defaclobjtype = 'r'
            UNION SELECT acl.grantee FROM pg_namespace, aclexplode(nspacl) AS acl WHERE nspname = 'linkage'
        ) roles (role)
        WHERE role NOT IN (0, current_user::regrole)
    LOOP
        IF known.enters THEN
            EXECUTE format('GRANT SELECT ON linkage.final_change TO %1$s', known.name);
        ELSE
            EXECUTE format('REVOKE ALL ON linkage.final_change FROM %1$s', known.name);
        END IF;
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "final_change",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("fact", sa.BigInteger, nullable=False),
        sa.Column("person", sa.BigInteger, nullable=False),
        sa.Column("was", sa.SmallInteger, nullable=False),
        sa.Column("became", sa.SmallInteger, nullable=False),
        sa.Column("cause", sa.SmallInteger, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        schema="linkage",
    )
    op.create_index("final_change_fact", "final_change", ["fact"], schema="linkage")
    op.create_index(
        "final_change_gone", "final_change", ["person"], schema="linkage", postgresql_where=sa.text("became = 0")
    )
    op.execute(GRANTS)


def downgrade() -> None:
    op.drop_table("final_change", schema="linkage")
