"""Building the derived tables anew beside the present ones, and putting them in their place.

All of it is one transaction of the caller's: a rebuild that is killed leaves nothing but what was there before.
The new tables copy the shape of the present ones, so the migrations are the only place that says how they look. Rows
are copied in before keys and indexes are made: that is several times faster.
"""

import asyncpg

Connection = asyncpg.Connection

TABLES = ("identity_key", "person", "cube", "counted")
NEXT, FORMER = "derived_next", "derived_former"

_OPTIONS = """SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = $1::regclass"""
_CONSTRAINTS = """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = $1::regclass AND contype IN ('p', 'u', 'c')"""
_INDEXES = """SELECT indexdef FROM pg_indexes WHERE schemaname = 'derived' AND tablename = $1
AND indexname NOT IN (SELECT conname FROM pg_constraint WHERE conrelid = ('derived.' || $1)::regclass)"""
_GRANTS = """SELECT format('GRANT %s ON {next}.%I TO %I', string_agg(privilege_type, ', '), table_name, grantee)
FROM information_schema.role_table_grants WHERE table_schema = 'derived' AND grantee <> current_user
GROUP BY table_name, grantee"""
_USAGE = """SELECT format('GRANT USAGE ON SCHEMA {next} TO %I', grantee::regrole) FROM pg_namespace,
aclexplode(nspacl) WHERE nspname = 'derived' AND grantee <> 0 AND grantee <> nspowner"""


async def prepare(connection: Connection) -> None:
    """Makes the new schema with its empty tables. A rebuild that was killed may have left the former ones behind."""
    await connection.execute(f"DROP SCHEMA IF EXISTS {FORMER} CASCADE")
    await connection.execute(f"CREATE SCHEMA {NEXT}")
    for table in TABLES:
        options = await connection.fetchval(_OPTIONS, f"derived.{table}")
        shape = f"(LIKE derived.{table} INCLUDING DEFAULTS INCLUDING STORAGE)"
        await connection.execute(f"CREATE TABLE {NEXT}.{table} {shape}" + (f" WITH ({options})" if options else ""))


async def complete(connection: Connection, table: str) -> None:
    """Gives a filled table its keys, indexes and statistics (a small sample of wide rows is enough to plan by)."""
    for name, definition in await connection.fetch(_CONSTRAINTS, f"derived.{table}"):
        await connection.execute(f"ALTER TABLE {NEXT}.{table} ADD CONSTRAINT {name} {definition}")
    for (definition,) in await connection.fetch(_INDEXES, table):
        await connection.execute(definition.replace(" derived.", f" {NEXT}.", 1))
    await connection.execute(f"SET LOCAL default_statistics_target = 10; ANALYZE {NEXT}.{table}")


async def grant(connection: Connection) -> None:
    """Lets read and write the new tables whoever may the present ones."""
    for query in (_GRANTS, _USAGE):
        for (grant,) in await connection.fetch(query.format(next=NEXT)):
            await connection.execute(grant)


async def swap(connection: Connection) -> None:
    """Puts the new tables in the place of the present ones. Nobody who reads waits for it."""
    await connection.execute(f"ALTER SCHEMA derived RENAME TO {FORMER}")
    await connection.execute(f"ALTER SCHEMA {NEXT} RENAME TO derived")


async def drop_former(connection: Connection) -> None:
    """Removes the tables that were replaced, once their last reader has ended."""
    await connection.execute(f"DROP SCHEMA {FORMER} CASCADE")
