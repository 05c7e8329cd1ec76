"""Why figures of past periods move: which cause each difference of the cube has (decision 0061).

The ordinary case is a timely record: its day had not been declared complete before it came. Everything else is told
apart, as far as national figures of a month go: they are what is released. Where several causes concern one person at
once, the last of them in the order of Cause stands for all: who somebody is decides more than what one record says.
"""

from collections import defaultdict
from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from services.accounting.rules.figures.movements import FIELDS, Tally, difference, pack, pack_kind, tally
from services.accounting.rules.persons.identity import among, components
from services.accounting.rules.persons.people import Ints, People, successions


class Cause(IntEnum):
    """Stored: numbers never change their meaning. Those up to SPLIT are in their order of precedence."""

    TIMELY = 0  # never noted: what remains of a difference
    LATE_RECORD = 1  # a new record of a day that was declared complete
    CORRECTION = 2  # a newer version of a record
    WITHDRAWAL = 3
    WORD = 4  # a reviewer's, on who is who: persons who merge or split by it do so by the word
    MERGE = 5  # who were several persons are one
    SPLIT = 6  # who was one person is several
    CLOSED_WINDOW = 7  # the border feed covers other days: a window closed, or days were taken back
    METHOD = 8  # a rebuild counts the same facts otherwise: another version of the method or of a list it reads


Causes = Mapping[Cause, Tally]
"""What each cause moves, in cells of the nation."""
ByKind = Mapping[int, Mapping[int, int]]
"""National cells: a kind alone -> month since 1970-01 -> count."""

NATIONAL: Final = int(pack(**{name: (1 << FIELDS[name].bits) - 1 for name in ("family", "month", "indicator")}))
"""The bits of a cell that are left where all places and persons are taken together."""


_CAUSE: Final = FIELDS["citizen"]


def of_facts(days: Ints, known: npt.NDArray[np.int8], obs_end: int) -> npt.NDArray[np.int8]:
    """The cause of each fact: what is `known` of it, else whether it comes late. A day of 0 is none."""
    late = (known == Cause.TIMELY) & (days > 0) & (days < obs_end)
    return np.where(late, np.int8(Cause.LATE_RECORD), known)


def national(change: Tally) -> Tally:
    """Of a change of the cube, what of it is not only between places or kinds of persons."""
    return difference(Tally(change.cells[:0], change.counts[:0]), Tally(change.cells & NATIONAL, change.counts))


def moved(before: People, after: People, facts: Ints, causes: npt.NDArray[np.int8], change: Tally) -> Causes:
    """What each cause but TIMELY moves where `before` become `after` by `facts`, each of which has its cause; `change`
    is what all of them move."""
    pairs = successions(before, after)
    special = facts[causes != Cause.TIMELY]
    merged, split = _repeated(pairs[:, 1]), _repeated(pairs[:, 0])
    if not (len(special) or len(merged) or len(split)):
        return {}
    alone = np.concatenate((before.ids, after.ids))
    person, group = components(np.concatenate((pairs, np.stack((alone, alone), axis=1))))
    cause = np.zeros(len(person), np.int8)  # at the place of each group's first person
    ordered = np.argsort(facts)
    for people in (before, after):
        _note(cause, person, group, *_concerned(people, special, facts[ordered], causes[ordered]))
    for persons, what in ((merged, Cause.MERGE), (split, Cause.SPLIT)):
        _note(cause, person, group, persons, np.full(len(persons), what, np.int8))
    of_person = cause[np.searchsorted(person, group)]
    found = [Cause(each) for each in np.unique(of_person).tolist()]
    if len(found) == 1 and found != [Cause.TIMELY]:  # as where a record comes alone: all that moves has its cause
        return {found[0]: national(change)}

    by_cause = difference(
        *(_counted(people, of_person[np.searchsorted(person, people.ids)]) for people in (before, after))
    )
    of_cell = by_cause.cells >> _CAUSE.shift & ((1 << _CAUSE.bits) - 1)
    return {
        each: Tally(by_cause.cells[of_cell == each] & NATIONAL, by_cause.counts[of_cell == each])
        for each in found
        if each != Cause.TIMELY
    }


def _counted(people: People, causes: npt.NDArray[np.int8]) -> Tally:
    """What the nation's cells hold of those whose cause is not TIMELY, each cell with the cause in the place of the
    citizenship, which a nation's cell does not tell: so all causes are counted at once."""
    of_crossing, of_cell = np.repeat(causes, people.lengths), np.repeat(causes, people.cell_lengths)
    crossings = people.crossings[of_crossing != Cause.TIMELY]
    crossings["citizen"] = of_crossing[of_crossing != Cause.TIMELY]
    beside = people.cells & NATIONAL | of_cell.astype(np.int64) << _CAUSE.shift
    cells, counts = tally(crossings, beside[of_cell != Cause.TIMELY])
    return Tally(cells & (NATIONAL | pack(citizen=(1 << _CAUSE.bits) - 1)), counts)


def _repeated(persons: Ints) -> Ints:
    """Those who stand there more than once."""
    found, times = np.unique(persons, return_counts=True)
    return found[times > 1]


def _concerned(
    people: People, special: Ints, facts: Ints, causes: npt.NDArray[np.int8]
) -> tuple[Ints, npt.NDArray[np.int8]]:
    """Whom the special ones among `facts` (ascending) are of, and the cause of each."""
    of_people = np.concatenate((people.crossings["fact"], people.evidence["fact"]))
    holder = np.concatenate((people.holder_of_crossing(), people.holder_of_evidence()))
    theirs = among(of_people, np.sort(special))
    return holder[theirs], causes[np.searchsorted(facts, of_people[theirs])]


def _note(cause: npt.NDArray[np.int8], person: Ints, group: Ints, persons: Ints, causes: npt.NDArray[np.int8]) -> None:
    first = np.searchsorted(person, group[np.searchsorted(person, persons)])
    np.maximum.at(cause, first, causes)


def by_kind(cells: Mapping[int, int]) -> ByKind:
    """National cells as their sums are asked for."""
    field = FIELDS["month"]
    month = ((1 << field.bits) - 1) << field.shift
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for cell, count in cells.items():
        found[cell & ~month][(cell & month) >> field.shift] = count
    return found


def of_months(cells: ByKind, months: range, kinds: Mapping[int, int]) -> int:
    """The sum of cells over months since 1970-01 and kinds of cell, each with its factor (1 or -1)."""
    return sum(
        factor * sum(count for month, count in cells.get(_kind_alone(code), {}).items() if month in months)
        for code, factor in kinds.items()
    )


@cache
def _kind_alone(code: int) -> int:
    return int(pack_kind(code))
