"""What a service's database role may do: it works with tables that the owner has made (deploy.databases)."""


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
