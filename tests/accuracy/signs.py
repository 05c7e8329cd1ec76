"""Signs of life of a simulated country, by its truth: whose they are is known, and so is where everybody lives.

What a register wrote down becomes the sign that accounting makes of the same record; who lives where in a month is the
status by the 12/16-month rule with the whole of every life in view, in the region of the stay.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from deploy.simulation.truth import TrueRecord
from services.accounting.rules.estimates.signs import SIGN, FirstSide, Group, Months, SignKind, Signs
from services.accounting.rules.figures.dimensions import region_code
from tests.accounting.oracle_residence import Crossing, classify, resolve
from tests.accuracy import naive
from tests.accuracy.truth import HOME, TrueLife, Truth

Ints = npt.NDArray[np.int64]
Kinds = Mapping[str, SignKind]

_SETTLING, _WORKING = frozenset({"permanent", "family"}), frozenset({"work", "study"})
_CROSSING: dict[tuple[str, str], SignKind] = {
    (direction, stem): SignKind[f"{direction.upper()}_{stem}"]
    for direction in ("entry", "exit")
    for stem in ("SETTLING", "WORK", "VISIT")
}
_OF_PATH: Mapping[str, SignKind] = {
    "residence-permits": SignKind.RESIDENCE_PERMIT,
    "protection-statuses": SignKind.TEMPORARY,
    "stay-registrations": SignKind.TEMPORARY,
    "work-permits": SignKind.WORK_PERMIT,
    "eaeu-workers": SignKind.WORK_PERMIT,
    "exempt-workers": SignKind.WORK_PERMIT,
    "business-immigrants": SignKind.WORK_PERMIT,
    "kandas-statuses": SignKind.KANDAS,
    "consular-registrations": SignKind.CONSULAR,
    "violations": SignKind.VIOLATION,
    "expulsions": SignKind.EXPELLED,
    "host-notifications": SignKind.NOTICE,
}


_INITIAL = 365
"""Days within which a first crossing does not tell the status before it (norm initial_evidence_span)."""
_TELLING: Mapping[SignKind | None, int] = {
    SignKind.REGISTERED: 1, SignKind.RESIDENCE_PERMIT: 1, SignKind.DEPARTED: 0,
}  # fmt: skip


class Finals(NamedTuple):
    """By person and month: whether a method has finally decided from recorded crossings whether the person lives here,
    and what it decided."""

    known: npt.NDArray[np.bool_]
    resident: npt.NDArray[np.bool_]


class Country(NamedTuple):
    """What a country's registers show of its persons, and what is true: `lives` by person and month whether they live
    here, `region` where (0 elsewhere)."""

    signs: Signs
    group: Ints
    side: Ints
    months: Months
    lives: npt.NDArray[np.bool_]
    region: npt.NDArray[np.uint8]
    registered: npt.NDArray[np.uint8]
    """By person and month the region of the last permanent registration, 0 without one: what is counted today."""
    finals: tuple[Finals, Finals]
    """By M1216 and M1216R: what a real country knows of itself, without its truth."""


def country(truth: Truth) -> Country:
    """The lives that a register has met, in the order of their numbers: of others nothing can be known.

    The months are those of which registers hold every day."""
    months = Months(_month(truth.start), _month(truth.through) + 1)
    records, truth = naive.standing(truth.records), met(truth)
    number = {life: place for place, life in enumerate(truth.lives)}
    rows = [(number[each.life], _month(each.day), kind, region_code(each.region or None))
            for each in records for kind in _kinds(each)]  # fmt: skip
    lives, region = _truth(truth, months)
    group = np.array([Group.CITIZEN if life.citizen_on(truth.through) else Group.FOREIGNER for life in
                      truth.lives.values()], np.int64)  # fmt: skip
    return Country(
        np.array(rows, SIGN),
        group,
        _sides(records, number),
        months,
        lives,
        region,
        _registered(records, number, months),
        _finals(truth, records, number, months),
    )


def met(truth: Truth) -> Truth:
    """The same of the lives that a register has met: of others nothing can be known."""
    known = {each.life for each in naive.standing(truth.records)}
    return replace(truth, lives={life: each for life, each in truth.lives.items() if life in known})


def residents(truth: Truth) -> dict[int, int]:
    """Year -> who lives here on its 1 January, of the years on whose day before the registers write."""
    months = Months(_month(truth.start), _month(truth.through) + 1)
    lives, _ = _truth(truth, months)
    return {
        1970 + (month + 1) // 12: int(lives[:, month - months.first].sum())
        for month in range(*months)
        if (month + 1) % 12 == 0
    }


def _month(day: date) -> int:
    return (day.year - 1970) * 12 + day.month - 1


def _kinds(record: TrueRecord) -> Iterator[SignKind]:
    if record.path == "border-crossings":
        stem = "SETTLING" if record.purpose in _SETTLING else "WORK" if record.purpose in _WORKING else "VISIT"
        yield _CROSSING[record.what, stem]
    elif record.path == "residence-registrations":
        if record.what == "registration":
            yield SignKind.REGISTERED
        else:
            yield SignKind.DEREGISTERED if record.country in ("", HOME) else SignKind.DEPARTED
    elif record.path == "studies":
        yield SignKind.STUDY_HERE if record.region else SignKind.STUDY_ABROAD
    elif record.path == "citizenship-changes":
        yield SignKind.NATURALISED if record.what == "acquired" else SignKind.CITIZENSHIP_LOST
    elif record.path in _OF_PATH:
        yield _OF_PATH[record.path]


def _sides(records: list[TrueRecord], number: Mapping[int, int]) -> Ints:
    first: dict[int, TrueRecord] = {}
    for each in records:
        if each.path == "border-crossings" and (each.life not in first or each.day < first[each.life].day):
            first[each.life] = each
    side = np.full(len(number), FirstSide.NEVER_CROSSED, np.int64)
    for life, each in first.items():
        side[number[life]] = FirstSide.CAME_FIRST if each.what == "entry" else FirstSide.LEFT_FIRST
    return side


def _truth(truth: Truth, months: Months) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.uint8]]:
    lives = np.zeros((len(truth.lives), months.beyond - months.first), np.bool_)
    region = np.zeros(lives.shape, np.uint8)
    turns: dict[int, list[tuple[date, int]]] = {}
    for crossing in truth.crossings:
        turns.setdefault(crossing.life, []).append((crossing.day, int(crossing.result.after or 0)))
    for place, life in enumerate(truth.lives.values()):
        own = [(date.min, _begins(truth, life)), *turns.get(life.number, [])]
        days, states = [day for day, _ in own], [state for _, state in own]
        for month in range(months.first, months.beyond):
            day = _reference(month)
            alive = any(stay.since < day and (stay.until is None or stay.until >= day) for stay in life.stays)
            here = alive and bool(states[bisect_right(days, day) - 1])
            lives[place, month - months.first] = here
            region[place, month - months.first] = _home(life, day) if here else 0
    return lives, region


def _reference(month: int) -> date:
    """The first day after a month: what came before it counts."""
    return date(1970 + (month + 1) // 12, (month + 1) % 12 + 1, 1)


def _finals(
    truth: Truth, records: list[TrueRecord], number: Mapping[int, int], months: Months
) -> tuple[Finals, Finals]:
    crossings: dict[int, list[Crossing]] = {}
    told: dict[int, list[tuple[int, int]]] = {}
    for each in records:
        if each.path == "border-crossings":
            crossings.setdefault(number[each.life], []).append(Crossing(each.day.toordinal(), each.what == "entry"))
        elif (kind := next(_kinds(each), None)) in _TELLING:
            told.setdefault(number[each.life], []).append((each.day.toordinal(), _TELLING[kind]))
    shape, through = (len(number), months.beyond - months.first), truth.through.toordinal() + 1
    found = tuple(Finals(np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)) for _ in range(2))
    references = [_reference(month).toordinal() for month in range(*months)]
    for place, own in crossings.items():
        own.sort(key=lambda each: each.day)
        initial = _initial(own[0], told.get(place, ()), truth.start.toordinal())
        pure = classify(own, initial, through)
        for finals, results in zip(found, (pure, pure if initial is not None else resolve(own, through)), strict=True):
            states = [None, *(each.after for each in results)]
            for at, day in enumerate(references):
                after = states[bisect_left(own, day, key=lambda each: each.day)]
                finals.known[place, at], finals.resident[place, at] = after is not None, bool(after)
    return found[0], found[1]


def _initial(first: Crossing, told: Iterable[tuple[int, int]], start: int) -> int | None:
    """The status before the first crossing (5.1): after a year of the register that crossing tells it, earlier the last
    of the permanent registrations, residence permits and departures before it."""
    if first.day >= start + _INITIAL:
        return int(not first.arrival)
    return max(((day, status) for day, status in told if day < first.day), default=(0, None))[1]


def _begins(truth: Truth, life: TrueLife) -> int:
    """The status as the registers begin: that of the last stay before, counted as one who has lived there."""
    before = [stay for stay in life.stays if stay.since < truth.start]
    return int(bool(before) and before[-1].country == HOME)


def _home(life: TrueLife, day: date) -> int:
    homes = [stay.region for stay in life.stays if stay.country == HOME and stay.since < day]
    return region_code(homes[-1]) if homes else 0


def _registered(records: list[TrueRecord], number: Mapping[int, int], months: Months) -> npt.NDArray[np.uint8]:
    found = np.zeros((len(number), months.beyond - months.first), np.uint8)
    acts = [each for each in records if each.path == "residence-registrations"]
    for each in sorted(acts, key=lambda each: (each.day, each.what == "registration", each.source_id)):
        came = each.what == "registration"
        found[number[each.life], max(0, _month(each.day) - months.first):] = (
            region_code(each.region or None) if came else 0
        )  # fmt: skip
    return found
