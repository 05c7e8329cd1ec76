"""Whether a placement agency is on the register on a day (C6; [003])."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Listing:
    """An agency's entry in the register: `ended_on` is the first day on which it no longer stands."""

    listed_on: date
    ended_on: date | None = None


def is_listed(listings: Iterable[Listing], day: date) -> bool:
    """Whether one of them stands on the day: only then does an agency sign contracts."""
    return any(each.listed_on <= day and (each.ended_on is None or day < each.ended_on) for each in listings)


def was_listed(listings: Iterable[Listing], day: date) -> bool:
    """Whether one of them stands on the day or stood before: complaints come also after an agency's end."""
    return any(each.listed_on <= day for each in listings)
