"""What registers state to have happened to a person on a day: violations found, expulsions, changes of citizenship."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Act:
    """`since` is the first day of a stay without right, where a violation is one. `country` is where somebody was
    expelled to, or the citizenship before one was acquired or after it was lost."""

    kind: str
    day: date
    since: date | None = None
    region: str | None = None
    country: str | None = None
