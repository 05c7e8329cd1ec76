"""When a notice of a foreigner's stay is in time: hosts (decree 111, point 4) and self-registration (order 923).

Not modelled: who is free of the duty (heads of missions and other persons of article 4 of the rules).
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.kernel.calendar import working_days_between
from shared.kernel.decisions import Check, CheckOutcome
from shared.kernel.norms import Norm, NormsInForce, NotInForce, Rulebook
from shared.kernel.terms import last_day_of


@dataclass(frozen=True, slots=True)
class Timing:
    """How a notice given on one day stands to its term: `late_by` days of the term's kind (`counted_in`).

    `due_on` is None where no notice is asked for on that day. `check` names the rule and its version.
    """

    given_on: date
    counted_from: date
    counted_of: Literal["arrival", "crossing"]
    due_on: date | None
    late_by: int
    counted_in: str
    check: Check

    @property
    def in_time(self) -> bool:
        return self.check.outcome is not CheckOutcome.FAILED


def host_timing(rulebook: Rulebook, *, arrived_on: date, entered_on: date | None, given_on: date) -> Timing:
    """The host's term. It runs from the arrival at the host; an arrival before the entry on record cannot be, so that
    it runs from the crossing then. The rules of the day on which it begins to run apply. Raises NotInForce for a day
    before all rules."""
    crossing = entered_on is not None and entered_on > arrived_on
    start = entered_on if crossing and entered_on else arrived_on
    return _timing(rulebook.on(start), "host_notice", start, "crossing" if crossing else "arrival", given_on)


def self_timing(
    rulebook: Rulebook, *, arrived_on: date, entered_on: date | None, given_on: date, moved: bool = False
) -> Timing:
    """The foreigner's own term. It runs from the entry, where that is on record; after a move within the stay
    (`moved`), from the arrival at the new address. Raises NotInForce."""
    if moved and "readdress_term" in rulebook.on(arrived_on):
        norms = rulebook.on(arrived_on)
        return _timing(norms, "self_registration", arrived_on, "arrival", given_on, norms["readdress_term"])
    start = entered_on or arrived_on
    of: Literal["arrival", "crossing"] = "crossing" if entered_on else "arrival"
    return _timing(rulebook.on(start), "self_registration", start, of, given_on)


def is_open(rulebook: Rulebook, way: Literal["host_notice", "self_registration"], day: date) -> bool:
    """Whether this way of reporting is in force on a day; False before all rules."""
    try:
        return rulebook.on(day)[way].applies()
    except NotInForce:
        return False


def _timing(
    norms: NormsInForce,
    way: str,
    start: date,
    of: Literal["arrival", "crossing"],
    given_on: date,
    own_term: Norm | None = None,
) -> Timing:
    switch = norms[way]
    if not switch.applies():
        check = Check.not_applicable(switch, f"not asked for on {start}")
        return Timing(given_on, start, of, None, 0, "days", check)
    term = own_term or norms[f"{way}_term"]
    due_on = last_day_of(term, start)
    late_by = _late_by(term, due_on, given_on)
    found = f"given on {given_on}, due on {due_on}"
    remedy = f"report the next foreigner within {term.whole()} {term.unit} of the {of}"
    check = Check.failed(term, found, remedy) if late_by else Check.passed(term, found)
    return Timing(given_on, start, of, due_on, late_by, term.unit, check)


def _late_by(term: Norm, due_on: date, given_on: date) -> int:
    """Late by a day off is late by the working day after it: an act on Saturday could be done on Friday."""
    if given_on <= due_on:
        return 0
    if term.unit == "working days":
        return max(working_days_between(due_on, given_on), 1)
    return (given_on - due_on).days
