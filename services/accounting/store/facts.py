"""Facts: the newest version of each record, in tables that COPY fills. The one writer of accounting calls this."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, TypeVar

import asyncpg

from services.accounting.rules.rows import CrossingRow, FactRow, Held, RegisterRow

Connection = asyncpg.Connection
Row = TypeVar("Row", CrossingRow, RegisterRow)


class Taken(NamedTuple):
    """Rows that were new or newer, and what they replaced, by fact."""

    rows: list[FactRow]
    replaced: dict[int, Held]


async def take(connection: Connection, table: str, rows: Mapping[int, Row]) -> Taken:
    """Stores the rows whose version is newer than the stored one; a version that was replaced goes to the history."""
    stored = await held(connection, table, rows)
    taken = [row for fact, row in rows.items() if fact not in stored or stored[fact].version < row.version]
    replaced = {row.fact: stored[row.fact] for row in taken if row.fact in stored}
    if replaced:
        await _move_to_history(connection, table, replaced)
    if taken:
        columns = type(taken[0])._fields
        await connection.copy_records_to_table(table, schema_name="linkage", records=taken, columns=columns)
    return Taken(list(taken), replaced)


async def held(connection: Connection, table: str, facts: Iterable[int]) -> dict[int, Held]:
    """What the stored versions of the facts say of identity."""
    former = "former" if table == "register_fact" else "0"
    found = await connection.fetch(
        f"""SELECT fact, version, withdrawn, claim, document, {former} FROM linkage.{table}
        WHERE fact = ANY($1::bigint[])""",  # noqa: S608
        list(facts),
    )
    return {fact: Held(*held) for fact, *held in found}


async def _move_to_history(connection: Connection, table: str, facts: Collection[int]) -> None:
    await connection.execute(
        f"WITH replaced AS (DELETE FROM linkage.{table} WHERE fact = ANY($1::bigint[]) RETURNING *) "  # noqa: S608
        f"INSERT INTO linkage.{table}_history SELECT * FROM replaced",
        list(facts),
    )
