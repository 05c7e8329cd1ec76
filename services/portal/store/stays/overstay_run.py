"""Orders of overstay runs, how far each is, and where in the country a finding belongs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.store.tables import overstay_run

# Who orders a day that is waiting already waits for the same run.
_ORDER = text("""
INSERT INTO overstay_run (id, day, ordered_at) VALUES (:id, :day, now())
ON CONFLICT (day) WHERE finished_at IS NULL DO UPDATE SET day = excluded.day RETURNING id
""")
_ADVANCE = text("""
UPDATE overstay_run SET examined = examined + :examined, recorded = recorded + :recorded,
    withdrawn = withdrawn + :withdrawn WHERE id = :id
""")

# Where the person has lived since the entry, the last first: the address that a host has reported, that of the
# registered stay, or that which a residence permit names; else where the host lives who has still to report.
_REGIONS = text("""
SELECT DISTINCT ON (e.id) e.id, place.region
FROM border_crossing AS e,
LATERAL (
    SELECT left(n.body->'address'->>'kato', 2) AS region, n.stay_from AS day, 1 AS rank
    FROM host_notification AS n
    WHERE NOT n.withdrawn AND n.state IN ('notified', 'checked_out')
        AND n.stay_from >= CAST(left(e.body->>'crossed_at', 10) AS date)
        AND (n.document = e.document OR n.iin = e.iin
            AND n.body->'person'->>'birth_date' = e.body->'person'->>'birth_date')
    UNION ALL
    SELECT s.body->>'region', CAST(s.body->>'since' AS date), 2
    FROM stay_registration AS s WHERE NOT s.withdrawn AND s.source_id = CAST(e.id AS text)
    UNION ALL
    SELECT p.body->>'region', CAST(p.body->>'granted_on' AS date), 3
    FROM residence_permit AS p
    WHERE NOT p.withdrawn AND (p.document = e.document OR p.iin = e.iin
        AND p.body->'person'->>'birth_date' = e.body->'person'->>'birth_date')
    UNION ALL
    SELECT d.region, NULL, 4 FROM host_duty AS d WHERE NOT d.withdrawn AND d.entry = e.id AND d.region IS NOT NULL
) AS place
WHERE e.id = ANY(CAST(:entries AS uuid[]))
ORDER BY e.id, place.day DESC NULLS LAST, place.rank
""")


@dataclass(frozen=True, slots=True)
class OrderedRun:
    """A run of one day: how many persons it has examined, findings recorded and withdrawn; done when finished."""

    id: UUID
    day: date
    ordered_at: datetime
    finished_at: datetime | None
    examined: int
    recorded: int
    withdrawn: int


async def order(connection: AsyncConnection, id: UUID, day: date) -> UUID:
    """The run that will examine the day."""
    found: UUID = (await connection.execute(_ORDER, {"id": id, "day": day})).scalar_one()
    return found


async def begin(connection: AsyncConnection, id: UUID) -> None:
    """A run that was broken off examines everybody again; what it recorded and withdrew stands."""
    await connection.execute(update(overstay_run).where(overstay_run.c.id == id).values(examined=0))


async def advance(connection: AsyncConnection, id: UUID, examined: int, recorded: int, withdrawn: int) -> None:
    done = {"examined": examined, "recorded": recorded, "withdrawn": withdrawn}
    await connection.execute(_ADVANCE, {"id": id, **done})


async def finish(connection: AsyncConnection, id: UUID) -> None:
    await connection.execute(update(overstay_run).where(overstay_run.c.id == id).values(finished_at=text("now()")))


async def get(connection: AsyncConnection, id: UUID) -> OrderedRun | None:
    row = (await connection.execute(select(overstay_run).where(overstay_run.c.id == id))).one_or_none()
    return OrderedRun(**row._mapping) if row else None


async def waiting(connection: AsyncConnection) -> list[OrderedRun]:
    """Runs that are not finished, in the order of their orders."""
    query = select(overstay_run).where(overstay_run.c.finished_at.is_(None)).order_by(overstay_run.c.ordered_at)
    return [OrderedRun(**row._mapping) for row in await connection.execute(query)]


async def regions_of(connection: AsyncConnection, entries: Sequence[UUID]) -> dict[UUID, str]:
    """The region in which each stay, named by its entry, was last known to be; none where no register says one."""
    rows = await connection.execute(_REGIONS, {"entries": entries})
    return {row.id: row.region for row in rows}
