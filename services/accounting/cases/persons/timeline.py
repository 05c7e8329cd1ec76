"""One person's way through all registers: crossings with what the method says of them, stays, statuses, acts,
evidence."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from services.accounting.cases.persons.changes import UNKNOWN, lead, log_present
from services.accounting.cases.persons.doubted import Weighed, weighed
from services.accounting.cases.persons.logged import subjects
from services.accounting.cases.residence.classification import pseudonym
from services.accounting.cases.stated import MODELS, Stated, acts_of, registered_stays, status_of
from services.accounting.rules.figures.dimensions import PURPOSES, day_number, day_of, region_name
from services.accounting.rules.figures.flow_figures import period_of
from services.accounting.rules.persons.acts import Act
from services.accounting.rules.persons.people import People
from services.accounting.rules.persons.registered_stays import RegisteredStay
from services.accounting.rules.persons.statuses import Status
from services.accounting.rules.persons.stay_purposes import purposes_of_stays
from services.accounting.rules.persons.stays import Bound, Stay, falls_into, stays
from services.accounting.rules.residence.history import Kind
from services.accounting.rules.residence.joined_stays import NONE, Stays, Term
from services.accounting.rules.residence.majority import Turns
from services.accounting.rules.residence.outcome import resolved_verdict, verdict
from services.accounting.rules.residence.purpose import declared_purpose
from services.accounting.rules.residence.reckoning import Coverage
from services.accounting.store import coverage
from services.accounting.store.persons import final_changes, histories
from services.accounting.store.persons.final_changes import OverturnedVerdict
from shared.audit import access_log
from shared.db.driver import begun, driver
from shared.errors import NotFound
from shared.events.portal import BorderCrossing
from shared.identity.callers import Caller


class TimelineCrossing(BaseModel):
    """`before`, `after`: 1 resident, 0 not, None not yet known. `final`: more days will not change it. `resolved_` is
    what M1216R says beside M1216: the same, but where an unknown first status is resolved. `declared_purpose` is what
    was said at the border, None where nothing was. `weighed`: None unless it is a migration that rests on a missing
    crossing."""

    source_id: str
    day: date
    direction: str
    declared_purpose: str | None
    before: int | None
    after: int | None
    migration: bool | None
    imputed: bool
    final: bool
    resolved_before: int | None
    resolved_after: int | None
    resolved_migration: bool | None
    weighed: Weighed | None


class TimelineStay(BaseModel):
    """From the day of one crossing to that of the next; `since` or `until` is None where the stay is open. One in the
    country has what other registers tell of its days: registered stays (notices of hosts among them) and statuses.

    `purpose` is that by which it counts, `basis` the kind of evidence that shows it, None where it was declared (or is
    not known either). A foreigner's time abroad has none."""

    inside: bool
    since: date | None
    until: date | None
    imputed: bool
    purpose: str | None
    basis: str | None
    registered: list[RegisteredStay]
    statuses: list[Status]


class TimelineJoinedStay(BaseModel):
    """A stay in the country by U98, joined over absences of fewer than 90 days: `term` is visit, short, long, open or
    undetermined. `since` is None where it began before the first crossing, `until` where it goes on; `ended`: no return
    can prolong it."""

    since: date | None
    until: date | None
    term: str
    ended: bool


class TimelineTurn(BaseModel):
    """From this reference date on, the first of a month, the person is a resident by M12, or no longer."""

    on: date
    resident: bool


class TimelineOverturned(BaseModel):
    """A final verdict of M1216 that did not stand: what it said, and what was said in its place; all None where the
    crossing is not counted any longer. `cause`: late_record, correction, withdrawal, word, merge, split, closed_window
    or method."""

    source_id: str
    before: int | None
    after: int | None
    migration: bool | None
    became_before: int | None
    became_after: int | None
    became_migration: bool | None
    cause: str
    changed_at: datetime


class TimelineSign(BaseModel):
    """What another register shows of the person's being in the country, or from when on a permit shows it no longer."""

    day: date
    kind: str
    region: str


class Timeline(BaseModel):
    """`sources` counts the records in effect by fact."""

    person: str
    crossings: list[TimelineCrossing]
    overturned: list[TimelineOverturned]
    stays: list[TimelineStay]
    joined_stays: list[TimelineJoinedStay]
    majority_residence: list[TimelineTurn]
    registered_stays: list[RegisteredStay]
    statuses: list[Status]
    acts: list[Act]
    evidence: list[TimelineSign]
    sources: dict[str, int]


class Successors(BaseModel):
    """Who a person with a former id is now: one, or after a split several."""

    former: str
    persons: list[str]


async def counted_for(engine: AsyncEngine) -> Coverage:
    """What the figures are counted for; the role that reads persons cannot ask."""
    async with engine.connect() as connection:
        return await coverage.counted(await driver(connection))


