"""The 12/16-month rule in plain Python: one person, one crossing after the other, to be read beside 5.1 of the method.

Slow and simple on purpose. The array rule of `services.accounting.rules.residence.residence` is held equal to it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

THRESHOLD = 365
WINDOW = 487


class Crossing(NamedTuple):
    """`day` counts from any fixed date; crossings come in the order in which they happened."""

    day: int
    arrival: bool


class Result(NamedTuple):
    """None = not known (yet); `imputed` = the opposite crossing just before this one is missing."""

    before: int | None
    after: int | None
    migration: bool | None
    imputed: bool


class Missing(NamedTuple):
    """A crossing that must have happened before the crossing at `position`; the status is the same on both sides."""

    position: int
    day: int
    arrival: bool
    status: int | None


def classify(
    crossings: Sequence[Crossing],
    initial: int | None,
    obs_end: int,
    threshold: int = THRESHOLD,
    window: int = WINDOW,
) -> list[Result]:
    """The outcome of each crossing before `obs_end`; later ones are as if they had not happened yet."""
    seen = [crossing for crossing in crossings if crossing.day < obs_end]
    spells = list(_spells(seen, obs_end))
    results = []
    status, opener = initial, None  # opener: position of the crossing that is open
    for position, crossing in enumerate(seen):
        before, migration = status, None
        same, opposite = _days(spells[position:], min(crossing.day + window, obs_end))
        if before is None:
            if opener is not None and crossing.arrival != seen[opener].arrival:
                since, _ = _days(spells[opener:position], crossing.day)
                migration = False if since < 2 * threshold - window else None
        elif crossing.arrival == bool(before) or opposite > window - threshold:
            migration = False
        elif same >= threshold:
            status, migration = int(crossing.arrival), True
        else:
            status, opener = None, position
        results.append(Result(before, status, migration, _is_missing_before(position, seen)))
    return results


def resolve(
    crossings: Sequence[Crossing], obs_end: int, threshold: int = THRESHOLD, window: int = WINDOW
) -> list[Result]:
    """M1216R of a person whose first status is not known: run from both, and common from where both agree."""
    outside, resident = (classify(crossings, start, obs_end, threshold, window) for start in (0, 1))
    results, agreed = [], False
    for one, other in zip(outside, resident, strict=True):
        if agreed:
            assert one == other
            results.append(one)
        else:
            agreed = one.after == other.after and one.after is not None
            results.append(Result(None, one.after if agreed else None, None, one.imputed))
    return results


def days_in_country(crossings: Sequence[Crossing], obs_end: int, window: int = WINDOW) -> list[tuple[int, int]]:
    """(days in the country, days observed) in the window of each crossing; nothing is observed of those after it."""
    seen = [crossing for crossing in crossings if crossing.day < obs_end]
    spells = list(_spells(seen, obs_end))
    counted = [(0, 0)] * len(crossings)
    for position, crossing in enumerate(seen):
        same, opposite = _days(spells[position:], min(crossing.day + window, obs_end))
        counted[position] = (same if crossing.arrival else opposite), same + opposite
    return counted


def missing(crossings: Sequence[Crossing], results: Sequence[Result]) -> list[Missing]:
    """The imputed crossings of a classified history."""
    return [
        Missing(position, _midpoint(crossings[position - 1], later), not later.arrival, results[position].before)
        for position, later in enumerate(crossings[: len(results)])
        if results[position].imputed
    ]


def _is_missing_before(position: int, crossings: Sequence[Crossing]) -> bool:
    return position > 0 and crossings[position - 1].arrival == crossings[position].arrival


def _midpoint(earlier: Crossing, later: Crossing) -> int:
    return earlier.day + (later.day - earlier.day) // 2


class Spell(NamedTuple):
    """Half-open: from the `first` day to the day before `past`."""

    first: int
    past: int
    inside: bool


Spells = list[Spell]


def _spells(crossings: Sequence[Crossing], obs_end: int) -> Iterator[Spells]:
    """For each crossing the spells up to the next one: one, or two where a crossing is missing."""
    for crossing, following in zip(crossings, [*crossings, None][1:], strict=True):
        if following is None:
            yield [Spell(crossing.day, obs_end, crossing.arrival)]
        elif following.arrival == crossing.arrival:
            turn = _midpoint(crossing, following)
            yield [Spell(crossing.day, turn, crossing.arrival), Spell(turn, following.day, not crossing.arrival)]
        else:
            yield [Spell(crossing.day, following.day, crossing.arrival)]


def _days(spells: Sequence[Spells], end: int) -> tuple[int, int]:
    """Days before `end` on the side to which the first spell leads, and on the other side."""
    same = opposite = 0
    for parts in spells:
        if parts[0].first >= end:
            break
        for part in parts:
            days = max(min(part.past, end) - part.first, 0)
            if part.inside == spells[0][0].inside:
                same += days
            else:
                opposite += days
    return same, opposite
