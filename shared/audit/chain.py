"""The hash chain over the access log: each row's digest covers its content and the digest of the row before it.

Requests only add rows; a job seals afterwards, in the order of the rows' numbers, those that are decided: a number
that is drawn may still be rolled back, or become visible late. A *seal* is one row for some thousand rows of the log:
their numbers and digests. Its last digest is the *head*; a copy of it outside the database (shared.audit.anchors) shows
that nobody who may do anything in the database has written log and chain anew. Numbers of transactions that were
rolled back are simply not there.

Digest: SHA-256 over the digest before (32 bytes; zeros at first) and the row as a JSON array of COLUMNS.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import orjson
from sqlalchemy import ARRAY, BigInteger, Column, DateTime, LargeBinary, MetaData, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.db import grants
from shared.errors import Unavailable

BEGINNING: Final = bytes(32)
NOTHING: Final = -(2**63)  # before the first row, whatever number somebody gives it
SIZE: Final = 32
A_SEAL: Final = 5_000  # rows
LOCK: Final = 0x7365616C  # "seal"
_AT_ONCE = 500  # rows hashed without looking up
_PATIENCE, _LOOK = 30.0, 0.2  # seconds that an undecided transaction is waited for, and between two looks

COLUMNS: Final = (
    "id",
    "at",
    "caller",
    "agency",
    "roles",
    "action",
    "record_kind",
    "record_id",
    "person_iin",
    "person_document",
    "person_born",
    "everybody",
    "reason",
)
"""What a digest covers, in this order, for good: a column that comes later needs a digest of another form."""


def seal_table(metadata: MetaData) -> Table:
    """Seals, numbered without a gap: the rows' ids, and their digests one after the other."""
    return Table(
        "access_seal",
        metadata,
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("through", BigInteger, nullable=False),
        Column("ids", ARRAY(BigInteger), nullable=False),
        Column("digests", LargeBinary, nullable=False),
        Column("sealed_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    )


SEALED = (
    """
    CREATE TABLE access_seal (
        number bigint PRIMARY KEY, through bigint NOT NULL, ids bigint[] NOT NULL, digests bytea NOT NULL,
        sealed_at timestamptz NOT NULL DEFAULT clock_timestamp()
    )
    """,
    grants.append_only("access_seal"),
)
"""DDL for the migration that creates the table."""

_ROWS = text(f"""
SELECT {", ".join(COLUMNS)} FROM access_log WHERE id > :after AND id <= :through ORDER BY id LIMIT :limit
""")  # noqa: S608  (our own names)
_HEAD = text("SELECT number, through, digests FROM access_seal ORDER BY number DESC LIMIT 1")
_SEALS = text("SELECT number, through, ids, digests FROM access_seal WHERE number > :after ORDER BY number LIMIT 1")
_KEEP = text("INSERT INTO access_seal (number, through, ids, digests) VALUES (:number, :through, :ids, :digests)")
_NEWEST = text("SELECT coalesce(max(id), 0) FROM access_log")
_OWN_TRANSACTION = text("SELECT CAST(CAST(pg_current_xact_id() AS text) AS bigint)")
_OLDEST_TRANSACTION = text("SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)")
_UNSEALED = text("SELECT count(*) FROM access_log WHERE id > :after")


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The end of the chain: the newest seal's number, the newest sealed row, and its digest."""

    number: int = 0
    through: int = NOTHING
    digest: bytes = BEGINNING


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place that does not fit: a row of the log, or a seal."""

    what: str
    row: int | None = None
    seal: int | None = None

    def __str__(self) -> str:
        place = f"row {self.row}" if self.row is not None else f"seal {self.seal}"
        return f"{place}: {self.what}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: how far the chain holds, how many rows wait for their seal, and the first fault, if any."""

    head: ChainHead
    rows: int
    unsealed: int
    broken: Broken | None = None


def link(before: bytes, row: Sequence[Any]) -> bytes:
    """The digest of a row (its values in the order of COLUMNS) after the row whose digest is `before`."""
    return sha256(before + orjson.dumps(list(row), option=orjson.OPT_UTC_Z)).digest()


async def head(connection: AsyncConnection) -> ChainHead:
    """The present end of the chain."""
    found = (await connection.execute(_HEAD)).one_or_none()
    return ChainHead(found.number, found.through, bytes(found.digests[-SIZE:])) if found else ChainHead()


async def seal(engine: AsyncEngine) -> None:
    """Seals every row that is decided by now. May be run at any time and beside itself; requests never wait for it."""
    through = await _decided(engine)
    while await _seal_some(engine, through):
        pass


async def _decided(engine: AsyncEngine) -> int:
    """A number up to which every row is either there or never will be: the newest one now, once all transactions have
    ended that might have drawn an earlier one. A number is drawn at the moment in which its row is written, the writing
    transaction is known from then on; the pause covers that moment. Raises Unavailable where one goes on for long."""
    async with engine.connect() as connection:
        newest: int = await connection.scalar(_NEWEST) or 0
    await asyncio.sleep(_LOOK)
    async with engine.begin() as connection:
        own: int = await connection.scalar(_OWN_TRANSACTION) or 0
    for _ in range(round(_PATIENCE / _LOOK)):
        async with engine.connect() as connection:
            oldest: int = await connection.scalar(_OLDEST_TRANSACTION) or 0
        if oldest > own:
            return newest
        await asyncio.sleep(_LOOK)
    raise Unavailable("a transaction has been open for long: the access log is sealed when it has ended")


async def _seal_some(engine: AsyncEngine, through: int) -> bool:
    """The next seal; False where nothing is left up to `through`."""
    async with engine.begin() as connection:
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        last = await head(connection)
        found = await connection.execute(_ROWS, {"after": last.through, "through": through, "limit": A_SEAL})
        rows = found.all()
        if not rows:
            return False
        digests, digest = bytearray(), last.digest
        for number, row in enumerate(rows, 1):
            digest = link(digest, row)
            digests += digest
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
        ids = [row.id for row in rows]
        await connection.execute(
            _KEEP, {"number": last.number + 1, "through": ids[-1], "ids": ids, "digests": bytes(digests)}
        )
    return True


async def check(engine: AsyncEngine, anchors: dict[int, bytes]) -> Checked:
    """Recomputes the whole chain and compares it with the seals and with the heads that were anchored outside, by
    number of seal; stops at the first that does not fit."""
    last, rows = ChainHead(), 0
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        async for found in _seals(connection):
            broken = await _fault(connection, last, found)
            if broken is None and anchors.get(found.number, found.digests[-SIZE:]) != found.digests[-SIZE:]:
                broken = Broken("is not the one that was anchored", seal=found.number)
            if broken is not None:
                return Checked(last, rows, 0, broken)
            last, rows = ChainHead(found.number, found.through, bytes(found.digests[-SIZE:])), rows + len(found.ids)
        missing = min((number for number in anchors if number > last.number), default=None)
        broken = Broken("was anchored and is not there", seal=missing) if missing is not None else None
        unsealed = await connection.scalar(_UNSEALED, {"after": last.through}) or 0
    return Checked(last, rows, unsealed, broken)


async def _seals(connection: AsyncConnection) -> AsyncIterator[Any]:
    after = 0
    while (found := (await connection.execute(_SEALS, {"after": after})).one_or_none()) is not None:
        yield found
        after = found.number


async def _fault(connection: AsyncConnection, last: ChainHead, found: Any) -> Broken | None:
    """The first row under one seal that does not fit."""
    if found.number != last.number + 1:
        return Broken("is not there", seal=last.number + 1)
    if not found.ids or found.through != found.ids[-1]:
        return Broken("does not end where its rows do", seal=found.number)
    limits = {"after": last.through, "through": found.through, "limit": len(found.ids) + 1}
    rows = {row.id: row for row in await connection.execute(_ROWS, limits)}
    place = {id: number for number, id in enumerate(found.ids)}
    digest = last.digest
    for id in sorted({*rows, *place}):
        if id not in place:
            return Broken("was added after the rows around it were sealed", row=id)
        if id not in rows:
            return Broken("was deleted", row=id)
        digest = link(digest, rows[id])
        if digest != found.digests[place[id] * SIZE : (place[id] + 1) * SIZE]:
            return Broken("is not what was written, or its seal is not", row=id)
    return None
