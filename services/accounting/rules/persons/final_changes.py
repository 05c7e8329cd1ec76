"""Final verdicts of the 12/16-month rule that do not stand any longer, and why (5.1: never a silent change).

A final verdict is overturned by nothing but other records: a crossing that was missing comes, a record is corrected or
withdrawn, persons turn out to be one or several; or by the border feed taking days back.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.persons.identity import among, distinct
from services.accounting.rules.persons.people import Ints, People, successions
from services.accounting.rules.releases.causes import Cause
from services.accounting.rules.residence.outcome import Migration, is_observed, migration

VERDICT = np.uint8(0xBF)
"""The bits of a state that say what a verdict is: all but that the crossing before it is missing."""


class FinalChanges(NamedTuple):
    """Crossings whose final verdict changed, whose they were, their states before and after (0: not counted any
    longer), and the cause (Cause) of each."""

    facts: Ints
    persons: Ints
    was: npt.NDArray[np.uint8]
    became: npt.NDArray[np.uint8]
    causes: Ints


class ChangedFacts(NamedTuple):
    """What came: all facts, those of them that replace an earlier version, and those that are in effect."""

    facts: Ints
    replacing: Ints
    in_effect: Ints

    def causes(self) -> Ints:
        """Of each fact."""
        came = np.where(among(self.facts, np.sort(self.replacing)), Cause.CORRECTION, Cause.LATE_RECORD)
        return np.where(among(self.facts, np.sort(self.in_effect)), came, Cause.WITHDRAWAL).astype(np.int64)


def final_changes(before: People, after: People, changed: ChangedFacts) -> FinalChanges:
    """The final verdicts of `before` that `after` does not have."""
    held, states = before.crossings["fact"], before.crossings["state"]
    became = _states_of(before, after)
    final = is_observed(states) & (migration(states) <= Migration.YES)
    found = np.flatnonzero(final & ((states ^ became) & VERDICT != 0))
    persons = before.holder_of_crossing()[found]
    causes = _causes(before, after, changed, held[found], persons) if len(found) else np.zeros(0, np.int64)
    return FinalChanges(held[found].astype(np.int64), persons, states[found], became[found], causes)


def _states_of(before: People, after: People) -> npt.NDArray[np.uint8]:
    """The state that each crossing of `before` has in `after`, 0 where it has none."""
    held, now = before.crossings["fact"], after.crossings["fact"]
    became = np.zeros(len(held), np.uint8)
    if not len(now):
        return became
    person = np.minimum(np.searchsorted(after.ids, before.ids), len(after.ids) - 1)
    shift = _starts(after.lengths)[person] - _starts(before.lengths)
    place = np.minimum(np.arange(len(held)) + np.repeat(shift, before.lengths), len(now) - 1)
    stays = now[place] == held  # at the same place of the same person, as nearly all
    became[stays] = after.crossings["state"][place[stays]]
    moved = np.flatnonzero(~stays)
    moved = moved[np.argsort(held[moved])]
    there = np.flatnonzero(among(now, held[moved]))
    became[moved[np.searchsorted(held[moved], now[there])]] = after.crossings["state"][there]
    return became


def _starts(lengths: Ints) -> Ints:
    starts: Ints = np.cumsum(lengths) - lengths
    return starts


def _causes(before: People, after: People, changed: ChangedFacts, facts: Ints, persons: Ints) -> Ints:
    """The cause of each overturned verdict: what happened to the record itself, else to its person."""
    successors, same = _related(successions(before, after), persons)
    concerned = np.array(sorted({*persons.tolist()}.union(*successors.values())), np.int64)
    own = dict(zip(changed.facts.tolist(), changed.causes().tolist(), strict=True))
    touched: dict[int, int] = {}
    came = np.sort(changed.facts)
    for people in (before, after):
        for records, holder in (
            (people.crossings["fact"], people.holder_of_crossing()),
            (people.evidence["fact"], people.holder_of_evidence()),
        ):
            theirs = np.flatnonzero(among(records, came))
            theirs = theirs[among(holder[theirs], concerned)]
            for fact, person in zip(records[theirs].tolist(), holder[theirs].tolist(), strict=True):
                touched[person] = max(touched.get(person, 0), own[fact])
    of_person = {person: _cause(person, successors, same, touched) for person in {*persons.tolist()}}
    return np.array(
        [
            cause if (cause := own.get(fact)) in (Cause.CORRECTION, Cause.WITHDRAWAL) else of_person[person]
            for fact, person in zip(facts.tolist(), persons.tolist(), strict=True)
        ],
        np.int64,
    )


def _cause(person: int, successors: dict[int, set[int]], same: dict[int, set[int]], touched: dict[int, int]) -> int:
    """Why verdicts on a person's crossings changed that have no cause of their own."""
    heirs = successors.get(person, set())
    if len(heirs) > 1:
        return Cause.SPLIT
    if any(len(same[heir]) > 1 for heir in heirs):
        return Cause.MERGE
    return max((touched.get(each, 0) for each in (person, *heirs)), default=0) or Cause.CLOSED_WINDOW


def _related(pairs: Ints, persons: Ints) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """Who of these persons became whom, and of whom else they were, by pairs of who was whom."""
    successors: dict[int, set[int]] = {}
    same: dict[int, set[int]] = {}
    heirs = pairs[among(pairs[:, 0], distinct(persons))]
    for person, heir in heirs.tolist():
        successors.setdefault(person, set()).add(heir)
    for person, heir in pairs[among(pairs[:, 1], distinct(heirs[:, 1]))].tolist():
        same.setdefault(heir, set()).add(person)
    return successors, same
