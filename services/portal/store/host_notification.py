"""Notices set against crossings, against each other, and against what they were answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.store.tables import host_notification, notification_receipt
from shared.db import records
from shared.db.records import Record


@dataclass(frozen=True, slots=True)
class Wanted:
    """A notice whose person is looked for: `until` is the moment after which an entry is no longer meant."""

    id: UUID
    iin: str | None
    document: str | None
    host: str
    stay_from: date
    ends_on: date | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """The entry to which a notice belongs: its record, its calendar date as written, its visa if any."""

    crossing: UUID
    entered_on: date
    visa_number: str | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a notice was answered; `body` is the receipt as JSON text."""

    notification: UUID
    serial: int
    crossing: UUID | None
    joins: UUID | None
    body: str


# Whoever holds one of these locks is alone with the notices about that person: two channels cannot miss each other.
_LOCK = text("""
SELECT pg_advisory_xact_lock(person) FROM (
    SELECT DISTINCT hashtextextended(key, 8101) AS person FROM unnest(CAST(:keys AS text[])) AS k (key) ORDER BY 1
) AS persons
""")

_LATEST_ENTRIES = text("""
SELECT n.id, c.id AS crossing, c.body ->> 'crossed_at' AS crossed_at, c.body ->> 'visa_number' AS visa_number
FROM unnest(CAST(:ids AS uuid[]), CAST(:iins AS text[]), CAST(:documents AS text[]), CAST(:untils AS timestamptz[]))
    AS n (id, iin, document, until)
CROSS JOIN LATERAL (
    SELECT id, body FROM border_crossing
    WHERE (iin = n.iin OR document = n.document) AND direction = 'entry' AND crossed_at < n.until AND NOT withdrawn
    ORDER BY crossed_at DESC LIMIT 1
) AS c
""")

# Periods meet where they share more than the day on which one ends and the other begins. Of notices that came together
# the first counts as the earlier one.
_EARLIER_NOTICES = text("""
WITH new AS (
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:iins AS text[]), CAST(:documents AS text[]),
        CAST(:hosts AS text[]), CAST(:froms AS date[]), CAST(:ends AS date[]), CAST(:crossings AS uuid[]))
        WITH ORDINALITY AS n (id, iin, document, host, stay_from, ends_on, crossing, place)
)
SELECT n.id, o.id AS other
FROM new n CROSS JOIN LATERAL (
    SELECT h.id FROM host_notification h
        LEFT JOIN notification_receipt r ON r.notification = h.id LEFT JOIN new f ON f.id = h.id
    WHERE (h.iin = n.iin OR h.document = n.document) AND h.host = n.host AND NOT h.withdrawn
        AND (f.id IS NULL OR f.place < n.place)
        AND h.state IN ('awaiting_host', 'notified', 'checked_out')
        AND (h.stay_from = n.stay_from
            OR (h.stay_from < coalesce(n.ends_on, 'infinity') AND n.stay_from < coalesce(h.ends_on, 'infinity')))
        AND (r.crossing = n.crossing OR r.crossing IS NULL OR n.crossing IS NULL)
    ORDER BY f.place NULLS FIRST, h.id LIMIT 1
) AS o
""")

_SERIALS = text("""
SELECT nextval(pg_get_serial_sequence('notification_receipt', 'serial')) FROM generate_series(1, :count)
""")


async def lock_persons(connection: AsyncConnection, wanted: Sequence[Wanted]) -> None:
    """Until the transaction ends, nobody else matches notices about these persons."""
    keys = [key for notice in wanted for key in (notice.iin, notice.document) if key]
    await connection.execute(_LOCK, {"keys": keys})


async def latest_entries(connection: AsyncConnection, wanted: Sequence[Wanted]) -> dict[UUID, Entry]:
    """For each notice whose person has an entry on record, the latest before `until`."""
    rows = await connection.execute(
        _LATEST_ENTRIES,
        {
            "ids": [notice.id for notice in wanted],
            "iins": [notice.iin for notice in wanted],
            "documents": [notice.document for notice in wanted],
            "untils": [notice.until for notice in wanted],
        },
    )
    return {row.id: Entry(row.crossing, date.fromisoformat(row.crossed_at[:10]), row.visa_number) for row in rows}


async def earlier_notices(
    connection: AsyncConnection, wanted: Sequence[Wanted], crossings: Sequence[UUID | None]
) -> dict[UUID, UUID]:
    """For each notice of a stay that is on record already, the first notice of it: same person, same host, periods
    that meet, and not after different entries (`crossings`, in the order of `wanted`)."""
    rows = await connection.execute(
        _EARLIER_NOTICES,
        {
            "ids": [notice.id for notice in wanted],
            "iins": [notice.iin for notice in wanted],
            "documents": [notice.document for notice in wanted],
            "hosts": [notice.host for notice in wanted],
            "froms": [notice.stay_from for notice in wanted],
            "ends": [notice.ends_on for notice in wanted],
            "crossings": list(crossings),
        },
    )
    return {row.id: row.other for row in rows}


async def next_serials(connection: AsyncConnection, count: int) -> list[int]:
    """Serial numbers that no other receipt bears; those of work that was rolled back stay unused."""
    return sorted((await connection.scalars(_SERIALS, {"count": count})).all())


async def keep_receipts(connection: AsyncConnection, receipts: Sequence[Receipt]) -> None:
    values = [{name: getattr(receipt, name) for name in Receipt.__dataclass_fields__} for receipt in receipts]
    await connection.execute(insert(notification_receipt), values)


async def receipts(connection: AsyncConnection, notifications: Sequence[UUID]) -> dict[UUID, Receipt]:
    """The receipts of these notifications."""
    table = notification_receipt
    query = select(*(table.c[name] for name in Receipt.__dataclass_fields__))
    rows = await connection.execute(query.where(table.c.notification.in_(notifications)))
    return {row.notification: Receipt(*row) for row in rows}


_STANDING = text("""
SELECT DISTINCT ON (r.crossing) r.crossing, h.id AS notification, CAST(h.body AS text) AS body
FROM notification_receipt r JOIN host_notification h ON h.id = r.notification
WHERE r.crossing = ANY(CAST(:entries AS uuid[])) AND h.state IN ('notified', 'checked_out') AND NOT h.withdrawn
ORDER BY r.crossing, h.id
""")


async def standing(connection: AsyncConnection, entries: Sequence[UUID]) -> list[tuple[UUID, UUID, str]]:
    """Of each entry that a notice of a stay belongs to, the first one that stands: entry, notice, its JSON text."""
    rows = await connection.execute(_STANDING, {"entries": entries})
    return [(row.crossing, row.notification, row.body) for row in rows]


async def of_host(connection: AsyncConnection, host: str, before: UUID | None, limit: int) -> list[Record]:
    """Up to `limit` notices of a host, newest first, those before `before` where it is given."""
    table = host_notification
    query = select(table.c.id).where(table.c.host == host).order_by(table.c.id.desc()).limit(limit)
    ids = (await connection.scalars(query if before is None else query.where(table.c.id < before))).all()
    return [await records.load(connection, table, id) for id in ids]
