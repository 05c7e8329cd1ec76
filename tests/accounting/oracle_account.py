"""What the records of a world amount to, one person and one crossing after the other: persons, outcomes, cells.

Slow and simple on purpose; the identity is that of rules.identity, the outcome that of the oracle of the 12/16 rule.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from services.accounting.rules.figures import dimensions
from services.accounting.rules.figures.movements import CellKind
from services.accounting.rules.persons.identity import fact_key
from services.accounting.rules.residence.history import Kind
from shared.events.police import ResidencePermit
from shared.events.portal import BorderCrossing, FeedCoverage, ResidenceRegistration
from tests.accounting.oracle_identity import linked
from tests.accounting.oracle_line_cells import Life, line_cells
from tests.accounting.oracle_matching import matched
from tests.accounting.oracle_purpose import Term, Travel, purposes
from tests.accounting.oracle_residence import Crossing, Result, classify, missing, resolve
from tests.accounting.world import STATUSES, World

Record = dict[str, Any]
STRENGTH = {
    **{kind: int(kind) for kind in Kind},
    **{Kind.PROTECTION: 5, Kind.WORK_PERMIT: 6, Kind.EAEU_WORKER: 6, Kind.KANDAS: 7},
}
"""Of the kinds in a world: the smaller number shows better where somebody lives."""
Cell = tuple[int, ...]
"""month, indicator, region, partner, citizen, sex, age, purpose"""

TELLING = (ResidenceRegistration.TYPE, ResidencePermit.TYPE, *(fact.TYPE for fact in STATUSES))
ABOUT_PEOPLE = (BorderCrossing.TYPE, *TELLING)
UNKNOWN = Result(None, None, None, False)
WINDOW = 487
PLACES = {"ALA-AIR": 75, "KORDAY": 31, "AUYL-ROAD": 10}
"""The regions of the checkpoints of a world; what it names besides is on no list."""


class Account(NamedTuple):
    """`person` of every record in effect, `outcome` of every crossing (by subject), `cells` of the cube; `resolved` is
    the outcome by M1216R."""

    person: dict[str, int]
    outcome: dict[str, Result]
    cells: Counter[Cell]
    resolved: dict[str, Result]


class Sign(NamedTuple):
    """What a record shows from a day on: where several fall on one day, the smallest `kind` is the strongest."""

    day: int
    kind: Kind
    fact: int
    region: int


def account(world: World, obs_end: date | None = None) -> Account:
    """The truth about the world, as far as the days before `obs_end` tell (by default: as declared)."""
    person = persons(world)
    start, end = _coverage(world)
    end = dimensions.day_number(obs_end) if obs_end else end
    crossings = _by_person(person, world.in_effect(BorderCrossing.TYPE))
    signs = _by_person(person, {s: data for type in TELLING for s, data in world.in_effect(type).items()})
    outcome: dict[str, Result] = {}
    cells: Counter[Cell] = Counter()
    resolved: dict[str, Result] = {}
    for who, own in crossings.items():
        ordered = sorted(own.items(), key=lambda record: _moment(*record))
        shown = (sign for record in signs.get(who, {}).items() for sign in _signs(*record))
        seen = sorted(shown, key=arranged)
        days = [Crossing(_day(record), record["direction"] == "entry") for _, record in ordered]
        initial = _initial([r for _, r in ordered], days[0], seen, start)
        results = classify(days, initial, end)
        common = resolve(days, end) if initial is None else results
        outcome |= {s: r for (s, _), r in zip(ordered, [*results, *[UNKNOWN] * len(ordered)], strict=False)}
        resolved |= {s: r for (s, _), r in zip(ordered, [*common, *[UNKNOWN] * len(ordered)], strict=False)}
        told = _with_purposes([record for _, record in ordered], seen)
        cells.update(_cells(told, days, results, seen))
        if initial is None:
            cells.update(_resolved_cells(told, days, common, seen))
        cells.update(line_cells(_life(told, days, common, initial, start, end, seen)))
    return Account(person, outcome, cells, resolved)


def _life(
    records: Sequence[Record],
    days: Sequence[Crossing],
    results: Sequence[Result],
    initial: int | None,
    start: int,
    end: int,
    signs: Sequence[Sign],
) -> Life:
    sexes, years = _disputed(records)
    return Life(
        records,
        days,
        results,
        initial,
        start,
        end,
        lambda crossing: _region(crossing, signs),
        lambda record, day: _who(record, day, sexes, years),
    )


def persons(world: World) -> dict[str, int]:
    """The person of each record in effect, as a number: records joined as oracle_identity and oracle_matching say."""
    records = {s: data for type in ABOUT_PEOPLE for s, data in world.in_effect(type).items()}
    told = {s: data["person"] for s, data in records.items()}
    exact = list(linked(records))
    added = matched(records, lambda more: _groups(told, [*exact, *more]))
    return _groups(told, [*exact, *added])


def _groups(subjects: Iterable[str], pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    leader = {subject: subject for subject in subjects}

    def find(subject: str) -> str:
        while leader[subject] != subject:
            subject = leader[subject]
        return subject

    for one, other in pairs:
        leader[find(one)] = find(other)
    numbers = {subject: number for number, subject in enumerate(sorted({find(s) for s in leader}))}
    return {subject: numbers[find(subject)] for subject in leader}


def _coverage(world: World) -> tuple[int, int]:
    declared = list(world.in_effect(FeedCoverage.TYPE).values())
    start = min(date.fromisoformat(each["register_start"]) for each in declared)
    until = max(date.fromisoformat(each["complete_through"]) for each in declared)
    return dimensions.day_number(start), dimensions.day_number(until) + 1


def _by_person(person: dict[str, int], records: dict[str, Record]) -> dict[int, dict[str, Record]]:
    grouped: dict[int, dict[str, Record]] = defaultdict(dict)
    for subject, record in records.items():
        grouped[person[subject]][subject] = record
    return grouped


def _day(record: Record) -> int:
    return dimensions.day_number(date.fromisoformat(record["crossed_at"][:10]))


def _moment(subject: str, record: Record) -> tuple[int, datetime, int, int]:
    """The order of a person's crossings: the source's numbers end in digits, and there are few."""
    at = datetime.fromisoformat(record["crossed_at"])
    return _day(record), at, int(record["source_id"].rpartition("-")[2]), fact_key(subject)


def _signs(subject: str, record: Record) -> Iterator[Sign]:
    fact, region = fact_key(subject), int(record.get("region") or 0)
    if "act" not in record and "residence" not in record:
        yield from _status(fact, record)
    elif "act" in record:
        away = Kind.DEPARTED if record["counterpart_country"] not in (None, "KAZ") else Kind.DEREGISTERED
        yield Sign(_number(record["date"]), Kind.REGISTERED if record["act"] == "registration" else away, fact, region)
    elif record["residence"] == "temporary":
        yield Sign(_number(record["granted_on"]), Kind.TEMPORARY, fact, region)
    else:
        yield Sign(_number(record["granted_on"]), Kind.RESIDENCE_PERMIT, fact, region)
        yield from _end(record, fact, region)


def _status(fact: int, record: Record) -> Iterator[Sign]:
    """What a record says that somebody is here or abroad for, and when that ends."""
    kind, region = _kind_of_status(record)
    begins = ("valid_from", "works_from", "decided_on", "granted_on", "since", "registered_on")
    yield Sign(_number(next(record[name] for name in begins if name in record)), kind, fact, region)
    last = next((record[name] for name in ("valid_until", "works_until", "until") if record.get(name)), None)
    if record.get("ended_on"):
        yield Sign(_number(record["ended_on"]), Kind.ENDED, fact, 0)
    elif last and last != "9999-12-31":
        yield Sign(_number(last) + 1, Kind.ENDED, fact, 0)


def _kind_of_status(record: Record) -> tuple[Kind, int]:
    """And the region that it shows, 0 for none."""
    if "level" in record:
        return (Kind.STUDY if record["country"] == "KAZ" else Kind.ABROAD_STUDY), 0
    if "registered_on" in record:
        return Kind[f"ABROAD_{record['purpose'].upper()}"], 0
    members = {"valid_from": Kind.WORK_PERMIT, "works_from": Kind.EAEU_WORKER, "decided_on": Kind.KANDAS}
    kind = next((kind for name, kind in members.items() if name in record), Kind.PROTECTION)
    return kind, int(record["region"])


def _with_purposes(records: Sequence[Record], signs: Sequence[Sign]) -> list[Record]:
    """The records with the purpose by which each counts."""
    ends = {sign.fact: sign.day for sign in signs if sign.kind in (Kind.ENDED, Kind.DEPARTED)}
    terms = [Term(sign.kind, sign.day, ends.get(sign.fact)) for sign in signs if sign.kind != Kind.ENDED]
    travels = [
        Travel(_day(each), each["direction"] == "entry", each["person"]["citizenship"], each["purpose"])
        for each in records
    ]
    found = purposes(travels, terms)
    return [record | {"counted_purpose": each} for record, each in zip(records, found, strict=True)]


def _end(record: Record, fact: int, region: int) -> Iterator[Sign]:
    """The end of a permanent permit: known to have come, or written down beforehand."""
    if record["end_reason"] == "departure":
        yield Sign(_number(record["ended_on"]), Kind.DEPARTED, fact, region)
    elif record["end_reason"] != "citizenship":
        ends = [_number(record["ended_on"])] if record["ended_on"] else []
        ends += [_number(record["valid_until"]) + 1] if record["valid_until"] else []
        yield from (Sign(day, Kind.ENDED, fact, 0) for day in sorted(ends)[:1])


def arranged(sign: Sign) -> tuple[int, int, int]:
    """The order of a person's signs: on one day the strongest comes last."""
    return sign.day, -STRENGTH[sign.kind], sign.fact


