"""Notices set against crossings, against each other, and against what they were answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.store.stays.stay_registration import CROSSINGS, Crossing, arrays
from services.portal.store.tables import host_notification, notification_receipt
from shared.db import records
from shared.db.records import Record


@dataclass(frozen=True, slots=True)
class NoticeCriteria:
    """A notice whose person is looked for: `until` is the moment after which an entry is no longer meant."""

    id: UUID
    iin: str | None
    document: str | None
    host: str
    stay_from: date
    ends_on: date | None
    until: datetime


@dataclass(frozen=True, slots=True)
class BorderEntry:
    """The entry to which a notice belongs: its record, its calendar date as written, its visa if any."""

    crossing: UUID
    entered_on: date
    visa_number: str | None


@dataclass(frozen=True, slots=True)
class KeptReceipt:
    """What a notice was answered; `body` is the receipt as JSON text, as it was given for good. `crossing` is the entry
    to which the notice belongs by now."""

    notification: UUID
    serial: int
    crossing: UUID | None
    joins: UUID | None
    body: str


_LATEST_ENTRIES = text("""
SELECT n.id, c.id AS crossing, c.body ->> 'crossed_at' AS crossed_at, c.body ->> 'visa_number' AS visa_number
FROM unnest(CAST(:ids AS uuid[]), CAST(:iins AS text[]), CAST(:documents AS text[]), CAST(:untils AS timestamptz[]))
    AS n (id, iin, document, until)
