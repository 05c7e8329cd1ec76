"""What becomes of a machine's finding (P5b): the person may contest it, an officer answers within a term."""

from datetime import date
from typing import Literal

from shared.kernel.calendar import add_working_days
from shared.kernel.norms import NormsInForce

State = Literal["finding", "contested", "confirmed"]


def state(is_finding: bool, contested_on: date | None) -> State:
    """`confirmed` for whatever an officer found or confirmed."""
    if not is_finding:
        return "confirmed"
    return "contested" if contested_on else "finding"


def answer_due(contested_on: date, norms: NormsInForce) -> date:
    """The day by which an officer has to answer the objection."""
    return add_working_days(contested_on, norms["objection_answer_term"].whole())


def how_to_contest(norms: NormsInForce) -> str:
    """What the person is told."""
    days = norms["objection_answer_term"].whole()
    return (
        "This was found by a machine. It has no effect until an officer confirms it. Say why it is wrong by"
        " POST /v1/me/violations/{id}:contest, as the page /me does, or at an office of the migration police: an"
        f" officer answers within {days} working days. The term is this register's own: no act that sets one was read."
    )