def _number(written: str) -> int:
    return dimensions.day_number(date.fromisoformat(written))


def _initial(records: Sequence[Record], first: Crossing, signs: Sequence[Sign], start: int) -> int | None:
    if first.day >= start + 365:
        return int(not first.arrival)
    for record in records:
        if record["resident_at_start"] is not None:
            return int(record["resident_at_start"])
    return registered(signs, first.day)


def registered(signs: Sequence[Sign], first_day: int) -> int | None:
    """What the signs of a person, in their order, tell of the status before the first crossing."""
    early = [sign for sign in signs if sign.day < first_day]
    ended = {sign.fact for sign in early if sign.kind == Kind.ENDED}
    status = None
    for sign in early:
        if sign.kind == Kind.DEPARTED:
            status = 0
        elif sign.kind in (Kind.REGISTERED, Kind.RESIDENCE_PERMIT) and sign.fact not in ended:
            status = 1
        elif sign.kind == Kind.RESIDENCE_PERMIT and status == 0:
            status = None  # came back after all, and nobody knows whether to stay after the permit's end
    return status


def _cells(
    records: Sequence[Record], days: Sequence[Crossing], results: Sequence[Result], signs: Sequence[Sign]
) -> Iterator[Cell]:
    """What the crossings of one person count in the cube; of what its records contradict each other in, nothing."""
    sexes, years = _disputed(records)
    for record, crossing, result in zip(records, days, results, strict=False):
        month = _month(crossing.day)
        direction = CellKind.ARRIVALS if crossing.arrival else CellKind.DEPARTURES
        place = _of_its_day(PLACES.get(record["checkpoint"].strip().upper(), 0), crossing.day)
        yield _movement(month, direction, record, dimensions.purpose_code(record["purpose"]), place)
        if result.migration is not False:
            yield (
                month,
                _kind(crossing.arrival, result, results),
                _region(crossing, signs),
                *_who(record, crossing.day, sexes, years),
            )
    for gap in missing(days, results):
        direction = CellKind.ARRIVALS_IMPUTED if gap.arrival else CellKind.DEPARTURES_IMPUTED
        yield _movement(_month(gap.day), direction, records[gap.position], 0)


