"""Hiring room: how many more foreigners an employer may be granted in a category, and what stands against one more.

The largest number for which the checks of `work_permit.limits` pass, the same that a decision makes: there is no second
computation that could say something else. More than an application holds (`MOST`) is not asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.permits.rules import work_permit
from services.permits.rules.quota import Pool
from services.permits.rules.work_permit_application import PermitsAsked, Staff, WorkerAsked
from shared.kernel.decisions import Check, CheckOutcome
from shared.kernel.norms import NormsInForce

MOST = 100
"""Workers in one application."""

CATEGORIES: tuple[str | None, ...] = ("1", "2", "3", "4")


@dataclass(frozen=True, slots=True)
class Room:
    """`at_most` more workers of a category (none: seasonal work), each category by itself; `limits` are the checks
    that fail for one more, none where an application holds no more."""

    category: str | None
    at_most: int
    limits: tuple[Check, ...]


def rooms(employer: PermitsAsked, staff: Staff, pools: Sequence[Pool], norms: NormsInForce) -> tuple[Room, ...]:
    """One for each category of the kind. `employer` says kind, region, activity and form; its workers do not count.
    `pools` are those of the year that may cover any of its places."""
    categories = (None,) if employer.kind == "seasonal" else CATEGORIES
    return tuple(_room(employer, category, staff, pools, norms) for category in categories)


def _room(
    employer: PermitsAsked, category: str | None, staff: Staff, pools: Sequence[Pool], norms: NormsInForce
) -> Room:
    def against(number: int) -> tuple[Check, ...]:
        asked = replace(employer, workers=(WorkerAsked(category, "", 0, norms.day, norms.day),) * number)
        checks = work_permit.limits(asked, staff, pools, norms)
        return tuple(check for check in checks if check.outcome is CheckOutcome.FAILED)

    passes, fails = 0, MOST + 1
    while fails - passes > 1:
        middle = (passes + fails) // 2
        passes, fails = (passes, middle) if against(middle) else (middle, fails)
    return Room(category, passes, against(fails) if fails <= MOST else ())
