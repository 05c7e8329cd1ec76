"""The cells of one person's lines beside the 12/16-month rule, one after the other: stays, turns, who is a resident.

Slow and simple on purpose. `rules.figures.line_cells` is held equal to it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from services.accounting.rules.figures.dimensions import day_number, day_of
from services.accounting.rules.figures.movements import CellKind
from tests.accounting.oracle_lines import SHORT, PlainStay, m12, u98
from tests.accounting.oracle_residence import Crossing, Result

Record = dict[str, Any]
Cell = tuple[int, ...]
IN = {"long": CellKind.U98_IN_LONG, "short": CellKind.U98_IN_SHORT, "open": CellKind.U98_IN_OPEN}
OUT = {
    "long": CellKind.U98_OUT_LONG,
    "short": CellKind.U98_OUT_SHORT,
    "undetermined": CellKind.U98_OUT_UNDETERMINED,
}


class Life(NamedTuple):
    """One person: records and crossings in order, what M1216R says of those before `end`, the first status, the first
    day of the register; `region` and `who` give the dimensions of a crossing and of a record on a day."""

    records: Sequence[Record]
    crossings: Sequence[Crossing]
    results: Sequence[Result]
    initial: int | None
    start: int
    end: int
    region: Callable[[Crossing], int]
    who: Callable[[Record, int], Cell]

    @property
    def eve(self) -> int:
        """The day before the first reference date."""
        day = day_of(self.start)
        while day.day != 1:
            day += timedelta(1)
        return day_number(day) - 1

    def cell(self, day: int, kind: CellKind, moving: int, origin: int, place: int) -> Cell:
        """Partner and age are those of who moves, all else is that of the crossing by which the person came."""
        partner, _, _, age, _ = self.who(self.records[moving], day)
        _, citizen, sex, _, purpose = self.who(self.records[origin], day)
        on: date = day_of(day)
        return (on.year - 1970) * 12 + on.month - 1, kind, place, partner, citizen, sex, age, purpose


def line_cells(life: Life) -> Iterator[Cell]:
    """Every cell that the person counts in beside those of the crossings."""
    if life.results:
        yield from _residents(life)
        yield from _turns(life)
        for stay, term, ended in u98(life.crossings, life.initial, life.end):
            yield from _stay(life, stay, term, ended)


def _residents(life: Life) -> Iterator[Cell]:
    unknown = life.initial is None
    gained, lost = CellKind.RESIDENT_GAIN, CellKind.RESIDENT_LOSS
    if unknown:
        gained, lost = CellKind.RESOLVED_GAIN, CellKind.RESOLVED_LOSS
    origin, place = 0, 0
    if not unknown and life.results[0].before == 1:
        place = life.region(Crossing(life.crossings[0].day, arrival=False))
        yield life.cell(life.eve, gained, 0, origin, place)
    for position, (crossing, result) in enumerate(zip(life.crossings, life.results, strict=False)):
        day = max(crossing.day, life.eve)
        shown = unknown and result.before is None and result.after == 1 and result.migration is None
        if (result.migration and crossing.arrival) or shown:
            origin, place = position, life.region(crossing)
            yield life.cell(day, gained, position, origin, place)
        elif result.migration:
            yield life.cell(day, lost, position, origin, place)


def _turns(life: Life) -> Iterator[Cell]:
    before, first, origin, place = False, True, 0, 0
    for reference, resident in m12(life.crossings, life.start, life.end).items():
        day = day_number(reference)
        source = max(sum(each.day < day for each in life.crossings[: len(life.results)]) - 1, 0)
        if resident and not before:
            origin, place = source, life.region(Crossing(day, arrival=True))
            yield life.cell(day - 1, CellKind.M12_START if first else CellKind.M12_IN, source, origin, place)
        elif before and not resident:
            yield life.cell(day - 1, CellKind.M12_OUT, source, origin, place)
        before, first = resident, False


def _stay(life: Life, stay: PlainStay, term: str, ended: bool) -> Iterator[Cell]:
    begin = stay.begun if stay.begun is not None else stay.left
    if begin is None:  # it began before the first crossing, and all absences since were short
        begin = 0
    if stay.start is None:
        place = life.region(Crossing(life.crossings[begin].day, arrival=False))
    else:
        place = life.region(Crossing(stay.start, arrival=True))
        if (life.end if stay.end is None else stay.end) - stay.start < SHORT:
            return
        if stay.start < life.start and term != "long":
            return
    if stay.start is not None and stay.start >= life.start:
        yield life.cell(stay.start, IN[term], begin, begin, place)
    elif term == "long":
        yield life.cell(life.eve, CellKind.U98_START, begin, begin, place)
    if stay.end is not None:
        left = begin if stay.left is None else stay.left
        yield life.cell(stay.end, OUT[term] if ended else CellKind.U98_OUT_OPEN, left, begin, place)
