"""The labour-risk map: each month's tension scores of enterprises and regions, and the half-yearly report (L8).

A run reckons a month anew from what the register holds now and keeps what has changed as a next version: repeated, it
changes nothing. It is made daily for the last month that is over, so that what is handed in late still counts.
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.rules import labour_risk as rule
from services.permits.rules.labour_risk import Level, MonthCounts, PartName
from services.permits.rules.rulebook import rulebook
from services.permits.store import labour_risk as store
from services.permits.store.labour_risk import Enterprise
from services.permits.store.tables import labour_risk as table
from shared import clock
from shared.db import records
from shared.db.records import NextVersion, Submission
from shared.errors import Fault, Invalid
from shared.events.digest import says_the_same
from shared.events.wire import Bin, Region, WireModel
from shared.http.paging import page
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to, within
from shared.kernel.norms import NormsInForce, NotInForce
from shared.kernel.periods import Period
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work

log = logging.getLogger(__name__)

PERMITS = Caller("permits", frozenset({"system"}))
"""Who does what the clock brings about."""

SCORES = belongs_to(region="region")
"""Of officers: an employer that reads what its score is made of reads that somebody has complained."""

Month = Annotated[str, StringConstraints(pattern=r"^(20[0-9]{2}|21[0-9]{2})-(0[1-9]|1[0-2])$")]
Half = Annotated[str, StringConstraints(pattern=r"^(20[0-9]{2}|21[0-9]{2})-H[12]$")]


class RiskPart(WireModel):
    """One part of a score: `value` from 0 to 1, none where it is not known; `weight` and `contribution` in points."""

    name: PartName
    value: float | None
    weight: int
    contribution: float
    explanation: str


class RiskCounts(WireModel):
    """What the score was reckoned from."""

    foreigners: int
    wages_known: int
    low_wages: int
    foreigners_compared: int
    citizens: int
    checks: int
    checks_with_violations: int
    complaints: int
    enterprises: int


class LabourRisk(WireModel):
    """The tension score of an enterprise, or, without a BIN, of a region in a month, 0 to 100: the sum of its parts.
    `unknown` names parts of which nothing is known: they contribute nothing, so that the score is the least it can
    be. `rules` are the norms applied, each with its version."""

    month: Month
    region: Region
    employer_bin: Bin | None
    score: float
    level: Level
    parts: tuple[RiskPart, ...]
    unknown: tuple[PartName, ...]
    counts: RiskCounts
    rules: tuple[str, ...]

    @property
    def name(self) -> str:
        """Under which it is on record, in the order of months."""
        return f"{self.month}:{self.employer_bin or self.region}"


class RiskRun(BaseModel):
    """What a run came to: scores that are new, reckoned otherwise than before, or no longer there; the others stand."""

    month: Month
    scored: int = Field(description="enterprises and regions")
    added: int
    changed: int
    dropped: int


class HalfYearRow(BaseModel):
    """A region in half a year: the mean of its months' scores, the last month's score and what it was reckoned from."""

    region: Region
    months: int
    mean_score: float
    last_month: Month
    last_score: float
    last_level: Level
    enterprises: int
    foreigners: int
    low_wages: int
    wages_known: int
    checks: int
    checks_with_violations: int
    complaints: int


async def run(engine: AsyncEngine, month: str, caller: Caller) -> RiskRun:
    """Scores a month. Raises Invalid for one that is not over, or of which no formula is known."""
    period = Period.parse(month)
    last, norms = _last_day(period), _norms(period)
    try:
        low_wage, since_window = rule.low_wage(norms), _window_start(period, norms)
    except NotInForce:
        fault = Fault("/month", "The norms of the formula are not known for that month.")
        raise Invalid("The month cannot be scored.", faults=[fault]) from None
    async with unit_of_work(engine) as unit:
        await store.lock(unit.connection)
        found = await store.counted(unit.connection, period.start, last, since_window, low_wage)
        return await _keep(unit, month, _scores(month, list(found), norms), caller)


async def run_daily(engine: AsyncEngine) -> None:
    """The scores of the last month that is over, as the clock brings them about."""
    today = clock.today()
    log.info("labour-risk run: %s", await run(engine, _month_before(today), PERMITS))


def _month_before(day: date) -> str:
    return f"{day.year - (day.month == 1):04}-{(day.month - 2) % 12 + 1:02}"


def _last_day(period: Period) -> date:
    if period.end > clock.today():
        raise Invalid("The month cannot be scored.", faults=[Fault("/month", "Is not over.")])
    return date.fromordinal(period.end.toordinal() - 1)


def _norms(period: Period) -> NormsInForce:
    return rulebook().on(_last_day(period))


def _window_start(period: Period, norms: NormsInForce) -> date:
    months = period.year * 12 + period.number - rule.window(norms)
    return date(months // 12, months % 12 + 1, 1)


def _scores(month: str, enterprises: Sequence[Enterprise], norms: NormsInForce) -> list[LabourRisk]:
    """Every enterprise's, and every region's by the sums of its enterprises."""
    regions: dict[str, MonthCounts] = {}
    for each in enterprises:
        regions[each.region] = regions.get(each.region, MonthCounts(enterprises=0)) + each.counts
    return [
        *(_scored(month, each.region, each.employer_bin, each.counts, norms) for each in enterprises),
        *(_scored(month, region, None, counts, norms) for region, counts in sorted(regions.items())),
    ]


def _scored(month: str, region: str, bin_number: str | None, counts: MonthCounts, norms: NormsInForce) -> LabourRisk:
    scored = rule.score(counts, norms)
    parts = [{**asdict(part), "value": _number(part.value)} for part in scored.parts]
    return LabourRisk(
        month=month,
        region=region,
        employer_bin=bin_number,
        score=float(scored.score),
        level=scored.level,
        parts=tuple(RiskPart(**part | {"contribution": float(part["contribution"])}) for part in parts),
        unknown=tuple(part.name for part in scored.parts if part.value is None),
        counts=RiskCounts(**asdict(counts)),
        rules=scored.rules,
    )


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


async def _keep(unit: UnitOfWork, month: str, scores: Sequence[LabourRisk], caller: Caller) -> RiskRun:
    held = {record.source_id: record for record in await store.of_month(unit.connection, month)}
    new = [each for each in scores if each.name not in held]
    await records.submit(
        unit.connection, table, [Submission(each.name, each, caller.subject, _columns(each)) for each in new]
    )
    changed = [
        NextVersion(record.id, each.model_dump_json(), _columns(each), reason="reckoned anew")
        for each in scores
        if (record := held.get(each.name)) and (record.withdrawn or not says_the_same(record.body, each))
    ]
    names = {each.name for each in scores}
    dropped = [
        NextVersion(record.id, record.body, _columns(LabourRisk.read(record.body)), True, "nothing is left of it")
        for name, record in held.items()
        if name not in names and not record.withdrawn
    ]
    await records.revise_all(unit.connection, table, [*changed, *dropped], author=caller.subject)
    return RiskRun(month=month, scored=len(scores), added=len(new), changed=len(changed), dropped=len(dropped))


def _columns(risk: LabourRisk) -> dict[str, Any]:
    return {"month": risk.month, "region": risk.region, "employer_bin": risk.employer_bin}


async def of_regions(engine: AsyncEngine, month: str, region: str | None) -> list[LabourRisk]:
    """The map of a month: every region's score, or that of one."""
    async with engine.connect() as connection:
        found = await store.regions(connection, [month], region)
    return [LabourRisk.read(record.body) for record in found]


