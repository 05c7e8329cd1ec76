"""Missions that records name: only those of the list of agencies, whose consuls can then be asked for them.

Asked at every way in, as the days of a record are; what is on file is read whatever it names.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel

from shared.errors import Fault
from shared.events.wire import MISSION
from shared.kernel.agencies import is_mission
from shared.records.annotations import parts

NOT_LISTED = "Is no mission of the list contracts/codes/agency_reach.csv: name it as there, or by its agency's code."


def faults(record: BaseModel) -> list[Fault]:
    """The missions of `record` that are on no list, each at its field."""
    return [
        Fault("/" + "/".join(path), NOT_LISTED)
        for path in _fields(type(record))
        if (name := _value(record, path)) is not None and not is_mission(name)
    ]


def _value(record: Any, path: tuple[str, ...]) -> str | None:
    for name in path:
        record = getattr(record, name, None)
    return record if isinstance(record, str) else None


@cache
def _fields(model: type[BaseModel]) -> tuple[tuple[str, ...], ...]:
    return tuple(_found(model, ()))


def _found(model: type[BaseModel], way: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        known = parts(field)
        if MISSION in known:
            yield (*way, name)
        for part in known:
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from _found(part, (*way, name))
