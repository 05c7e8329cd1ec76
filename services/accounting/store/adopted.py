"""Facts read anew from a register, beside those that are stored: what differs. Temporary tables, so the owner's."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import asyncpg

from services.accounting.rules.reconciliation.seal import SEALING
from services.accounting.rules.rows import CrossingRow, FactRow, RegisterRow
from services.accounting.store.facts import Taken, held
from shared.events.portal import BorderCrossing

Connection = asyncpg.Connection

Row = type[CrossingRow] | type[RegisterRow]
ROWS: Final[Mapping[str, Row]] = {
    "crossing": CrossingRow,
    "register_fact": RegisterRow,
}
"""The tables of facts, and what a row of each is."""

ROOM: Final = "linkage"
"""Their schema (decision 0029)."""


class ReadAnew:
    """All versions of all facts of the kinds `kinds` that a register holds, as they come."""

    def __init__(self, connection: Connection, kinds: Sequence[str]) -> None:
        self._connection = connection
        self._scope = {
            "crossing": "true" if BorderCrossing.NAME in kinds else "false",
            "register_fact": f"kind = ANY('{{{','.join(kinds)}}}')",  # names of our own
        }

    async def prepare(self) -> None:
        for table in ROWS:
            await self._connection.execute(f"CREATE TEMPORARY TABLE read_{table} (LIKE {ROOM}.{table})")

    async def add(self, rows: Iterable[FactRow]) -> None:
        """Remembers what was read."""
        for table, kind in ROWS.items():
            if some := [row for row in rows if isinstance(row, kind)]:
                await self._connection.copy_records_to_table(f"read_{table}", records=some, columns=kind._fields)

    async def compare(self) -> None:
        """Finds the facts of which a version is stored that the register does not hold as it is, or not its newest one.
        What it does not hold at all, and is withdrawn already, is done with."""
        for table, kind in ROWS.items():
            row, scope = ", ".join(name for name in kind._fields if name not in SEALING), self._scope[table]
            await self._connection.execute(f"""
                CREATE INDEX ON read_{table} (fact, version);
                ANALYZE read_{table};
                CREATE TEMPORARY TABLE changed_{table} AS
                SELECT fact FROM (
                    SELECT {row} FROM {ROOM}.{table} WHERE {scope}
                    UNION ALL SELECT {row} FROM {ROOM}.{table}_history WHERE {scope}
                    EXCEPT SELECT {row} FROM read_{table}
                ) AS other
                UNION SELECT fact FROM (
                    (SELECT DISTINCT ON (fact) {row} FROM read_{table} ORDER BY fact, version DESC)
                    EXCEPT SELECT {row} FROM {ROOM}.{table}
                ) AS newer;
                DELETE FROM changed_{table} WHERE fact IN (SELECT fact FROM {ROOM}.{table} WHERE withdrawn)
                    AND fact NOT IN (SELECT fact FROM read_{table})
            """)  # noqa: S608  (names of our own)

    async def renew_seals(self) -> None:
        """Gives rows that are equal but for their seals those of now: they can be compared with the register."""
        for table in ROWS:
            for stored in (table, f"{table}_history"):
                await self._connection.execute(f"""
                    UPDATE {ROOM}.{stored} AS held SET told = one.told, seal = one.seal FROM read_{table} AS one
                    WHERE (one.fact, one.version) = (held.fact, held.version)
                        AND (one.told, one.seal) IS DISTINCT FROM (held.told, held.seal)
                        AND held.fact NOT IN (SELECT fact FROM changed_{table})
                """)  # noqa: S608  (names of our own)

    async def changed(self, table: str) -> list[int]:
        """The facts that differ."""
        return [row[0] for row in await self._connection.fetch(f"SELECT fact FROM changed_{table} ORDER BY fact")]  # noqa: S608

    async def replace(self, table: str, facts: Sequence[int]) -> tuple[Taken, list[FactRow]]:
        """Stores the register's versions of the facts, and of those that it does not hold a withdrawal as the next
        version. Returns the change, and the rows that are withdrawn."""
        kind, connection = ROWS[table], self._connection
        replaced = await held(connection, table, facts)
        newest = await self._newest(f"read_{table}", kind, facts)
        missing = [fact for fact in facts if fact not in {row.fact for row in newest}]
        lost = await self._newest(f"{ROOM}.{table}", kind, missing)
        rows = [*newest, *(row._replace(version=row.version + 1, withdrawn=True) for row in lost)]
        await self._store_history(table, kind, [row.fact for row in newest], missing)
        await connection.copy_records_to_table(table, schema_name=ROOM, records=rows, columns=kind._fields)
        return Taken(list(rows), replaced), list(lost)

    async def _newest(self, table: str, kind: Row, facts: Sequence[int]) -> list[FactRow]:
        row = ", ".join(kind._fields)
        query = f"""SELECT DISTINCT ON (fact) {row} FROM {table} WHERE fact = ANY($1::bigint[])
            ORDER BY fact, version DESC"""  # noqa: S608  (names of our own)
        return [kind(*found) for found in await self._connection.fetch(query, facts)]

    async def _store_history(self, table: str, kind: Row, present: Sequence[int], missing: Sequence[int]) -> None:
        """Of facts that the register holds its own former versions, of the others what was stored."""
        row, these = ", ".join(kind._fields), "fact = ANY($1::bigint[])"
        await self._connection.execute(f"DELETE FROM {ROOM}.{table}_history WHERE {these}", present)  # noqa: S608
        await self._connection.execute(f"DELETE FROM {ROOM}.{table} WHERE {these}", present)  # noqa: S608
        former = f"""INSERT INTO {ROOM}.{table}_history ({row})
            SELECT DISTINCT ON (fact, version) {row} FROM read_{table} AS one WHERE {these}
                AND version < (SELECT max(version) FROM read_{table} AS newest WHERE newest.fact = one.fact)
            ORDER BY fact, version"""  # noqa: S608
        await self._connection.execute(former, present)
        gone = f"""WITH gone AS (DELETE FROM {ROOM}.{table} WHERE {these} RETURNING {row})
            INSERT INTO {ROOM}.{table}_history ({row}) SELECT {row} FROM gone"""  # noqa: S608
        await self._connection.execute(gone, missing)
