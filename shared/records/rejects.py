"""Lines of a batch that could not be taken: kept as they were sent, to be downloaded, mended and sent again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.db.json_text import JsonText
from shared.errors import Fault

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


async def of_batch(
    connection: AsyncConnection, batch: UUID, kind: str, author: str, after: int, limit: int
) -> list[tuple[int, bytes, str]]:
    """Up to `limit` rejected lines of the author's batch after line `after`: line, as sent, problems as JSON text."""
    key = {"batch": batch, "kind": kind, "author": author, "after": after, "limit": limit}
    return [(row.line, row.submitted, row.problems) for row in await connection.execute(_OF_BATCH, key)]


def problems(faults: Sequence[Fault]) -> bytes:
    return orjson.dumps([{"pointer": fault.pointer, "detail": fault.detail} for fault in faults])
