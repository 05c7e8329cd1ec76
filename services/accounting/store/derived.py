"""Building the derived tables anew beside the present ones, and putting them in their place.

All of it is one transaction of the caller's: a rebuild that is killed leaves nothing but what was there before.
The new tables copy the shape of the present ones, so the migrations are the only place that says how they look. Rows
are copied in before keys and indexes are made: that is several times faster.
"""

from typing import Final

import asyncpg

Connection = asyncpg.Connection

SCHEMAS: Final = {
    "identity_key": "linkage_derived",
    "person": "linkage_derived",
    "cube": "derived",
    "counted": "derived",
}
"""Where each derived table lies."""
_ROOMS: Final = sorted({*SCHEMAS.values()})

_OPTIONS = """SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = $1::regclass"""
_CONSTRAINTS = """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = $1::regclass AND contype IN ('p', 'u', 'c')"""
_INDEXES = """SELECT indexdef FROM pg_indexes WHERE schemaname = $1 AND tablename = $2
AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE conrelid = ($1 || '.' || $2)::regclass)"""
_VIEWS = """SELECT viewname, definition FROM pg_views WHERE schemaname = 'derived'"""
# What the owner makes is granted to roles by default: these have what they have on the present tables, and no more.
_DEFAULTS = """SELECT DISTINCT format('REVOKE ALL ON ALL TABLES IN SCHEMA {next} FROM %1$I;
REVOKE ALL ON SCHEMA {next} FROM %1$I', grantee::regrole) FROM (
    SELECT grantee FROM pg_namespace, aclexplode(nspacl) WHERE nspname = '{next}'
    UNION SELECT grantee FROM pg_class, aclexplode(relacl) WHERE relnamespace = '{next}'::regnamespace
) granted WHERE grantee <> 0 AND grantee <> current_user::regrole"""
_GRANTS = """SELECT format('GRANT %s ON {next}.%I TO %I', string_agg(privilege_type, ', '), table_name, grantee)
FROM information_schema.role_table_grants WHERE table_schema = '{present}' AND grantee <> current_user
GROUP BY table_name, grantee"""
_USAGE = """SELECT format('GRANT USAGE ON SCHEMA {next} TO %I', grantee::regrole) FROM pg_namespace,
aclexplode(nspacl) WHERE nspname = '{present}' AND grantee <> 0 AND grantee <> nspowner"""


def coming(schema: str) -> str:
    """The name of a schema while a rebuild fills it."""
    return f"{schema}_next"


def _former(schema: str) -> str:
    return f"{schema}_former"


async def prepare(connection: Connection) -> None:
    """Makes the new schemas with their empty tables. A rebuild that was killed may have left the former ones behind."""
    for schema in _ROOMS:
        await connection.execute(f"DROP SCHEMA IF EXISTS {_former(schema)} CASCADE")
        await connection.execute(f"CREATE SCHEMA {coming(schema)}")
    for table, schema in SCHEMAS.items():
        options = await connection.fetchval(_OPTIONS, f"{schema}.{table}")
        shape = f"(LIKE {schema}.{table} INCLUDING DEFAULTS INCLUDING STORAGE)"
        made = f"CREATE TABLE {coming(schema)}.{table} {shape}"
        await connection.execute(made + (f" WITH ({options})" if options else ""))


async def complete(connection: Connection, table: str) -> None:
    """Gives a filled table its keys, indexes and statistics (a small sample of wide rows is enough to plan by)."""
    schema = SCHEMAS[table]
    filled = f"{coming(schema)}.{table}"
    for name, definition in await connection.fetch(_CONSTRAINTS, f"{schema}.{table}"):
        await connection.execute(f"ALTER TABLE {filled} ADD CONSTRAINT {name} {definition}")
    for (definition,) in await connection.fetch(_INDEXES, schema, table):
        await connection.execute(definition.replace(f" {schema}.", f" {coming(schema)}.", 1))
    await connection.execute(f"SET LOCAL default_statistics_target = 10; ANALYZE {filled}")


async def grant(connection: Connection) -> None:
    """Makes the views over the new tables, and lets read and write whoever may the present ones."""
    for name, definition in await connection.fetch(_VIEWS):
        over = definition.replace("linkage_derived.", f"{coming('linkage_derived')}.")
        await connection.execute(f"CREATE VIEW {coming('derived')}.{name} AS {over}")
    for schema in _ROOMS:
        for query in (_DEFAULTS, _GRANTS, _USAGE):
            for (grant,) in await connection.fetch(query.format(next=coming(schema), present=schema)):
                await connection.execute(grant)


async def swap(connection: Connection) -> None:
    """Puts the new tables in the place of the present ones. Nobody who reads waits for it."""
    for schema in _ROOMS:
        await connection.execute(f"ALTER SCHEMA {schema} RENAME TO {_former(schema)}")
        await connection.execute(f"ALTER SCHEMA {coming(schema)} RENAME TO {schema}")


async def drop_former(connection: Connection) -> None:
    """Removes the tables that were replaced, once their last reader has ended."""
    await connection.execute(f"DROP SCHEMA {', '.join(map(_former, _ROOMS))} CASCADE")
