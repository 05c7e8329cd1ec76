"""When a family's set of documents is complete, and until when the decision is due.

The clock starts on the day on which the last missing document of any member was received: the family is one case. Its
length is the norm of that day, also where the norm changes before the decision: a term that has begun is neither
shortened nor lengthened behind anybody's back. The act of 26.10.2025 was not read in the original, so whether it has
a transitional provision that says otherwise is not known.

It stands still while a paper that was given back (illegible, not translated) is not there again: the set is not full
then. It goes on with what is left of the term, and a term that was over before is not opened again.

The pilot procedure, beside the ordinary one since 30.1.2026, has a term of its own and steps that the applicant takes
(`pilot_procedure`). The joint order was not read: that its term runs from the full set too is assumed.

Not modelled: the refusal to accept an incomplete set, the consent that a mission obtains from the region.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared.kernel.calendar import add_days, add_working_days, working_days_between
from shared.kernel.norms import Norm, NormsInForce, Rulebook

Stop = tuple[date, date | None]
"""From the day on which a paper was given back until the day on which it was there again, None where it is not yet."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The documents were complete on `started_on`; `term` set the last day in time, `due_on`, which is None while the
    clock stands still with time left. `stops` are those that moved it or hold it, oldest first."""

    started_on: date
    due_on: date | None
    term: Norm
    stops: tuple[Stop, ...] = ()

    def due_after_hearing(self, invited_on: date, hearing_by: date) -> date:
        """The last day for the final decision: that of the hearing, where the preliminary refusal was in time. A late
        one buys no time."""
        if self.due_on is None:
            return hearing_by
        return max(self.due_on, hearing_by) if invited_on <= self.due_on else self.due_on


def decision_term(procedure: str, norms: NormsInForce) -> Norm:
    """The term of the decision. Raises NotInForce for a pilot procedure on a day on which there is none."""
    return norms["pilot_term" if procedure == "pilot" else "decision_term"]


def required_documents(norms: NormsInForce, member: str) -> Norm:
    """The list for the applicant, or that for a member of the family."""
    return norms["documents" if member == "applicant" else "family_documents"]


def missing_documents(norms: NormsInForce, member: str, received: Iterable[str]) -> tuple[str, ...]:
    """Kinds of documents that are still to come, in the order of the norm."""
    held = set(received)
    return tuple(kind for kind in required_documents(norms, member).codes() if kind not in held)


def clock(
    lodged_on: date,
    received: Iterable[tuple[str, Mapping[str, date]]],
    rulebook: Rulebook,
    returned: Sequence[Stop] = (),
    procedure: str = "ordinary",
) -> Clock | None:
    """The clock since it began to run, or None before.

    `received` says of each member (its place in the family) which kind of document was received first when, `returned`
    when a required one was given back and was there again. The list of documents is that of the day of lodging, the
    term that of the day on which the set was complete.
    """
    norms = rulebook.on(lodged_on)
    days = [lodged_on]
    for member, papers in received:
        required = required_documents(norms, member).codes()
        if not set(required) <= set(papers):
            return None
        days += (papers[kind] for kind in required)
    stops = list(_merged(stop for stop in returned if rulebook.on(stop[0])["returned_paper"].applies()))
    started_on = max(days)
    for since, until in stops:
        if since <= started_on:
            if until is None:
                return None
            started_on = max(started_on, until)
    term = decision_term(procedure, rulebook.on(started_on))
    return _running(started_on, term, [stop for stop in stops if stop[0] > started_on])


def _merged(stops: Iterable[Stop]) -> Iterator[Stop]:
    """Stops that overlap or touch as one, oldest first; one that lasted no day is none."""
    lasting = (stop for stop in stops if stop[1] is None or stop[0] < stop[1])
    held: Stop | None = None
    for since, until in sorted(lasting, key=lambda stop: (stop[0], stop[1] or date.max)):
        if held is None:
            held = since, until
        elif held[1] is None or since <= held[1]:
            held = held[0], None if held[1] is None or until is None else max(held[1], until)
        else:
            yield held
            held = since, until
    if held is not None:
        yield held


def _running(started_on: date, term: Norm, stops: Sequence[Stop]) -> Clock:
    """The clock that runs since `started_on` but for `stops`: those after its last day stop nothing."""
    runs_since, left = started_on, term.whole()
    for number, (since, until) in enumerate(stops):
        used = days_of_term(term, runs_since, since)
        if used >= left:
            return Clock(started_on, _advanced(term, runs_since, left), term, tuple(stops[:number]))
        if until is None:
            return Clock(started_on, None, term, tuple(stops[: number + 1]))
        runs_since, left = until, left - used
    return Clock(started_on, _advanced(term, runs_since, left), term, tuple(stops))


def days_of_term(term: Norm, since: date, until: date) -> int:
    """How much of a term in working days or days runs after `since` up to and with `until`."""
    return working_days_between(since, until) if term.unit == "working days" else (until - since).days


def _advanced(term: Norm, since: date, count: int) -> date:
    return add_working_days(since, count) if term.unit == "working days" else add_days(since, count)
