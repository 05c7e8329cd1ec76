"""All facts out of the database and all persons into it, as PostgreSQL's binary COPY and arrays, without a loop over
rows: what a rebuild needs.

A binary COPY row is the number of its fields (2 bytes) and each field's length (4 bytes) and bytes, all big-endian.
Where no field is null and all have a fixed size, a whole stream is one array.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from itertools import chain

import asyncpg
import numpy as np
import numpy.typing as npt

from services.accounting.rules.persons.identity import CLAIM, FACT_KEYS
from services.accounting.rules.persons.likeness import STORED, likeness_of
from services.accounting.rules.persons.people import Ints, People
from services.accounting.rules.residence.checkpoint import regions_of
from services.accounting.rules.residence.history import CHECKPOINT_REGION, CROSSING, FACT_EVIDENCE
from services.accounting.rules.residence.residence import NEVER
from services.accounting.store import derived

Connection = asyncpg.Connection
Records = npt.NDArray[np.void]
PackedPerson = tuple[int, bytes, bytes, bytes, bytes, int | None]
"""Person, keys, history, evidence, cells (People.packed), and the due day."""

BLOCK = 16_384  # rows converted at once: so many stay in the processor's cache from field to field
PART = 20_000  # persons packed at once

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_CROSSINGS = {
    "fact": "int8", "second": "int4", "source_order": "int8", "birth": "int4", "day": "int4", "partner": "int2",
    "citizen": "int2", "purpose": "int2", "sex": "int2", "arrival": "int2", "stated": "int2", "claim": "int8",
    "document": "int8", "checkpoint": "int4",
}  # fmt: skip
_REGISTER_FACTS = {
    "fact": "int8", "day": "int4", "evidence": "int2", "region": "int2", "end_day": "int4", "end_evidence": "int2",
    "claim": "int8", "document": "int8", "former": "int8",
}  # fmt: skip
_CLAIMS = {"key": "int8", "number": "int8", "born": "int4", "name": "int8", "sex": "int2", "dated": "int2"}
_LIKENESSES = {
    "key": "int8", "number": "int8", "born": "int4", "sex": "int2", "state": "int2", "day_block": "int8",
    "year_block": "int8",
    "surname_1": "int8", "surname_2": "int8", "given_1": "int8", "given_2": "int8",
}  # fmt: skip
_COMPARED = "linkage.claim WHERE day_block IS NOT NULL"
_OF_PERSONS = "linkage.register_fact WHERE NOT withdrawn AND (claim <> 0 OR document <> 0)"
_SAID = "(SELECT key, number, born, name, sex, dated::int AS dated FROM linkage.claim) said"
_FACT_KEYS = {name: name for name in FACT_KEYS.names or ()}
_KEYS_OF_CROSSINGS = {name: name for name in _FACT_KEYS if name != "former"}
_NUMPY = {"int8": ">i8", "int4": ">i4", "int2": ">i2"}


async def crossings(connection: Connection, second_connection: Connection) -> tuple[Records, Records]:
    """All crossings in effect, as CROSSING not yet counted, and what they hold, as HOLDING. Each connection reads half
    of the table's pages at the same time: nobody may write meanwhile."""
    pages = "pg_relation_size('linkage.crossing') / current_setting('block_size')::int"
    middle = await connection.fetchval(f"SELECT {pages} / 2")
    halves = (f"linkage.crossing WHERE NOT withdrawn AND ctid {side} '({middle},0)'" for side in ("<", ">="))
    reading = (
        _read(reader, half, _CROSSINGS) for reader, half in zip((connection, second_connection), halves, strict=True)
    )
    read = await asyncio.gather(*reading)
    return _crossings(read), _converted(read, FACT_KEYS, _KEYS_OF_CROSSINGS)


async def stream_crossings(connection: Connection, take: Callable[[Records, Records, Ints], None]) -> None:
    """Gives all crossings in effect to `take`, a block at a time: as CROSSING not yet counted, what they hold as
    FACT_KEYS, and the checkpoint of each. No more than a block is in memory."""

    def converted(rows: Records) -> None:
        take(_crossings([rows]), _converted([rows], FACT_KEYS, _KEYS_OF_CROSSINGS), rows["checkpoint"].astype(np.int64))

    await _stream(connection, "linkage.crossing WHERE NOT withdrawn", _CROSSINGS, converted)


def _crossings(read: Sequence[Records]) -> Records:
    fields = {name: "source_order" if name == "order" else name for name in CROSSING.names or ()}
    del fields["state"], fields["region"]
    found = _converted(read, CROSSING, fields)
    end = 0
    for rows in read:
        end += len(rows)
        places = regions_of(rows["checkpoint"])
        found["birth"][end - len(rows) : end] |= places.astype(np.uint32) << CHECKPOINT_REGION
    return found


async def register_facts(connection: Connection) -> tuple[Records, Records]:
    """What all other facts in effect about persons tell, as TOLD, and what they hold."""
    return _register_facts(await _read(connection, _OF_PERSONS, _REGISTER_FACTS))


async def stream_register_facts(connection: Connection, take: Callable[[Records, Records], None]) -> None:
    """The same to `take`, a block at a time."""
    await _stream(connection, _OF_PERSONS, _REGISTER_FACTS, lambda rows: take(*_register_facts(rows)))