async def timeline(engine: AsyncEngine, seen: Coverage, id: str, caller: Caller) -> Timeline | Successors:
    """The timeline of a person, or by a former pseudonym who that is now; the reading is logged. Raises NotFound.

    `seen` is what the figures are counted for."""
    async with engine.begin() as connection:
        direct = await begun(connection)
        if not (now := await lead(direct, int(id, 16))):
            raise NotFound(UNKNOWN)
        if now != [int(id, 16)]:
            await log_present(connection, now, caller)
            return Successors(former=id, persons=list(map(pseudonym, now)))
        people = await histories.one(direct, int(id, 16))
        concerned = subjects(*await histories.claimed_numbers(direct, people.keys.tolist()))
        await access_log.log_versions(connection, caller, "read", "person", id, concerned)
        overturned = await final_changes.of(direct, people.crossings["fact"].tolist(), people.keys.tolist())
        known = {*people.crossings["fact"].tolist(), *(each.fact for each in overturned)}
        source_ids = await histories.source_ids(direct, list(known))
        facts = await histories.register_facts(direct, people.keys.tolist())
    changes = [_overturned(each, source_ids) for each in overturned if each.fact in source_ids]
    stated = [Stated.of(*stored) for stored in facts if stored[1] in MODELS]
    return _timeline(people, seen, _crossings(people, source_ids, weighed(people, facts)), changes, stated)


def _timeline(
    people: People,
    seen: Coverage,
    crossings: list[TimelineCrossing],
    changes: list[TimelineOverturned],
    facts: Sequence[Stated],
) -> Timeline:
    lines = people.lines(seen)
    statuses = sorted(filter(None, (status_of(each.fact) for each in facts)), key=lambda status: status.since)
    registered = registered_stays(facts)
    acts = (act for each in facts for act in acts_of(each.fact))
    counted = Counter(each.fact.NAME for each in facts)
    if len(people.crossings):
        counted[BorderCrossing.NAME] = len(people.crossings)
    return Timeline(
        person=pseudonym(int(people.ids[0])),
        crossings=crossings,
        overturned=changes,
        stays=_stays(people, registered, statuses),
        joined_stays=_joined_stays(lines.stays),
        majority_residence=_turns(lines.turns),
        registered_stays=registered,
        statuses=statuses,
        acts=sorted(acts, key=lambda act: act.day),
        evidence=_evidence(people),
        sources=dict(counted),
    )


def _crossings(people: People, source_ids: dict[int, str], doubts: Sequence[Weighed | None]) -> list[TimelineCrossing]:
    found = []
    declared = declared_purpose(people.crossings).tolist()
    columns = people.crossings[["fact", "day", "arrival", "state"]].tolist()
    for (fact, day, arrival, state), purpose, doubt in zip(columns, declared, doubts, strict=True):
        said, resolved = verdict(state), resolved_verdict(state)
        direction = "entry" if arrival else "exit"
        shown = TimelineCrossing(
            source_id=source_ids[fact],
            day=day_of(day),
            direction=direction,
            declared_purpose=_purpose(purpose),
            **said._asdict(),
            final=said.final,
            resolved_before=resolved.before,
            resolved_after=resolved.after,
            resolved_migration=resolved.migration,
            weighed=doubt,
        )
        found.append(shown)
    return found


def _overturned(change: OverturnedVerdict, source_ids: dict[int, str]) -> TimelineOverturned:
    was, became = verdict(change.was), verdict(change.became)
    return TimelineOverturned(
        source_id=source_ids[change.fact],
        before=was.before,
        after=was.after,
        migration=was.migration,
        became_before=became.before,
        became_after=became.after,
        became_migration=became.migration,
        cause=change.cause.name.lower(),
        changed_at=change.changed_at,
    )


def _stays(people: People, registered: list[RegisteredStay], statuses: list[Status]) -> list[TimelineStay]:
    crossings = [(day, bool(arrival)) for day, arrival in people.crossings[["day", "arrival"]].tolist()]
    found = stays(crossings)
    purpose = purposes_of_stays(people, found)
    return [
        TimelineStay(
            inside=stay.inside,
            since=_day(stay.start),
            until=_day(stay.end),
            imputed=_is_imputed(stay.start) or _is_imputed(stay.end),
            purpose=_purpose(shown.purpose),
            basis=None if shown.ground is None else shown.ground.kind.name.lower(),
            registered=[each for each in registered if _is_of(stay, each.since, each.ended_on or each.until)],
            statuses=[each for each in statuses if _is_of(stay, each.since, each.until)],
        )
        for stay, shown in zip(found, purpose, strict=True)
    ]


def _purpose(code: int) -> str | None:
    return PURPOSES[code] if code else None


def _is_of(stay: Stay, since: date, until: date | None) -> bool:
    return stay.inside and falls_into(stay, day_number(since), day_number(until) if until else None)


def _joined_stays(stays: Stays) -> list[TimelineJoinedStay]:
    columns = (each.tolist() for each in (stays.start, stays.end, stays.term, stays.ended))
    return [
        TimelineJoinedStay(
            since=None if start == NONE else day_of(start),
            until=None if end == NONE else day_of(end),
            term=Term(term).name.lower(),
            ended=ended,
        )
        for start, end, term, ended in zip(*columns, strict=True)
    ]


def _turns(turns: Turns) -> list[TimelineTurn]:
    months = zip(turns.month.tolist(), turns.resident.tolist(), strict=True)
    return [TimelineTurn(on=period_of("M", month).start, resident=resident) for month, resident in months]


def _day(bound: Bound | None) -> date | None:
    return day_of(bound.day) if bound else None


def _is_imputed(bound: Bound | None) -> bool:
    return bound is not None and bound.imputed


def _evidence(people: People) -> list[TimelineSign]:
    return [
        TimelineSign(day=day_of(day), kind=Kind(kind).name.lower(), region=region_name(region))
        for day, kind, region in people.evidence[["day", "kind", "region"]].tolist()
    ]
