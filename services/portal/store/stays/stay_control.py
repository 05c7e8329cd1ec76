"""What the register holds about the stays of any number of persons, in one statement for each kind of evidence.

A person is followed by travel document, and by IIN where the birth date agrees: an equal IIN alone may be a slip of the
keyboard.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Text, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.store.tables import FOUND_BY_RUN, border_crossing, violation

_WHOSE = "NOT withdrawn AND (document = ANY(CAST(:documents AS text[])) OR iin = ANY(CAST(:iins AS text[])))"

_CROSSINGS = text(f"""
SELECT id, iin, document, direction, CAST(left(body->>'crossed_at', 10) AS date) AS day,
    body->'person'->>'citizenship' AS citizenship, body->'person'->>'birth_date' AS birth_date
FROM border_crossing
WHERE {_WHOSE} ORDER BY crossed_at, id
""")  # noqa: S608  (only our own condition is put in)

# Each step goes to the next document by the index: a page costs what it holds, however large the register is.
_LAST_ON_DOCUMENTS = text("""
WITH RECURSIVE page (document, place) AS (
    SELECT * FROM (
        SELECT document, 1 FROM border_crossing
        WHERE NOT withdrawn AND document > :after AND crossed_at < :before ORDER BY document LIMIT 1
    ) AS first
    UNION ALL
    SELECT next.document, page.place + 1 FROM page, LATERAL (
        SELECT document FROM border_crossing
        WHERE NOT withdrawn AND document > page.document AND crossed_at < :before ORDER BY document LIMIT 1
    ) AS next
    WHERE page.place < :limit
)
SELECT last.* FROM page, LATERAL (
    SELECT document, iin, direction, body->'person'->>'citizenship' AS citizenship,
        body->'person'->>'birth_date' AS birth_date
    FROM border_crossing
    WHERE NOT withdrawn AND document = page.document AND crossed_at < :before
    ORDER BY crossed_at DESC, id DESC LIMIT 1
) AS last
ORDER BY page.place
""")

# In the order of the document's index, whose end these crossings are. A later crossing of the same person on whatever
# document stands for them all.
_LAST_WITHOUT_DOCUMENT = text("""
SELECT id, crossed_at, document, iin, direction, body->'person'->>'citizenship' AS citizenship,
    body->'person'->>'birth_date' AS birth_date
FROM border_crossing c
WHERE NOT withdrawn AND document IS NULL AND iin IS NOT NULL AND direction = 'entry'
    AND (crossed_at, id) > (:after, :after_id) AND crossed_at < :before
    AND NOT EXISTS (
        SELECT FROM border_crossing AS later
        WHERE later.iin = c.iin AND NOT later.withdrawn AND later.crossed_at < :before
            AND (later.crossed_at, later.id) > (c.crossed_at, c.id)
            AND later.body->'person'->>'birth_date' = c.body->'person'->>'birth_date'
    )
ORDER BY document, crossed_at, id LIMIT :limit
""")
_FIRST = (datetime.min.replace(tzinfo=UTC), UUID(int=0))

_ENDED = "CAST(body->>'ended_on' AS date) - 1"

_TITLES = text(f"""
SELECT iin, document, 'visa' AS kind, CAST(body->>'valid_from' AS date) AS valid_from,
    CAST(body->>'valid_until' AS date) AS valid_until, CAST(body->>'stay_days' AS int) AS stay_days,
    body->>'entries' AS entries, body->>'category' AS category, CAST(body->>'electronic' AS boolean) AS electronic,
    CAST(body->>'annulled_on' AS date) AS annulled_on, source_id AS number
