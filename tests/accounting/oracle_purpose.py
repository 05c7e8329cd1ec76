"""The purpose of each stay in plain Python, one person and one crossing after the other.

Slow and simple on purpose. The array rule of `services.accounting.rules.residence.purpose` is held equal to it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from services.accounting.rules.residence.history import Kind

SPAN = 365
HERE = {
    Kind.PROTECTION: "other",
    Kind.KANDAS: "permanent",
    Kind.STUDY: "study",
    Kind.WORK_PERMIT: "work",
    Kind.EAEU_WORKER: "work",
    Kind.EXEMPT_WORKER: "work",
    Kind.BUSINESS: "business",
    Kind.RESIDENCE_PERMIT: "permanent",
    Kind.VISA_PERMANENT: "permanent",
    Kind.VISA_FAMILY: "family",
    Kind.VISA_STUDY: "study",
    Kind.VISA_WORK: "work",
    Kind.VISA_BUSINESS: "business",
    Kind.VISA_OFFICIAL: "official",
    Kind.VISA_TREATMENT: "treatment",
    Kind.VISA_PRIVATE: "private",
    Kind.VISA_TOURISM: "tourism",
}
ABROAD = {
    Kind.ABROAD_STUDY: "study",
    Kind.ABROAD_WORK: "work",
    Kind.ABROAD_PERMANENT: "permanent",
    Kind.ABROAD_FAMILY: "family",
    Kind.ABROAD_TREATMENT: "treatment",
    Kind.ABROAD_TOURISM: "tourism",
    Kind.ABROAD_OTHER: "other",
}


class Travel(NamedTuple):
    """A crossing: day, direction, citizenship and the purpose declared (None: none)."""

    day: int
    arrival: bool
    citizen: str
    declared: str | None


class Term(NamedTuple):
    """What a register says: it holds from the day `since` to that before `until` (None: without end)."""

    kind: Kind
    since: int
    until: int | None


def purposes(travels: Sequence[Travel], terms: Sequence[Term]) -> list[str | None]:
    """The purpose by which each crossing counts; `travels` come in their order, `terms` in any."""
    return [_purpose(travels, place, terms) for place in range(len(travels))]


def _purpose(travels: Sequence[Travel], place: int, terms: Sequence[Term]) -> str | None:
    own = travels[place]
    before = travels[place - 1] if place else None
    after = travels[place + 1] if place + 1 < len(travels) else None
    if own.citizen == "KAZ":
        if own.arrival:
            return own.declared
        return _evident(ABROAD, own.day, _turn(own, after), terms) or own.declared
    if own.arrival:
        return _evident(HERE, own.day, _turn(own, after), terms) or own.declared
    if before is None:
        return _evident(HERE, own.day - SPAN, own.day, terms) or own.declared
    begun = before.day if before.arrival else _middle(before, own)
    said_then = before.declared if before.arrival else None
    return _evident(HERE, begun, own.day, terms) or said_then or own.declared


def _turn(own: Travel, after: Travel | None) -> int | None:
    """When what began with a crossing ends; two crossings of one direction have a missing one halfway."""
    if after is None:
        return None
    return _middle(own, after) if after.arrival == own.arrival else after.day


def _middle(one: Travel, other: Travel) -> int:
    return one.day + (other.day - one.day) // 2


def _evident(order: dict[Kind, str], since: int, until: int | None, terms: Sequence[Term]) -> str | None:
    """The purpose by the first kind in the order that holds on one of the days, of which there are SPAN at most; a stay
    inside one day has that day."""
    last = since + SPAN - 1
    if until is not None:
        last = min(last, max(until - 1, since))
    for kind, purpose in order.items():
        for term in terms:
            first = max(term.since, since)
            if term.kind == kind and first <= last and (term.until is None or first < term.until):
                return purpose
    return None