def _resolved_cells(
    records: Sequence[Record], days: Sequence[Crossing], results: Sequence[Result], signs: Sequence[Sign]
) -> Iterator[Cell]:
    """What M1216R counts of one person whose first status is not known: open is what follows an agreed status."""
    sexes, years = _disputed(records)
    agreed = False
    for record, crossing, result in zip(records, days, results, strict=False):
        if result.migration:
            kind = CellKind.IMM_RESOLVED if crossing.arrival else CellKind.EMI_RESOLVED
        elif agreed:
            kind = CellKind.IMM_RESOLVED_OPEN if crossing.arrival else CellKind.EMI_RESOLVED_OPEN
        else:
            kind = CellKind.IMM_UNRESOLVED if crossing.arrival else CellKind.EMI_UNRESOLVED
        if result.migration is not False:
            yield _month(crossing.day), kind, _region(crossing, signs), *_who(record, crossing.day, sexes, years)
        agreed = agreed or result.after is not None


def _disputed(records: Sequence[Record]) -> tuple[bool, bool]:
    """Whether the records give both sexes, and several years of birth."""
    people = [record["person"] for record in records]
    return {each["sex"] for each in people} >= {"M", "F"}, len({each["birth_date"][:4] for each in people}) > 1


def _kind(arrival: bool, result: Result, results: Sequence[Result]) -> int:
    if result.migration:
        return CellKind.IMM_FINAL if arrival else CellKind.EMI_FINAL
    if results[0].before is None:
        return CellKind.IMM_UNDETERMINED if arrival else CellKind.EMI_UNDETERMINED
    return CellKind.IMM_OPEN if arrival else CellKind.EMI_OPEN


