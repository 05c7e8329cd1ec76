"""The clock of the decision as it may be shown: in spans that run or stand still, each with its ground and norm.

The day on which a span begins does not count, the day on which it ends does: a term begins on the day after the act
(see `shared.kernel.calendar`), so that spans add up to the term.

    documents_missing   stands still from the lodging until the set is full
    review              runs by the term of the decision
    paper_returned      stands still from the day on which a paper was given back until it is there again
    hearing             runs by the term of the hearing after a preliminary refusal
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.kandas.rules.kandas_application import Clock, days_of_term, decision_term
from shared.kernel.norms import Norm, Rulebook

Ground = Literal["documents_missing", "review", "paper_returned", "hearing"]


@dataclass(frozen=True, slots=True)
class Span:
    """From the act on `since` until that on `until`, None at present; `used` in the unit of its norm, 0 where it stands
    still."""

    since: date
    until: date | None
    runs: bool
    ground: Ground
    norm: Norm
    used: int


@dataclass(frozen=True, slots=True)
class Course:
    """The spans up to a day, oldest first; `used` and `left` of the term that counts now, by its unit."""

    spans: tuple[Span, ...]
    unit: str
    used: int
    left: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """The hearing after a preliminary refusal."""

    invited_on: date
    by: date


def course(
    lodged_on: date,
    clock: Clock | None,
    hearing: Invitation | None,
    closed_on: date | None,
    day: date,
    rulebook: Rulebook,
    procedure: str = "ordinary",
) -> Course:
    """How the clock of a case lodged on `lodged_on` went until `day`, or until the case was closed: decided on every
    member or taken back."""
    last = day if closed_on is None else closed_on
    spans = tuple(_spans(lodged_on, clock, hearing, closed_on, last, rulebook))
    due_on: date | None
    if hearing is not None:
        term, due_on = rulebook.on(hearing.invited_on)["hearing_term"], hearing.by
        if clock is not None:
            due_on = clock.due_after_hearing(hearing.invited_on, hearing.by)
    elif clock is not None:
        term, due_on = clock.term, clock.due_on
    else:
        term, due_on = decision_term(procedure, rulebook.on(lodged_on)), None
    used = sum(span.used for span in spans if span.norm == term)
    left = max(term.whole() - used, 0) if due_on is None else days_of_term(term, min(last, due_on), due_on)
    return Course(spans, term.unit, used, left)


def _spans(
    lodged_on: date,
    clock: Clock | None,
    hearing: Invitation | None,
    closed_on: date | None,
    last: date,
    rulebook: Rulebook,
) -> Iterator[Span]:
    for since, until, ground, norm in _turns(lodged_on, clock, hearing, rulebook):
        if since > last:
            return
        ended = min((end for end in (until, closed_on) if end is not None), default=None)
        runs = ground in ("review", "hearing")
        used = days_of_term(norm, since, last if ended is None else min(ended, last)) if runs else 0
        yield Span(since, ended, runs, ground, norm, used)


def _turns(
    lodged_on: date, clock: Clock | None, hearing: Invitation | None, rulebook: Rulebook
) -> Iterator[tuple[date, date | None, Ground, Norm]]:
    """The turns of the clock with the day of the next: the last one has none."""
    turns: list[tuple[date, Ground, Norm]] = []
    if clock is None or clock.started_on > lodged_on:
        turns.append((lodged_on, "documents_missing", rulebook.on(lodged_on)["documents"]))
    if clock is not None:
        turns.append((clock.started_on, "review", clock.term))
        for since, until in clock.stops:
            turns.append((since, "paper_returned", rulebook.on(since)["returned_paper"]))
            if until is not None:
                turns.append((until, "review", clock.term))
    if hearing is not None:
        turns = [turn for turn in turns if turn[0] < hearing.invited_on or turn[0] == lodged_on]
        turns.append((hearing.invited_on, "hearing", rulebook.on(hearing.invited_on)["hearing_term"]))
    ends = [since for since, _, _ in turns[1:]]
    for (since, ground, norm), until in zip(turns, [*ends, None], strict=True):
        yield since, until, ground, norm
