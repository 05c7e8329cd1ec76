"""The cells of the lines beside the 12/16-month rule: joined stays (U98), turns of residence (M12), and who is a
resident by each method.

Unlike the cells of movements they do not follow from the crossings alone: they depend on the end of observation and on
what other registers know. So each person's row keeps them, and a batch takes back what it finds there.

A stay counts where its person was shown to live when it began, at its end too, and so does a resident whose residence
ends: what was added in one place is taken away in the same one, and a running sum is a population. Age is that of the
day, and no part of a population: who stays grows older, which no crossing tells.
"""

from typing import NamedTuple

import numpy as np

from services.accounting.rules.figures.movements import CellKind, Ints, age_of, month_of, pack_kind, sex_of
from services.accounting.rules.residence.history import Crossings, Evidence
from services.accounting.rules.residence.joined_stays import NONE, U98, Stays, Term
from services.accounting.rules.residence.lines import LifeLines, draw
from services.accounting.rules.residence.majority import Turns
from services.accounting.rules.residence.outcome import (
    NOT_KNOWN,
    RESIDENT,
    Migration,
    is_observed,
    migration,
    resolved_after,
    resolved_before,
    resolved_migration,
)
from services.accounting.rules.residence.presence import Mask
from services.accounting.rules.residence.purpose import purpose_of
from services.accounting.rules.residence.reckoning import Coverage, Reckoned
from services.accounting.rules.residence.region import RegionEvidence

_IN = {Term.LONG: CellKind.U98_IN_LONG, Term.SHORT: CellKind.U98_IN_SHORT, Term.OPEN: CellKind.U98_IN_OPEN}
_OUT = {
    Term.LONG: CellKind.U98_OUT_LONG,
    Term.SHORT: CellKind.U98_OUT_SHORT,
    Term.UNDETERMINED: CellKind.U98_OUT_UNDETERMINED,
}


class CountedLines(NamedTuple):
    """Cells of many persons, who lie one after the other, how many each has, and the day on which they are due."""

    cells: Ints
    lengths: Ints
    due: Ints


class _Marks(NamedTuple):
    """What is counted: of which person, on which day, as what kinds; `crossing` tells who they were, `origin` the
    crossing and `place` the region code that it is booked under."""

    person: Ints
    day: Ints
    kind: Ints
    crossing: Ints
    origin: Ints
    place: Ints


def count_lines(
    crossings: Crossings, lengths: Ints, evidence: Evidence, evidence_lengths: Ints, reckoned: Reckoned, now: Coverage
) -> CountedLines:
    """What the lines of these persons amount to; their crossings carry the states and regions `reckoned`."""
    places = RegionEvidence(np.repeat(np.arange(len(lengths)), evidence_lengths), evidence)
    lines = draw(crossings, lengths, reckoned.initial, now.register_start, now.obs_end)
    marks = [
        *_of_stays(crossings, lines.stays, places, now),
        _of_turns(crossings, lines.turns, places),
        _of_residents(crossings, lengths, places, now),
    ]
    together = _Marks(*(np.concatenate(each) for each in zip(*marks, strict=True)))
    cells = _cells(crossings, together)
    order = np.lexsort((cells, together.person))
    return CountedLines(cells[order], np.bincount(together.person, minlength=len(lengths)), _earlier(lines, reckoned))


def _earlier(lines: LifeLines, reckoned: Reckoned) -> Ints:
    return np.minimum(lines.due, reckoned.due)


def _cells(crossings: Crossings, marks: _Marks) -> Ints:
    origin, moving = crossings[marks.origin], crossings[marks.crossing]
    return pack_kind(
        marks.kind,
        month=month_of(marks.day),
        region=marks.place,
        partner=moving["partner"],
        citizen=origin["citizen"],
        sex=sex_of(origin),
        age=age_of(moving, marks.day),
        purpose=purpose_of(origin),
    )


