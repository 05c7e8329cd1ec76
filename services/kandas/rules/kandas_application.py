"""When a family's set of documents is complete, and until when the decision is due.

The clock starts on the day on which the last missing document of any member was received: the family is one case. Its
length is the norm of that day, also where the norm changes before the decision: a term that has begun is neither
shortened nor lengthened behind anybody's back. The act of 26.10.2025 was not read in the original, so whether it has
a transitional provision that says otherwise is not known.

Not modelled: the refusal to accept an incomplete set, the translation and certification of foreign papers, the
consent that a mission obtains from the region, the pilot procedure of 30.1.2026 (language test, questionnaire).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from shared.kernel.norms import Norm, NormsInForce, Rulebook
from shared.kernel.terms import last_day_of


@dataclass(frozen=True, slots=True)
class Clock:
    """The documents were complete on `started_on`; `term` set the last day in time, `due_on`."""

    started_on: date
    due_on: date
    term: Norm

    def due_after_hearing(self, invited_on: date, hearing_by: date) -> date:
        """The last day for the final decision: that of the hearing, where the preliminary refusal was in time. A late
        one buys no time."""
        return max(self.due_on, hearing_by) if invited_on <= self.due_on else self.due_on


def required_documents(norms: NormsInForce, member: str) -> Norm:
    """The list for the applicant, or that for a member of the family."""
    return norms["documents" if member == "applicant" else "family_documents"]


def missing_documents(norms: NormsInForce, member: str, received: Iterable[str]) -> tuple[str, ...]:
    """Kinds of documents that are still to come, in the order of the norm."""
    held = set(received)
    return tuple(kind for kind in required_documents(norms, member).codes() if kind not in held)


def clock(lodged_on: date, received: Iterable[tuple[str, Mapping[str, date]]], rulebook: Rulebook) -> Clock | None:
    """The running clock, or None while a document is missing.

    `received` says of each member (its place in the family) which kind of document was received when. The list of
    documents is that of the day of lodging, the term that of the day on which the set was complete.
    """
    norms = rulebook.on(lodged_on)
    days = [lodged_on]
    for member, papers in received:
        required = required_documents(norms, member).codes()
        if not set(required) <= set(papers):
            return None
        days += (papers[kind] for kind in required)
    started_on = max(days)
    term = rulebook.on(started_on)["decision_term"]
    return Clock(started_on, last_day_of(term, started_on), term)
