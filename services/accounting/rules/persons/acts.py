"""What registers state to have happened to a person on a day: violations found, expulsions, changes of citizenship."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from services.accounting.rules.persons.statuses import Body


class Act(NamedTuple):
    """`since` is the first day of a stay without right, where a violation is one. `country` is where somebody was
    expelled to, or the citizenship before one was acquired or after it was lost."""

    kind: str
    day: date
    since: date | None = None
    region: str | None = None
    country: str | None = None


def acts_of(kind: str, body: Body) -> list[Act]:
    """The acts that a fact states; an expulsion is one when it is decided and another when it is executed."""
    reader = _READERS.get(kind)
    return list(reader(body)) if reader else []


def _violation(body: Body) -> Iterator[Act]:
    since = date.fromisoformat(body["since"]) if body["since"] else None
    yield Act(f"violation:{body['violation']}", date.fromisoformat(body["found_on"]), since, body["region"])


def _expulsion(body: Body) -> Iterator[Act]:
    for kind, day in (("expulsion:decided", body["decided_on"]), ("expulsion:executed", body["executed_on"])):
        if day:
            yield Act(kind, date.fromisoformat(day), country=body["to_country"])


def _citizenship_change(body: Body) -> Iterator[Act]:
    yield Act(f"citizenship:{body['act']}", date.fromisoformat(body["date"]), country=body["other_country"])


_READERS = {
    "violation.v1": _violation,
    "expulsion.v1": _expulsion,
    "citizenship_change.v1": _citizenship_change,
}
