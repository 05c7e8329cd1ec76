"""Validity edits on days: what has happened lies neither in the future nor before the person's birth.

One rule for every kind of record, at every way in: single, in a batch, as a correction, in a procedure. The published
language says which days are past (`PastDate`, `PastTimestamp`); those of plans, such as the end of a validity, are not.
Future is what lies after tomorrow as the day is written: a day's grace for sources whose date, or whose clock, is ahead
of Kazakhstan's. Codes are those of the record's own days (codes_of_day). Records on file are read without these edits.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from pydantic import AwareDatetime, BaseModel

from shared import clock
from shared.errors import Fault, Invalid
from shared.events.person import Person
from shared.events.wire import PAST
from shared.kernel.calendar import add_days
from shared.records import codes_of_day, missions
from shared.records.annotations import parts

GRACE = 1  # days
IN_THE_FUTURE = "Lies in the future."
BEFORE_BIRTH = "Lies before the person's birth."


@dataclass(frozen=True, slots=True)
class _DayField:
    """A field that holds a day or a moment: its pointer, the way to it, and whether it must be past."""

    pointer: str
    path: tuple[str, ...]
    past: bool

    def of(self, fact: Any) -> date | None:
        """The day as it is written; None where none is given."""
        value = fact
        for name in self.path:
            value = getattr(value, name, None)
        return value.date() if isinstance(value, datetime) else value


def expect(body: BaseModel, *, at: str = "", days: tuple[date, date] | None = None) -> None:
    """Raises Invalid where a day of `body`, which stands `at` that pointer of what was sent, cannot be, or a code did
    not hold on its `days` (those that the body itself speaks of, if not given), or a mission is on no list."""
    _expect([Fault(f"{at}{fault.pointer}", fault.detail) for fault in faults(body, days)])


def expect_all(bodies: Mapping[str, BaseModel]) -> None:
    """`expect` for the parts of what was sent, by the pointers at which they stand: all that is wrong at once."""
    _expect([Fault(f"{at}{fault.pointer}", fault.detail) for at, body in bodies.items() for fault in faults(body)])


def _expect(found: list[Fault]) -> None:
    if found:
        raise Invalid("A day cannot be as it is given; correct it and send again.", faults=found)


def faults(fact: BaseModel, days: tuple[date, date] | None = None) -> list[Fault]:
    """What cannot be among the days of `fact` as of today, codes that did not hold on them, and missions that are on no
    list, each at its field."""
    latest, written = _latest(clock.today())
    person: Person | None = getattr(fact, "person", None)
    born = person.birth_date if person else ""
    found = [Fault("/person/birth_date", IN_THE_FUTURE)] if born > written else []
    unborn = "" if found else born
    for field in _days_of(type(fact)):
        day = field.of(fact)
        if day is None:
            continue
        if field.past and day > latest:
            found.append(Fault(field.pointer, IN_THE_FUTURE))
        elif day.isoformat()[: len(unborn)] < unborn:  # as far as the birth date is known
            found.append(Fault(field.pointer, BEFORE_BIRTH))
    return found or [*codes_of_day.faults(fact, days), *missions.faults(fact)]


@lru_cache(maxsize=4)
def _latest(today: date) -> tuple[date, str]:
    latest = add_days(today, GRACE)
    return latest, latest.isoformat()


@cache
def _days_of(model: type[BaseModel]) -> tuple[_DayField, ...]:
    return tuple(_found(model, ()))


def _found(model: type[BaseModel], way: tuple[str, ...]) -> Iterator[_DayField]:
    """The days of a model and of those in it; not those of a person, which are the passport's."""
    for name, field in model.model_fields.items():
        known = parts(field)
        kinds = [part for part in known if isinstance(part, type)]
        if any(kind is AwareDatetime or issubclass(kind, date) for kind in kinds):
            yield _DayField("/" + "/".join((*way, name)), (*way, name), PAST in known)
        for kind in kinds:
            if issubclass(kind, BaseModel) and not issubclass(kind, Person):
                yield from _found(kind, (*way, name))