def _register_facts(rows: Records) -> tuple[Records, Records]:
    columns = {"kind": "evidence", "end_kind": "end_evidence"}
    fields = {name: columns.get(name, name) for name in FACT_EVIDENCE.names or ()}
    return _converted([rows], FACT_EVIDENCE, fields), _converted([rows], FACT_KEYS, _FACT_KEYS)


async def claims(connection: Connection) -> Records:
    """What all claims ever made say, as CLAIM."""
    return _claims(await _read(connection, _SAID, _CLAIMS))


async def stream_claims(connection: Connection, take: Callable[[Records], None]) -> None:
    """The same to `take`, a block at a time."""
    await _stream(connection, _SAID, _CLAIMS, lambda rows: take(_claims(rows)))


def _claims(rows: Records) -> Records:
    return _converted([rows], CLAIM, {name: name for name in _CLAIMS})


async def likenesses(connection: Connection) -> Records:
    """All claims that are compared with those on other numbers, as LIKENESS."""
    return likeness_of(await _read(connection, _COMPARED, _LIKENESSES))


async def stream_likenesses(connection: Connection, take: Callable[[Records], None]) -> None:
    """The same to `take`, a block at a time, as STORED."""
    await _stream(
        connection, _COMPARED, _LIKENESSES, lambda rows: take(_converted([rows], STORED, {n: n for n in _LIKENESSES}))
    )


async def write_numbers(connection: Connection, table: str, columns: Mapping[str, Ints]) -> None:
    """Fills a new derived table whose columns are all bigint."""
    size = len(next(iter(columns.values())))
    rows = np.zeros(size, _row(dict.fromkeys(columns, "int8")))
    rows["fields"] = len(columns)
    for name, values in columns.items():
        rows[f"{name} length"], rows[name] = 8, values
    await _write(connection, table, list(columns), rows.tobytes())


async def write_people(connection: Connection, people: People, due: Ints) -> None:
    """Adds persons to the new derived table. They are packed little by little, while the server takes others in."""
    days = [None if day == NEVER else day for day in due.tolist()]
    packed = chain.from_iterable(zip(*part.packed(), strict=True) for part in people.parts(PART))
    await write_packed(connection, ((*row, day) for row, day in zip(packed, days, strict=True)))


async def write_packed(connection: Connection, rows: Iterable[PackedPerson]) -> None:
    """Adds persons, packed, to the new derived table."""
    columns = ["person", "keys", "history", "evidence", "cells", "due"]
    await connection.copy_records_to_table("person", schema_name=_coming("person"), records=rows, columns=columns)


async def _read(connection: Connection, what: str, columns: Mapping[str, str]) -> Records:
    chunks: list[bytes] = []

    async def gather(chunk: bytes) -> None:
        chunks.append(chunk)

    await connection.copy_from_query(_query(what, columns), output=gather, format="binary")
    return np.frombuffer(memoryview(b"".join(chunks))[len(_HEADER) : -len(_TRAILER)], _row(columns))


async def _stream(
    connection: Connection, what: str, columns: Mapping[str, str], take: Callable[[Records], None]
) -> None:
    """Reads rows without holding more than a block and what came with its last one."""
    row, held, begin = _row(columns), bytearray(), len(_HEADER)

    def hand_on(least: int) -> None:
        nonlocal begin
        whole = (len(held) - begin) // row.itemsize  # the trailer is shorter than a row
        if whole >= least:
            end = begin + whole * row.itemsize
            take(np.frombuffer(bytes(held[begin:end]), row))
            del held[:end]
            begin = 0

    async def gather(chunk: bytes) -> None:
        held.extend(chunk)
        hand_on(BLOCK)

    await connection.copy_from_query(_query(what, columns), output=gather, format="binary")
    hand_on(1)


def _query(what: str, columns: Mapping[str, str]) -> str:
    return f"SELECT {', '.join(f'{name}::{kind}' for name, kind in columns.items())} FROM {what}"  # noqa: S608


def _converted(read: Sequence[Records], kind: np.dtype[np.void], fields: Mapping[str, str]) -> Records:
    """Rows as records of `kind`, which names its `fields` by columns; what it does not name is 0."""
    found = np.zeros(sum(map(len, read)), kind)
    blocks = (rows[start : start + BLOCK] for rows in read for start in range(0, len(rows), BLOCK))
    end = 0
    for block in blocks:
        end += len(block)
        for name, column in fields.items():
            found[name][end - len(block) : end] = block[column]
    return found


async def _write(connection: Connection, table: str, columns: list[str], rows: bytes) -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield _HEADER + rows + _TRAILER

    schema = _coming(table)
    await connection.copy_to_table(table, schema_name=schema, columns=columns, source=stream(), format="binary")


def _coming(table: str) -> str:
    return derived.coming(derived.SCHEMAS[table])


def _row(columns: Mapping[str, str]) -> np.dtype[np.void]:
    fields = [("fields", ">i2")]
    for name, kind in columns.items():
        fields += [(f"{name} length", ">i4"), (name, _NUMPY[kind])]
    return np.dtype(fields)
