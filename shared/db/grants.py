"""What a service's database role may do: it reads and adds rows, in tables that the owner has made (deploy.databases).

A table from which rows are taken or in which they are changed says so beside its columns, with the reason:

    Table("job_run", metadata, ..., info=may("UPDATE", because="a job's last run replaces the one before"))

and the migration that makes the table runs `grant_more`. What nobody has declared is refused by the database.
"""

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import MetaData

Privilege = Literal["UPDATE", "DELETE"]
_MORE = "privileges"


def may(*privileges: Privilege, because: str) -> dict[str, Any]:
    """The `info` of a table whose rows the service may change or take away, too."""
    return {_MORE: privileges, "because": because}


def declared(metadata: MetaData) -> dict[str, tuple[Privilege, ...]]:
    """The tables (`schema.name`) that declare more than reading and adding, with what."""
    return {
        f"{table.schema or 'public'}.{table.name}": table.info[_MORE]
        for table in metadata.sorted_tables
        if _MORE in table.info
    }


def default_deny(more: Mapping[str, tuple[Privilege, ...]]) -> tuple[str, ...]:
    """DDL by the owner: on all its tables, those that exist and those to come, others may select and insert; on those
    in `more` (`schema.name`) what is named there as well. Who has no right on a table at all is given none."""
    return _ONLY_INSERT, _FUTURE_TABLES, grant_more(more)


def grant_more(more: Mapping[str, tuple[Privilege, ...]]) -> str:
    """DDL for the migration that makes a table which declares more: whoever may add to it gets what is named."""
    rows = ", ".join(f"('{name}', '{', '.join(privileges)}')" for name, privileges in more.items()) or "(NULL, NULL)"
    return f"""
DO $$
DECLARE granted record;
BEGIN
    FOR granted IN
        SELECT table_schema, table_name, grantee, more.privileges FROM information_schema.role_table_grants
        JOIN (VALUES {rows}) AS more (name, privileges) ON more.name = table_schema || '.' || table_name
        WHERE grantor = current_user AND grantee NOT IN (current_user, 'PUBLIC') AND privilege_type = 'INSERT'
    LOOP
        EXECUTE format('GRANT %s ON %I.%I TO %I',
            granted.privileges, granted.table_schema, granted.table_name, granted.grantee);
    END LOOP;
END $$
"""  # noqa: S608  (our own names)


_ONLY_INSERT = """
DO $$
DECLARE granted record;
BEGIN
    FOR granted IN
        SELECT DISTINCT table_schema, table_name, grantee FROM information_schema.role_table_grants
        WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND grantor = current_user
            AND grantee <> current_user
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON %I.%I FROM %s',
            granted.table_schema, granted.table_name,
            CASE granted.grantee WHEN 'PUBLIC' THEN 'PUBLIC' ELSE quote_ident(granted.grantee) END);
    END LOOP;
END $$
"""

_FUTURE_TABLES = """
DO $$
DECLARE granted record;
BEGIN
    FOR granted IN
        SELECT DISTINCT pg_get_userbyid(acl.grantee) AS grantee FROM pg_default_acl, aclexplode(defaclacl) AS acl
        WHERE defaclrole = current_user::regrole AND defaclobjtype = 'r' AND acl.grantee NOT IN (0, defaclrole)
    LOOP
        EXECUTE format(
            'ALTER DEFAULT PRIVILEGES REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON TABLES FROM %I',
            granted.grantee);
    END LOOP;
END $$
"""


def append_only(table: str) -> str:
    """DDL: whoever `table` is granted to may add rows and read them, no more."""
    return f"""
DO $$
DECLARE grantee text;
BEGIN
    FOR grantee IN
        SELECT DISTINCT g.grantee FROM information_schema.role_table_grants g
        WHERE g.table_schema = current_schema() AND g.table_name = '{table}' AND g.grantee <> current_user
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE, TRIGGER ON {table} FROM %s',
            CASE grantee WHEN 'PUBLIC' THEN 'PUBLIC' ELSE quote_ident(grantee) END);
    END LOOP;
END $$
"""  # noqa: S608  (our own names)


def read_only(schema: str, *views: str) -> str:
    """DDL for the migration that makes `views`: what others may add to tables to come is not meant for them."""
    names = ", ".join(f"'{view}'" for view in views)
    return f"""
DO $$
DECLARE granted record;
BEGIN
    FOR granted IN
        SELECT table_name, grantee FROM information_schema.role_table_grants
        WHERE table_schema = '{schema}' AND table_name IN ({names}) AND privilege_type = 'INSERT'
            AND grantee NOT IN (current_user, 'PUBLIC')
    LOOP
        EXECUTE format('REVOKE INSERT ON {schema}.%I FROM %I', granted.table_name, granted.grantee);
    END LOOP;
END $$
"""  # noqa: S608  (our own names)
