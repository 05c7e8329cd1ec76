"""All facts out of the database and all persons into it, as PostgreSQL's binary COPY and arrays, without a loop over
rows: what a rebuild needs.

A binary COPY row is the number of its fields (2 bytes) and each field's length (4 bytes) and bytes, all big-endian.
Where no field is null and all have a fixed size, a whole stream is one array.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping

import asyncpg
import numpy as np
import numpy.typing as npt

from services.accounting.rules.history import CROSSING, EVIDENCE
from services.accounting.rules.identity import CLAIM, HOLDING
from services.accounting.rules.people import Ints, People
from services.accounting.rules.residence import NEVER

Connection = asyncpg.Connection
Records = npt.NDArray[np.void]

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_CROSSINGS = {
    "fact": "int8", "second": "int4", "source_order": "int8", "birth": "int4", "day": "int4", "partner": "int2",
    "citizen": "int2", "purpose": "int2", "sex": "int2", "arrival": "int2", "stated": "int2", "claim": "int8",
    "document": "int8",
}  # fmt: skip
_REGISTER_FACTS = {
    "fact": "int8", "day": "int4", "evidence": "int2", "region": "int2", "claim": "int8", "document": "int8",
}  # fmt: skip
_CLAIMS = {"key": "int8", "iin": "int8", "born": "int4", "name": "int8"}
_NUMPY = {"int8": ">i8", "int4": ">i4", "int2": ">i2"}


async def crossings(connection: Connection, beside: Connection) -> tuple[Records, Records]:
    """All crossings in effect, as CROSSING not yet counted, and what they hold, as HOLDING. Each connection reads half
    of the table's pages at the same time: nobody may write meanwhile."""
    middle = await connection.fetchval("SELECT pg_relation_size('crossing') / current_setting('block_size')::int / 2")
    halves = (f"crossing WHERE NOT withdrawn AND ctid {side} '({middle},0)'" for side in ("<", ">="))
    one, other = (_read(reader, half, _CROSSINGS) for reader, half in zip((connection, beside), halves, strict=True))
    rows = np.concatenate(await asyncio.gather(one, other))
    found = np.zeros(len(rows), CROSSING)
    for name in CROSSING.names or ():
        if name not in ("state", "region"):
            found[name] = rows["source_order" if name == "order" else name]
    return found, _holdings(rows)


async def register_facts(connection: Connection) -> tuple[Records, Records]:
    """The EVIDENCE of all other facts in effect about persons, and what these hold."""
    rows = await _read(
        connection, "register_fact WHERE NOT withdrawn AND (claim <> 0 OR document <> 0)", _REGISTER_FACTS
    )
    telling = rows[rows["evidence"] != 0]
    found = np.zeros(len(telling), EVIDENCE)
    found["fact"], found["day"] = telling["fact"], telling["day"]
    found["kind"], found["region"] = telling["evidence"], telling["region"]
    return found, _holdings(rows)


async def claims(connection: Connection) -> Records:
    """What all claims ever made say, as CLAIM."""
    rows = await _read(connection, "claim", _CLAIMS)
    found = np.zeros(len(rows), CLAIM)
    for name in _CLAIMS:
        found[name] = rows[name]
    return found


async def write_numbers(connection: Connection, table: str, columns: Mapping[str, Ints]) -> None:
    """Fills a table of the new derived schema whose columns are all bigint."""
    size = len(next(iter(columns.values())))
    rows = np.zeros(size, _row(dict.fromkeys(columns, "int8")))
    rows["fields"] = len(columns)
    for name, values in columns.items():
        rows[f"{name} length"], rows[name] = 8, values
    await _write(connection, table, list(columns), rows.tobytes())


async def write_people(connection: Connection, people: People, due: Ints) -> None:
    """Adds persons to the new derived schema."""
    ids, keys, histories, evidence = people.packed()
    days = [None if day == NEVER else day for day in due.tolist()]
    await connection.copy_records_to_table(
        "person", schema_name="derived_next", records=zip(ids, keys, histories, evidence, days, strict=True)
    )


async def _read(connection: Connection, what: str, columns: Mapping[str, str]) -> Records:
    stream = bytearray()

    async def gather(chunk: bytes) -> None:
        stream.extend(chunk)

    query = f"SELECT {', '.join(f'{name}::{kind}' for name, kind in columns.items())} FROM {what}"  # noqa: S608
    await connection.copy_from_query(query, output=gather, format="binary")
    rows = memoryview(stream)[len(_HEADER) : -len(_TRAILER)]
    return np.frombuffer(rows, _row(columns))


async def _write(connection: Connection, table: str, columns: list[str], rows: bytes) -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield _HEADER + rows + _TRAILER

    await connection.copy_to_table(table, schema_name="derived_next", columns=columns, source=stream(), format="binary")


def _row(columns: Mapping[str, str]) -> np.dtype[np.void]:
    fields = [("fields", ">i2")]
    for name, kind in columns.items():
        fields += [(f"{name} length", ">i4"), (name, _NUMPY[kind])]
    return np.dtype(fields)


def _holdings(rows: Records) -> Records:
    found = np.zeros(len(rows), HOLDING)
    for name in ("fact", "claim", "document"):
        found[name] = rows[name]
    return found
