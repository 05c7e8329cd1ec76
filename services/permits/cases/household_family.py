"""Family members of a labour immigrant who live here beside the worker, for the insurance fund alone (L4, L5b [003]).

They stay inside this register: no fact names them. They take no place, need no permit, and are judged by no norm.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from pydantic import Field

from shared.events.contradictions import Contradiction, Pointer, not_before
from shared.events.person import Person
from shared.events.wire import ReckonedDate, Text, WireModel
from shared.kernel import documents

Relation = Literal["spouse", "child", "parent", "other"]


class FamilyMember(WireModel):
    """Who of the worker's family lives here, from and until which day, both included."""

    person: Person
    relation: Relation = Field(description="to the worker")
    stays_from: ReckonedDate
    stays_until: ReckonedDate | None = None

    CONTRADICTIONS = (not_before("stays_until", "stays_from"),)


Family = tuple[FamilyMember, ...]
FamilyField: Any = Field((), max_length=20, description="who of the worker's family lives here beside the worker")


def named_again(values: Mapping[str, Any]) -> list[Pointer]:
    """Where somebody stands in the family who is named before: the worker, where `values` tell of one, or a member."""
    family: Family = values["family"]
    worker: Person | None = values.get("person")
    before: list[Person] = [] if worker is None else [worker]
    found: list[Pointer] = []
    for at, member in enumerate(family):
        if any(_same(member.person, each) for each in before):
            found.append(("family", at, "person"))
        before.append(member.person)
    return found


SENTENCE = "a person stands there once, and the worker not among the family"


class FamilyChange(WireModel):
    """The family as it is from now on, whole, and why it changes."""

    family: Family = Field(max_length=20)
    reason: Text

    CONTRADICTIONS = (Contradiction(SENTENCE, ("family",), named_again),)


class Dependant(NamedTuple):
    """A family member and the days on which the worker's right covers them, both included."""

    person: Person
    since: date
    until: date | None


def dependants(family: Family, since: date, until: date | None) -> Sequence[Dependant]:
    """Those of the family who live here within the worker's days, each within them. That a member is insured no longer
    than the worker is assumed: no act was read that says so."""
    found = [
        Dependant(member.person, max(member.stays_from, since), _earlier(member.stays_until, until))
        for member in family
    ]
    return [each for each in found if each.until is None or each.since <= each.until]


def _earlier(one: date | None, other: date | None) -> date | None:
    days = [day for day in (one, other) if day is not None]
    return min(days) if days else None


def _same(one: Person, other: Person) -> bool:
    """By the IIN or the document (never by name and birth date alone: twins)."""
    if one.iin is not None and one.iin == other.iin:
        return True
    key = _document_key(one)
    return key is not None and key == _document_key(other)


def _document_key(person: Person) -> str | None:
    return documents.key_of(person.document.issuing_state, person.document.number) if person.document else None
