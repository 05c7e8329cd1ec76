"""Validity of codes on the record's own day: a region or country is named only for days on which it was one.

Of a crossing that is its day, of a permit any day of its validity (`DAYS` of the model, in the published language); of
what is asked for today, today. Source: KATO and the decrees that changed it, ISO 3166-1 and 3166-3, in
`contracts/codes/`. Part of the plausibility of records, and like it not asked of records on file.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from pydantic import BaseModel

from shared import clock
from shared.errors import Fault
from shared.events.wire import REGION, Coded, Days
from shared.kernel.calendar import add_days
from shared.kernel.codes import Code, began, code_list, ended
from shared.kernel.periods import Period
from shared.records.annotations import parts

_KATO_REGION = 2  # digits


@dataclass(frozen=True, slots=True)
class _CodeField:
    """A field that holds a code whose list is dated: its pointer, the way to it, and its mark."""

    pointer: str
    path: tuple[str, ...]
    coded: Coded

    def of(self, record: Any) -> Code | None:
        """The code where its validity has bounds."""
        value = record
        for name in self.path:
            value = getattr(value, name, None)
        if value is None:
            return None
        return _dated(self.coded.list).get(value[:_KATO_REGION] if self.coded is REGION else value)


def faults(record: BaseModel, days: tuple[date, date] | None = None) -> list[Fault]:
    """Codes of `record` that held on none of its days (first and last: its own, or as given), each at its field
    with its validity and what stood before or stands since."""
    bounded = [(field, code) for field in _fields(type(record)) if (code := field.of(record)) is not None]
    if not bounded:
        return []
    first, last = days or _span(record)
    found = ((field, _fault(field.coded, code, first, last)) for field, code in bounded)
    return [Fault(field.pointer, sentence) for field, sentence in found if sentence is not None]


def _fault(coded: Coded, code: Code, first: date, last: date) -> str | None:
    if code.valid_from is not None and last < code.valid_from:
        return began(coded.list, code)
    if not coded.outlives and code.valid_to is not None and code.valid_to <= first:
        return ended(coded.list, code)
    return None


def _span(record: BaseModel) -> tuple[date, date]:
    """First and last day of which a record speaks."""
    days: Days | None = getattr(record, "DAYS", None)
    if days is None:
        return clock.today(), clock.today()
    first, last = _bounds(getattr(record, days.first))
    if days.ends:
        given = (value for name in days.ends if (value := getattr(record, name)) is not None)
        last = max(first, _bounds(next(given, date.max))[1])
    return first, last


def _bounds(value: date | str) -> tuple[date, date]:
    if isinstance(value, str):
        period = Period.parse(value)
        return period.start, date.max if period.year == date.max.year else add_days(period.end, -1)
    day = value.date() if isinstance(value, datetime) else value
    return day, day


@cache
def _dated(name: str) -> Mapping[str, Code]:
    return {code.code: code for code in code_list(name).values() if code.dated}


@cache
def _fields(model: type[BaseModel]) -> tuple[_CodeField, ...]:
    return tuple(_found(model, ()))


def _found(model: type[BaseModel], way: tuple[str, ...]) -> Iterator[_CodeField]:
    for name, field in model.model_fields.items():
        known = parts(field)
        pointer = "/" + "/".join((*way, name))
        yield from (_CodeField(pointer, (*way, name), part) for part in known if isinstance(part, Coded))
        for part in known:
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from _found(part, (*way, name))