def _of_stays(crossings: Crossings, stays: Stays, places: RegionEvidence, now: Coverage) -> list[_Marks]:
    """Both ends of each stay that counts. One that began before the register's first day, or the first crossing, has no
    start in a period; it is known to be a resident's where it is long-term."""
    known = stays.start >= now.register_start
    length = np.where(stays.end == NONE, now.obs_end, stays.end) - stays.start
    counts = (stays.term != Term.VISIT) & ((stays.start == NONE) | (length >= U98.short))
    counts &= known | (stays.term == Term.LONG) | (stays.start == NONE)
    begin = np.where(stays.begun == NONE, stays.left, stays.begun)
    since = np.where(stays.start == NONE, crossings["day"][begin].astype(np.int64), stays.start)
    place = places.of(stays.person, since, stays.start != NONE).astype(np.int64)
    kind_in = np.where(known, _kinds(_IN, stays.term), np.where(stays.term == Term.LONG, CellKind.U98_START, NONE))
    kind_out = np.where(stays.ended, _kinds(_OUT, stays.term), CellKind.U98_OUT_OPEN)
    start = np.where(known, stays.start, _eve(now.register_start))
    coming = np.flatnonzero(counts & (kind_in != NONE))
    going = np.flatnonzero(counts & (stays.end != NONE) & (kind_out != NONE))
    return [
        _Marks(stays.person[n], day[n], kind[n], crossing[n], begin[n], place[n])
        for n, day, kind, crossing in (
            (coming, start, kind_in, begin),
            (going, stays.end, kind_out, np.where(stays.left == NONE, begin, stays.left)),
        )
    ]


def _kinds(table: dict[Term, CellKind], term: Ints) -> Ints:
    """The kind of each term, NONE where a term has none."""
    kinds = np.array([table.get(each, NONE) for each in Term], np.int64)
    found: Ints = kinds[term]
    return found


def _of_turns(crossings: Crossings, turns: Turns, places: RegionEvidence) -> _Marks:
    """Each turn in the month before its reference date, by the end of which it shows."""
    origin = _of_gain(turns.resident, turns.source)
    date = turns.month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    place = _of_gain(turns.resident, places.of(turns.person, date, turns.resident).astype(np.int64))
    became = np.where(turns.first, CellKind.M12_START, CellKind.M12_IN)
    kind = np.where(turns.resident, became, CellKind.M12_OUT).astype(np.int64)
    return _Marks(turns.person, date - 1, kind, turns.source, origin, place)


def _of_residents(crossings: Crossings, lengths: Ints, places: RegionEvidence, now: Coverage) -> _Marks:
    """Who became a resident and ceased to be one, by M1216, and beside it by M1216R."""
    person = np.repeat(np.arange(len(lengths)), lengths)
    state = crossings["state"]
    moves = resolved_migration(state) == Migration.YES
    unknown = migration(state) == Migration.UNDETERMINED
    arrival = crossings["arrival"].astype(np.bool_)
    first = np.concatenate(([True], person[1:] != person[:-1]))[: len(person)]
    start = first & is_observed(state) & ~unknown & (resolved_before(state) == RESIDENT)
    shown = unknown & (resolved_before(state) == NOT_KNOWN) & (resolved_after(state) == RESIDENT) & ~moves
    at = np.concatenate((np.flatnonzero(start), np.flatnonzero(moves | (is_observed(state) & shown))))
    initially = np.arange(len(at)) < np.count_nonzero(start)
    order = np.lexsort((~initially, at))
    at, initially = at[order], initially[order]
    gain = initially | shown[at] | arrival[at]
    kind = np.where(gain, CellKind.RESIDENT_GAIN, CellKind.RESIDENT_LOSS)
    kind = kind + np.where(unknown[at], CellKind.RESOLVED_GAIN - CellKind.RESIDENT_GAIN, 0)
    day = crossings["day"][at].astype(np.int64)
    place = np.where(initially, places.of(person[at], day, ~initially), crossings["region"][at]).astype(np.int64)
    eve = _eve(now.register_start)
    booked = np.where(initially, eve, np.maximum(day, eve))
    return _Marks(person[at], booked, kind.astype(np.int64), at, _of_gain(gain, at), _of_gain(gain, place))


def _of_gain(gain: Mask, values: Ints) -> Ints:
    """Values of what was gained, for the losses too: each loss follows its gain."""
    position = np.arange(len(gain))
    found: Ints = values[np.where(gain, position, np.maximum(position - 1, 0))]
    return found


def _eve(register_start: int) -> int:
    """The day before the first reference date: what was so from the start is booked there."""
    month = int(month_of(np.array([register_start - 1]))[0]) + 1
    return int(np.datetime64(month, "M").astype("datetime64[D]").astype(np.int64)) - 1