async def of_enterprises(
    engine: AsyncEngine, members: dict[str, str], after: str | None, limit: int, caller: Caller
) -> tuple[list[LabourRisk], bool]:
    """Up to `limit` scores of enterprises that the caller reaches, after the name of one; whether there are more."""
    reached = within(caller, SCORES, store.places())
    async with engine.connect() as connection:
        found, more = page(await store.enterprises(connection, reached, members, after, limit + 1), limit)
    return [LabourRisk.read(record.body) for record in found], more


async def half_year(engine: AsyncEngine, half: str) -> list[HalfYearRow]:
    """The table of half a year (plan of measures 4), region by region, from the months that were scored."""
    first = 1 if half.endswith("H1") else 7
    months = [f"{half[:4]}-{month:02}" for month in range(first, first + 6)]
    async with engine.connect() as connection:
        found = await store.regions(connection, months, None)
    by_region: dict[str, list[LabourRisk]] = {}
    for record in found:
        risk = LabourRisk.read(record.body)
        by_region.setdefault(risk.region, []).append(risk)
    return [_row(region, risks) for region, risks in by_region.items()]


def _row(region: str, risks: Sequence[LabourRisk]) -> HalfYearRow:
    last = risks[-1]
    counts = last.counts.model_dump(exclude={"foreigners_compared", "citizens"})
    return HalfYearRow(
        region=region,
        months=len(risks),
        mean_score=round(sum(each.score for each in risks) / len(risks), 2),
        last_month=last.month,
        last_score=last.score,
        last_level=last.level,
        **counts,
    )
