"""Lines of a batch that could not be taken: kept as they were sent, to be downloaded, mended and sent again."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.audit import access_log
from shared.db.json_text import JsonText
from shared.errors import Fault, NotFound
from shared.http.languages import Speech
from shared.identity.callers import Caller

KEPT_IN = Speech("en")
"""Problems are kept in English: who reads them later may ask in another language than who sent the line."""
PAGE = 1_000  # lines that are read at a time
Kept = tuple[int, bytes, str]
"""A line that is kept: its number, the line as it was sent, its problems as JSON text."""

_KEEP = text("""
INSERT INTO rejected_line (batch, line, kind, submitted, problems, at, author)
SELECT CAST(:batch AS uuid), line, CAST(:kind AS text), submitted, problems, CAST(:at AS timestamptz),
    CAST(:author AS text)
FROM unnest(CAST(:lines AS int[]), CAST(:submitted AS bytea[]), CAST(:problems AS json[]))
    AS r (line, submitted, problems)
""")

_OF_BATCH = text("""
SELECT line, submitted, CAST(problems AS text) AS problems FROM rejected_line
WHERE batch = :batch AND kind = :kind AND author = :author AND line > :after ORDER BY line LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Rejected:
    """Line number (from 1), the line as it was sent, and everything that is wrong with it."""

    line: int
    submitted: bytes
    faults: Sequence[Fault]


def rejected_table(metadata: MetaData) -> Table:
    """One rejected line a row. It holds personal data: only the author of the batch may download it."""
    return Table(
        "rejected_line",
        metadata,
        Column("batch", PgUUID, primary_key=True),
        Column("line", Integer, primary_key=True),
        Column("kind", Text, nullable=False),
        Column("submitted", LargeBinary, nullable=False),
        Column("problems", JsonText, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("author", Text, nullable=False),
    )


async def keep(
    connection: AsyncConnection, batch: UUID, kind: str, rejected: Sequence[Rejected], author: str, at: datetime
) -> None:
    await connection.execute(
        _KEEP,
        {
            "batch": batch,
            "kind": kind,
            "at": at,
            "author": author,
            "lines": [reject.line for reject in rejected],
            "submitted": [reject.submitted for reject in rejected],
            "problems": [problems(reject.faults).decode() for reject in rejected],
        },
    )


async def read(engine: AsyncEngine, batch: UUID, kind: str, caller: Caller) -> AsyncIterator[Kept]:
    """The rejected lines of the caller's own batch, in order. The reading is logged in the transaction that reads the
    first of them, before any is shown: a line need not name a person, so the row names the batch.

    Raises NotFound where none are kept: batches themselves are not remembered, only what was rejected of them.
    """
    async with engine.begin() as connection:
        first = await _page(connection, batch, kind, caller, 0)
        if not first:
            raise NotFound("No rejected lines of yours are kept under this number.")
        await access_log.log_search(connection, caller, kind, [(batch, None)])
    return _following(engine, batch, kind, caller, first)


async def _following(
    engine: AsyncEngine, batch: UUID, kind: str, caller: Caller, page: list[Kept]
) -> AsyncIterator[Kept]:
    while page:
        for kept in page:
            yield kept
        async with engine.connect() as connection:
            page = await _page(connection, batch, kind, caller, page[-1][0])


async def _page(connection: AsyncConnection, batch: UUID, kind: str, caller: Caller, after: int) -> list[Kept]:
    key = {"batch": batch, "kind": kind, "author": caller.subject, "after": after, "limit": PAGE}
    return [(row.line, row.submitted, row.problems) for row in await connection.execute(_OF_BATCH, key)]


def problems(faults: Sequence[Fault], speech: Speech = KEPT_IN) -> bytes:
    """What is wrong with a line, as JSON text in the language of `speech`."""
    return orjson.dumps([{"pointer": fault.pointer, "detail": speech.say(fault.detail)} for fault in faults])


def spoken(problems: str, speech: Speech) -> str:
    """What is kept of a line's problems, in the language of `speech`."""
    if speech.language == KEPT_IN.language:
        return problems
    told = orjson.loads(problems)
    return orjson.dumps([each | {"detail": speech.say(each["detail"])} for each in told]).decode()
