"""What identifies persons goes into a room of its own, which the API's role does not enter (decision 0029).

`deploy.databases` has made the room and the roles that may enter it. Tables move with their rows, keys and indexes;
what the API counts of the registers' facts it reads through a view that shows a pseudonym and coded members.
"""

from alembic import op

from shared.db.grants import Privilege, grant_more

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOVED = {
    "public.crossing": "linkage",
    "public.crossing_history": "linkage",
    "public.register_fact": "linkage",
    "public.register_fact_history": "linkage",
    "public.claim": "linkage",
    "public.review": "linkage",
    "derived.identity_key": "linkage_derived",
    "derived.person": "linkage_derived",
}
PREPARED = """
DO $$ BEGIN
    IF to_regnamespace('linkage') IS NULL OR to_regnamespace('linkage_derived') IS NULL THEN
        RAISE EXCEPTION 'the linkage room is not there: set KOSH_ACCOUNTING_INTAKE_DATABASE_URL and '
            'KOSH_ACCOUNTING_REVIEW_DATABASE_URL, and run deploy.databases first';
    END IF;
END $$
"""
RECORD = """
CREATE VIEW derived.record AS
SELECT f.kind, coalesce(k.person, f.fact) AS person, f.body
FROM linkage.register_fact f
LEFT JOIN linkage_derived.identity_key k ON k.key = coalesce(nullif(f.claim, 0), f.document)
WHERE NOT f.withdrawn
"""
# Whoever adds rows to the owner's future tables writes: the intake, if the room is open to it, else the API. Whom the
# room is open to besides, reads there: the review.
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
        IF known.writes AND known.enters THEN
            EXECUTE format('GRANT USAGE ON SCHEMA derived TO %1$s;
                GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO %1$s;
                GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public, derived, linkage, linkage_derived TO %1$s;
                REVOKE INSERT ON derived.record FROM %1$s', known.name);
        ELSIF known.enters THEN
            EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA linkage, linkage_derived TO %1$s;
                GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO %1$s;
                GRANT INSERT ON access_log TO %1$s', known.name);
        ELSE
            EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA linkage, linkage_derived FROM %1$s;
                REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA derived FROM %1$s', known.name);
        END IF;
    END LOOP;
END $$
"""
MORE: dict[str, tuple[Privilege, ...]] = {
    "derived.counted": ("DELETE",),
    "derived.cube": ("UPDATE", "DELETE"),
    "linkage.crossing": ("DELETE",),
    "linkage.register_fact": ("DELETE",),
    "linkage_derived.identity_key": ("UPDATE", "DELETE"),
    "linkage_derived.person": ("UPDATE", "DELETE"),
    "public.job_run": ("UPDATE",),
    "public.parked_event": ("UPDATE", "DELETE"),
    "public.published_figure": ("UPDATE", "DELETE"),
    "public.source_position": ("UPDATE",),
    "public.source_state": ("UPDATE",),
}


def upgrade() -> None:
    op.execute(PREPARED)
    for table, schema in MOVED.items():
        op.execute(f"ALTER TABLE {table} SET SCHEMA {schema}")
    for statement in (RECORD, GRANTS, grant_more(MORE)):
        op.execute(statement)
