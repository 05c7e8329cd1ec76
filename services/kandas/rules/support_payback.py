"""Whether who leaves the region of settlement owes the support back.

Source: concept of migration policy to 2030, adopted in December 2025: who leaves within five years pays the whole
support back: what was granted (support_grant), whether or not all of it was paid already, which no register here holds.
NOT modelled: grounds on which the debt is waived. What is found here waits for an officer.
"""

from datetime import date

from shared.kernel.calendar import add_months
from shared.kernel.decisions import Check
from shared.kernel.norms import Norm, NormsInForce


def free_from(included_on: date, norm: Norm) -> date:
    """The first day on which leaving costs nothing."""
    return add_months(included_on, 12 * norm.whole())


def check(included_on: date, left_on: date | None, norms: NormsInForce) -> Check | None:
    """Failed where the support is owed back. `norms` are those of the day of leaving; None where none of them speaks of
    it, and nothing is owed."""
    if (norm := norms.get("support_payback")) is None:
        return None
    free = free_from(included_on, norm)
    if left_on is None:
        return Check.not_applicable(norm, f"has not left the region; is free to from {free} on")
    if left_on < free:
        return Check.failed(norm, f"left the region on {left_on}, before {free}", "pay the whole support back")
    return Check.passed(norm, f"left the region on {left_on}, not before {free}")
