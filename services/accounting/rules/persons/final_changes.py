"""Final verdicts of the 12/16-month rule that do not stand any longer, and why (5.1: never a silent change).

A final verdict is overturned by nothing but other records: a crossing that was missing comes, a record is corrected or
withdrawn, persons turn out to be one or several; or by the border feed taking days back.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.persons.identity import among
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
        came = np.where(np.isin(self.facts, self.replacing), Cause.CORRECTION, Cause.LATE_RECORD)
        return np.where(np.isin(self.facts, self.in_effect), came, Cause.WITHDRAWAL).astype(np.int64)


def final_changes(before: People, after: People, changed: ChangedFacts) -> FinalChanges:
    """The final verdicts of `before` that `after` does not have."""
    held, states = before.crossings["fact"], before.crossings["state"]
    order = np.argsort(after.crossings["fact"])
    position = np.searchsorted(after.crossings["fact"], held, sorter=order)
    at = order[np.minimum(position, len(order) - 1)] if len(order) else np.zeros(len(held), np.int64)
    stays = after.crossings["fact"][at] == held if len(order) else np.zeros(len(held), np.bool_)
    became = np.zeros(len(held), np.uint8)
    became[stays] = after.crossings["state"][at[stays]]
    final = is_observed(states) & (migration(states) <= Migration.YES)
    found = np.flatnonzero(final & ((states ^ became) & VERDICT != 0))
    persons = before.holder_of_crossing()[found]
    causes = _causes(before, after, changed, held[found], persons) if len(found) else np.zeros(0, np.int64)
    return FinalChanges(held[found].astype(np.int64), persons, states[found], became[found], causes)


def _causes(before: People, after: People, changed: ChangedFacts, facts: Ints, persons: Ints) -> Ints:
    """The cause of each overturned verdict: what happened to the record itself, else to its person."""
    successors, same = _related(successions(before, after), persons)
    concerned = np.array([*{*persons.tolist()}.union(*successors.values())], np.int64)
    own = dict(zip(changed.facts.tolist(), changed.causes().tolist(), strict=True))
    touched: dict[int, int] = {}
    came = np.sort(changed.facts)
    for people in (before, after):
        for records, holder in (
            (people.crossings["fact"], people.holder_of_crossing()),
            (people.evidence["fact"], people.holder_of_evidence()),
        ):
            near = np.isin(holder, concerned)
            theirs = np.flatnonzero(near)[among(records[near], came)]
            for fact, person in zip(records[theirs].tolist(), holder[theirs].tolist(), strict=True):
                touched[person] = max(touched.get(person, 0), own[fact])
    return np.array(
        [
            _cause(own.get(fact), person, successors, same, touched)
            for fact, person in zip(facts.tolist(), persons.tolist(), strict=True)
        ],
        np.int64,
    )


def _cause(
    own: int | None, person: int, successors: dict[int, set[int]], same: dict[int, set[int]], touched: dict[int, int]
) -> int:
    if own in (Cause.CORRECTION, Cause.WITHDRAWAL):
        return own
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
    heirs = pairs[np.isin(pairs[:, 0], persons)]
    for person, heir in heirs.tolist():
        successors.setdefault(person, set()).add(heir)
    for person, heir in pairs[np.isin(pairs[:, 1], heirs[:, 1])].tolist():
        same.setdefault(heir, set()).add(person)
    return successors, same
