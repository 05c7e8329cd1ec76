"""What the labour-risk map is reckoned from, employer by employer in one statement, and the scores of each month."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.permits.rules.labour_risk import MonthCounts
from services.permits.store.tables import labour_risk as table
from shared.db.records import Record
from shared.identity.scope import Kind

RUN = 0x7269736B  # "risk": two runs of one month must not overtake each other

_LOCK = text("SELECT pg_advisory_xact_lock(:run)")

# Workers at work on any day from `since` to `until`; `since_window` begins the window of checks and complaints. A
# permit's wage is that of the worker in its place in the application. An employer that is not registered belongs to
# the region of its workers, its checks or its complaints.
_COUNTS = text("""
WITH permit AS (
    SELECT id, application_id, employer_bin, body #>> '{region}' AS region FROM work_permit
    WHERE NOT withdrawn AND employer_bin IS NOT NULL AND holds_from <= :until AND holds_until >= :since
), wage AS (
    SELECT CAST(placed.permit AS uuid) AS id, CAST(placed.worker #>> '{wage}' AS bigint) AS tenge
    FROM work_permit_application AS a
    JOIN LATERAL ROWS FROM (
        json_array_elements_text(a.body #> '{permits}'), json_array_elements(a.body #> '{application,workers}')
    ) AS placed (permit, worker) ON true
    WHERE a.status = 'issued' AND a.id IN (SELECT application_id FROM permit) AND placed.permit IS NOT NULL
), declared AS (
    SELECT body #>> '{employer_bin}' AS employer_bin, body #>> '{region}' AS region
    FROM (
        SELECT withdrawn, body FROM eaeu_worker UNION ALL SELECT withdrawn, body FROM exempt_worker
    ) AS without_permit
    WHERE NOT withdrawn AND body #>> '{works_from}' <= CAST(:until_text AS text)
        AND coalesce(body #>> '{works_until}' >= CAST(:since_text AS text), true)
), seen AS (
    SELECT employer_bin, region, 1 AS foreigners, CAST(wage.tenge IS NOT NULL AS integer) AS wages_known,
        CAST(coalesce(wage.tenge < :low_wage, false) AS integer) AS low_wages, 0 AS checks, 0 AS found, 0 AS complaints
    FROM permit LEFT JOIN wage ON wage.id = permit.id
    UNION ALL SELECT employer_bin, region, 1, 0, 0, 0, 0, 0 FROM declared
    UNION ALL SELECT employer_bin, body #>> '{region}', 0, 0, 0, 1,
        CAST(body #>> '{result}' = 'violations' AS integer), 0
    FROM employer_inspection WHERE NOT withdrawn AND inspected_on BETWEEN :since_window AND :until
    UNION ALL SELECT employer_bin, body #>> '{region}', 0, 0, 0, 0, 0, 1 FROM labour_complaint
    WHERE NOT withdrawn AND received_on BETWEEN :since_window AND :until
        AND body #>> '{outcome}' IS DISTINCT FROM 'unfounded'
), summed AS (
    SELECT employer_bin, min(region) AS region, sum(foreigners) AS foreigners, sum(wages_known) AS wages_known,
        sum(low_wages) AS low_wages, sum(checks) AS checks, sum(found) AS found, sum(complaints) AS complaints
    FROM seen GROUP BY employer_bin
)
SELECT summed.employer_bin, coalesce(employer.body #>> '{region}', summed.region) AS region, foreigners, wages_known,
    low_wages, checks, found, complaints, staff.citizens
FROM summed LEFT JOIN employer ON employer.source_id = summed.employer_bin
LEFT JOIN LATERAL (
    SELECT (SELECT coalesce(sum(CAST(heads.value AS bigint)), 0) FROM json_each_text(body #> '{citizens}') AS heads)
        AS citizens
    FROM staff_report WHERE staff_report.employer_bin = summed.employer_bin AND as_of <= :until
    ORDER BY as_of DESC LIMIT 1
) AS staff ON true
ORDER BY summed.employer_bin
""")


class Enterprise(NamedTuple):
    """An employer, the region that it belongs to, and what was counted of it."""

    employer_bin: str
    region: str
    counts: MonthCounts


async def lock(connection: AsyncConnection) -> None:
    """One run at a time, until the transaction ends."""
    await connection.execute(_LOCK, {"run": RUN})


async def counted(
    connection: AsyncConnection, since: date, until: date, since_window: date, low_wage: int
) -> Iterator[Enterprise]:
    """Every employer of foreigners at work from `since` to `until`, or with a check or complaint since the window."""
    rows = await connection.execute(
        _COUNTS,
        {
            "since": since,
            "until": until,
            "since_text": since.isoformat(),
            "until_text": until.isoformat(),
            "since_window": since_window,
            "low_wage": low_wage,
        },
    )
    return (Enterprise(row.employer_bin, row.region, _counts(row)) for row in rows)


def _counts(row: Any) -> MonthCounts:
    return MonthCounts(
        foreigners=int(row.foreigners),
        wages_known=int(row.wages_known),
        low_wages=int(row.low_wages),
        foreigners_compared=0 if row.citizens is None else int(row.foreigners),
        citizens=int(row.citizens or 0),
        checks=int(row.checks),
        checks_with_violations=int(row.found),
        complaints=int(row.complaints),
    )


async def of_month(connection: AsyncConnection, month: str) -> list[Record]:
    """Every score of a month, those that no longer count too, locked until the transaction ends."""
    rows = await connection.execute(select(table).where(table.c.month == month).with_for_update())
    return list(map(_record, rows))


async def regions(connection: AsyncConnection, months: Sequence[str], region: str | None) -> list[Record]:
    """The scores of regions in the months, in order."""
    asked = select(table).where(table.c.month.in_(months), table.c.employer_bin.is_(None), ~table.c.withdrawn)
    if region is not None:
        asked = asked.where(table.c.region == region)
    return list(map(_record, await connection.execute(asked.order_by(table.c.region, table.c.month))))


def places() -> dict[Kind, ColumnElement[Any]]:
    """What says to what an enterprise's score belongs."""
    return {"region": table.c.region}


async def enterprises(
    connection: AsyncConnection,
    reached: ColumnElement[bool],
    members: dict[str, str],
    after: str | None,
    limit: int,
) -> list[Record]:
    """Up to `limit` scores of enterprises that are `reached` and whose columns are `members`, in the order of month and
    BIN, after a source id."""
    asked = select(table).where(reached, table.c.employer_bin.is_not(None), ~table.c.withdrawn)
    for name, value in members.items():
        asked = asked.where(table.c[name] == value)
    if after is not None:
        asked = asked.where(table.c.source_id > after)
    return list(map(_record, await connection.execute(asked.order_by(table.c.source_id).limit(limit))))


def _record(row: Any) -> Record:
    return Record(
        row.id, row.source_id, row.version, row.withdrawn, row.body, row.changed_at, row.changed_by, row.reason
    )