FROM visa WHERE {_WHOSE}
UNION ALL
SELECT *, NULL, NULL, NULL, NULL, NULL, NULL FROM (
    SELECT iin, document, 'residence_permit', CAST(body->>'granted_on' AS date),
        least(CAST(body->>'valid_until' AS date), {_ENDED})
    FROM residence_permit WHERE {_WHOSE}
    UNION ALL
    SELECT iin, document, 'protection', CAST(body->>'granted_on' AS date), {_ENDED}
    FROM protection_status WHERE {_WHOSE} AND body->>'kind' <> 'stateless'
    UNION ALL
    SELECT iin, document, 'work_permit', valid_from, valid_until FROM work_permit WHERE {_WHOSE}
    UNION ALL
    SELECT iin, document, 'eaeu_worker', valid_from, valid_until FROM eaeu_worker WHERE {_WHOSE}
) AS permits
""")  # noqa: S608  (only our own conditions are put in)

_NATURALISED = text(f"""
SELECT iin, document, body->>'act' AS act, CAST(body->>'date' AS date) AS day
FROM citizenship_change WHERE {_WHOSE} ORDER BY day, id
""")  # noqa: S608

_FOUND_BY_RUN = text(f"""
SELECT id, iin, document, CAST(body AS text) AS body FROM violation
WHERE {FOUND_BY_RUN} AND id > :after ORDER BY id LIMIT :limit
""")  # noqa: S608


@dataclass(frozen=True, slots=True)
class Crossed:
    """One crossing in effect; `day` as written in it."""

    id: UUID
    iin: str | None
    document: str | None
    direction: str
    day: date
    citizenship: str
    birth_date: str


async def crossings(connection: AsyncConnection, documents: Sequence[str], iins: Sequence[str]) -> list[Crossed]:
    """All crossings on any of these documents or IINs, in the order in which they happened."""
    rows = await connection.execute(_CROSSINGS, {"documents": documents, "iins": iins})
    return [
        Crossed(row.id, row.iin, row.document, row.direction, row.day, row.citizenship, row.birth_date) for row in rows
    ]


async def titles(connection: AsyncConnection, documents: Sequence[str], iins: Sequence[str]) -> list[Any]:
    """Residence and work permits, declared workers of the Union, statuses of protection and visas in effect: `iin`,
    `document`, `kind`, `valid_from`, `valid_until` (the last day, None without a term), and of visas `stay_days`,
    `entries`, `category`, `electronic`, `annulled_on` and `number`."""
    return list(await connection.execute(_TITLES, {"documents": documents, "iins": iins}))


async def naturalised(connection: AsyncConnection, documents: Sequence[str], iins: Sequence[str]) -> list[Any]:
    """Changes of citizenship in effect: `iin`, `document`, `act`, `day`, oldest first."""
    return list(await connection.execute(_NATURALISED, {"documents": documents, "iins": iins}))


async def last_on_documents(connection: AsyncConnection, after: Any, before: datetime, limit: int) -> list[Any]:
    """The last crossing before a moment on each document, in the order of the documents, after a row of these (None:
    from the first): `document`, `iin`, `direction`, `citizenship`, `birth_date`."""
    parameters = {"after": after.document if after else "", "before": before, "limit": limit}
    return list(await connection.execute(_LAST_ON_DOCUMENTS, parameters))


async def last_without_document(connection: AsyncConnection, after: Any, before: datetime, limit: int) -> list[Any]:
    """The same of who is known by IIN only and entered last, in the order of the entries."""
    moment, id = (after.crossed_at, after.id) if after else _FIRST
    parameters = {"after": moment, "after_id": id, "before": before, "limit": limit}
    return list(await connection.execute(_LAST_WITHOUT_DOCUMENT, parameters))


async def known_violations(connection: AsyncConnection, source_ids: Sequence[str]) -> set[str]:
    """Which of these are on record, withdrawn ones included."""
    query = select(violation.c.source_id).where(
        violation.c.source_id == any_(bindparam("ids", source_ids, ARRAY(Text)))
    )
    return set((await connection.scalars(query)).all())


async def bodies(connection: AsyncConnection, crossings: Sequence[UUID]) -> dict[UUID, str]:
    """The bodies of crossings by their records."""
    query = select(border_crossing.c.id, border_crossing.c.body).where(
        border_crossing.c.id == any_(bindparam("ids", crossings, ARRAY(PgUUID)))
    )
    return {row.id: row.body for row in await connection.execute(query)}


async def found_by_run(connection: AsyncConnection, after: UUID, limit: int) -> list[Any]:
    """Overstays in effect that a run has found and nobody has confirmed, with `id`, `iin`, `document` and `body`."""
    return list(await connection.execute(_FOUND_BY_RUN, {"after": after, "limit": limit}))