def _region(crossing: Crossing, signs: Sequence[Sign]) -> int:
    placed = [sign for sign in signs if sign.region]
    soon = [sign for sign in placed if crossing.day <= sign.day < crossing.day + WINDOW]
    past = [sign for sign in placed if sign.day <= crossing.day]
    if crossing.arrival and soon:
        return _of_its_day([sign for sign in soon if sign.day == soon[0].day][-1].region, crossing.day)
    return _of_its_day(past[-1].region, crossing.day) if past else 0


def _of_its_day(region: int, day: int) -> int:
    """What was there on the day: Abai, Zhetysu and Ulytau were cut out in 2022, South Kazakhstan was parted in 2018."""
    if day < _number("2022-06-08"):
        region = {10: 63, 33: 19, 62: 35}.get(region, region)
    if day < _number("2018-06-19"):
        return {61: 51, 79: 51}.get(region, region)
    return 0 if region == 51 else region


def _who(record: Record, day: int, sex_disputed: bool, birth_disputed: bool) -> Cell:
    person = record["person"]
    born, on = dimensions.birth_code(person["birth_date"]), dimensions.day_of(day)
    age = (on.year * 512 + on.month * 32 + on.day - born) // 512
    return (
        dimensions.country_code(record["country"]),
        dimensions.country_code(person["citizenship"]),
        0 if sex_disputed else dimensions.sex_code(person["sex"]),
        0 if age < 0 or birth_disputed else min(age // 5 + 1, 21),
        dimensions.purpose_code(record["counted_purpose"]),
    )


def _movement(month: int, indicator: int, record: Record, purpose: int, place: int = 0) -> Cell:
    citizen = dimensions.country_code(record["person"]["citizenship"])
    return (month, indicator, place, 0, citizen, 0, 0, purpose)


def _month(day: int) -> int:
    on = dimensions.day_of(day)
    return (on.year - 1970) * 12 + on.month - 1
