"""Facts: the newest version of each record, in tables that COPY fills. The one writer of accounting calls this."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import asyncpg

from services.accounting.rules.rows import CrossingRow, FactRow, Held, RegisterRow

Connection = asyncpg.Connection
Row = TypeVar("Row", CrossingRow, RegisterRow)


class Taken(NamedTuple):
    """Rows that were new or newer, and what they replaced, by fact; `late` are those of which a newer one was there."""

    rows: list[FactRow]
    replaced: dict[int, Held]
    late: Sequence[FactRow] = ()


async def take(connection: Connection, table: str, rows: Mapping[int, Row]) -> Taken:
    """Stores the rows whose version is newer than the stored one; a version that was replaced goes to the history."""
    if not rows:
        return Taken([], {})
    stored = await held(connection, table, rows)
    taken = [row for fact, row in rows.items() if fact not in stored or stored[fact].version < row.version]
    replaced = {row.fact: stored[row.fact] for row in taken if row.fact in stored}
    if replaced:
        await _move_to_history(connection, table, replaced)
    if taken:
        columns = type(taken[0])._fields
        await connection.copy_records_to_table(table, schema_name="linkage", records=taken, columns=columns)
    late = [row for fact, row in rows.items() if fact in stored and stored[fact].version > row.version]
    return Taken(list(taken), replaced, late)


async def keep_former(connection: Connection, rows: Sequence[FactRow]) -> None:
    """Keeps versions that newer ones came before: they count for nothing, and that they came can be shown."""
    for kind, table in ((CrossingRow, "crossing"), (RegisterRow, "register_fact")):
        former = {(row.fact, row.version): row for row in rows if isinstance(row, kind)}
        if not former:
            continue
        found = await connection.fetch(
            f"SELECT fact, version FROM linkage.{table}_history WHERE fact = ANY($1::bigint[])",  # noqa: S608
            [fact for fact, _ in former],
        )
        new = [row for key, row in former.items() if key not in {tuple(each) for each in found}]
        name = f"{table}_history"
        await connection.copy_records_to_table(name, schema_name="linkage", records=new, columns=kind._fields)


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