CROSS JOIN LATERAL (
    SELECT id, body FROM border_crossing
    WHERE (iin = n.iin OR document = n.document) AND direction = 'entry' AND crossed_at < n.until AND NOT withdrawn
    ORDER BY crossed_at DESC, source_id DESC LIMIT 1
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

# By another address that the same person gave earlier after the same entry.
_MOVED = text("""
SELECT own.id FROM unnest(CAST(:ids AS uuid[]), CAST(:crossings AS uuid[])) AS n (id, crossing)
JOIN host_notification AS own ON own.id = n.id
WHERE EXISTS (
    SELECT FROM host_notification AS h JOIN notification_receipt AS r ON r.notification = h.id
    WHERE (h.iin = own.iin OR h.document = own.document) AND h.id <> own.id AND NOT h.withdrawn
        AND r.crossing = n.crossing AND h.state IN ('awaiting_host', 'notified', 'checked_out')
        AND h.stay_from < own.stay_from AND CAST(h.body->'address' AS jsonb) <> CAST(own.body->'address' AS jsonb)
)
""")

_SERIALS = text("""
SELECT nextval(pg_get_serial_sequence('notification_receipt', 'serial')) FROM generate_series(1, :count)
""")


async def latest_entries(connection: AsyncConnection, wanted: Sequence[NoticeCriteria]) -> dict[UUID, BorderEntry]:
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
    return {row.id: BorderEntry(row.crossing, date.fromisoformat(row.crossed_at[:10]), row.visa_number) for row in rows}


async def earlier_notices(
    connection: AsyncConnection, wanted: Sequence[NoticeCriteria], crossings: Sequence[UUID | None]
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


async def moved(connection: AsyncConnection, crossings: Mapping[UUID, UUID]) -> set[UUID]:
    """Which of these notices, each with its entry, tell of a move: the person was at another address before."""
    ids = {"ids": list(crossings), "crossings": list(crossings.values())}
    return set((await connection.scalars(_MOVED, ids)).all())


async def next_serials(connection: AsyncConnection, count: int) -> list[int]:
    """Serial numbers that no other receipt bears; those of work that was rolled back stay unused."""
    return sorted((await connection.scalars(_SERIALS, {"count": count})).all())


async def keep_receipts(connection: AsyncConnection, receipts: Sequence[KeptReceipt]) -> None:
    values = [{name: getattr(receipt, name) for name in KeptReceipt.__dataclass_fields__} for receipt in receipts]
    await connection.execute(insert(notification_receipt), values)


async def receipts(connection: AsyncConnection, notifications: Sequence[UUID]) -> dict[UUID, KeptReceipt]:
    """The receipts of these notifications."""
    table = notification_receipt
    query = select(*(table.c[name] for name in KeptReceipt.__dataclass_fields__))
    rows = await connection.execute(query.where(table.c.notification.in_(notifications)))
    return {row.notification: KeptReceipt(*row) for row in rows}


@dataclass(frozen=True, slots=True)
class Told:
    """A notice on record: `body` as JSON text, and the day on which it was given by its receipt."""

    id: UUID
    body: str
    given_on: date


# Nothing can be given after the day on which it was last entered: two days more are more than any zone makes. Here and
# below OFFSET 0 keeps each entry's look-up by itself: two probes of an index, however many notices there are.
_ABOUT = text(f"""
SELECT DISTINCT h.id FROM {CROSSINGS} CROSS JOIN LATERAL (
    SELECT id, changed_at, stay_from FROM host_notification WHERE document = e.document AND NOT withdrawn
    UNION ALL SELECT id, changed_at, stay_from FROM host_notification WHERE iin = e.iin AND NOT withdrawn
    OFFSET 0
) AS h
WHERE e.at < greatest(h.changed_at, h.stay_from) + interval '2 days'
""")  # noqa: S608  (our own text only, values are bound)
_TOLD = text("""
SELECT h.id, CAST(h.body AS text) AS body, CAST(r.body ->> 'given_on' AS date) AS given_on
FROM host_notification h JOIN notification_receipt r ON r.notification = h.id WHERE h.id = ANY(CAST(:ids AS uuid[]))
""")


async def notices_about(connection: AsyncConnection, entries: Sequence[Crossing]) -> list[UUID]:
    """Notices about the persons of these entries, without most of those that were given before the entry."""
    return list((await connection.scalars(_ABOUT, arrays(entries))).all())


async def told(connection: AsyncConnection, notifications: Sequence[UUID]) -> list[Told]:
    """What these notices say now."""
    return [Told(*row) for row in await connection.execute(_TOLD, {"ids": notifications})]


async def matches(connection: AsyncConnection, notifications: Sequence[UUID]) -> dict[UUID, UUID | None]:
    """The entry to which each of these notices belongs; nobody else can change it until the transaction ends."""
    table = notification_receipt.c
    query = select(table.notification, table.crossing).where(table.notification.in_(notifications))
    rows = await connection.execute(query.order_by(table.notification).with_for_update())
    return {row.notification: row.crossing for row in rows}


_ASSIGN = text("""
UPDATE notification_receipt r SET crossing = n.crossing
FROM unnest(CAST(:notifications AS uuid[]), CAST(:crossings AS uuid[])) AS n (notification, crossing)
WHERE r.notification = n.notification
""")


async def assign(connection: AsyncConnection, matches: Mapping[UUID, UUID | None]) -> None:
    """From now on each notice belongs to its entry, or to none. What its receipt says of it stays as it was given."""
    await connection.execute(_ASSIGN, {"notifications": list(matches), "crossings": list(matches.values())})


_STANDING = text(f"""
SELECT DISTINCT ON (e.id) e.id AS entry, n.id AS notification, n.body
FROM {CROSSINGS} CROSS JOIN LATERAL (
    SELECT h.id, h.stay_from, h.source_id, CAST(h.body AS text) AS body FROM (
        SELECT * FROM host_notification WHERE document = e.document
        UNION ALL SELECT * FROM host_notification WHERE iin = e.iin
        OFFSET 0
    ) AS h JOIN notification_receipt r ON r.notification = h.id
    WHERE r.crossing = e.id AND h.state IN ('notified', 'checked_out') AND NOT h.withdrawn
    OFFSET 0
) AS n
ORDER BY e.id, n.stay_from, n.source_id
""")  # noqa: S608  (our own text only, values are bound)


async def in_force(connection: AsyncConnection, entries: Sequence[Crossing]) -> list[tuple[UUID, UUID, str]]:
    """Of each entry that notices of a stay belong to, the one of the first stay, whichever came in first. Entry,
    notice, and what the notice says."""
    rows = await connection.execute(_STANDING, arrays(entries))
    return [(row.entry, row.notification, row.body) for row in rows]


async def of_host(connection: AsyncConnection, host: str, before: UUID | None, limit: int) -> list[Record]:
    """Up to `limit` notices of a host, newest first, those before `before` where it is given."""
    table = host_notification
    query = select(table.c.id).where(table.c.host == host).order_by(table.c.id.desc()).limit(limit)
    ids = (await connection.scalars(query if before is None else query.where(table.c.id < before))).all()
    return await records.read_all(connection, table, ids)
