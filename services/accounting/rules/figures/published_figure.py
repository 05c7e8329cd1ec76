"""Figures that other bodies have published, as loaded from files: each with its dataflow, its key and its source."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.accounting.rules.figures.dataflows import FLOWS, UNITS, Flow, codes_of
from services.accounting.rules.figures.figures import OPEN_METHODS, Key
from services.accounting.rules.spans import frequency, span

COLUMNS: Final = (
    "flow", "key", "period", "value", "unit", "approximate", "concept", "source", "citation", "reported_on",
)  # fmt: skip
"""A row as it is loaded; `citation` is the source's own words, `reported_on` the day of the source, if it is known."""

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,9})?")
"""Decimal alone would read digits of any script, and exponents that no reader could write out."""

_MINUS: Final = str.maketrans(dict.fromkeys("\u2212\u2012\u2013\ufe63\uff0d", "-"))
_GROUPED: Final = re.compile(r"[+-]?\s?[0-9]{1,3}(\s[0-9]{3})+(\.[0-9]+)?")
"""Thousands with a space of any kind between them; other spaces within a number are a fault."""

_YES_NO: Final = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    flow: str
    key: Key
    period: str
    value: Decimal
    unit: str
    approximate: bool
    concept: str
    source: str
    citation: str
    reported_on: date | None

    @property
    def identity(self) -> tuple[str, str, str]:
        """What no two figures may share."""
        return self.flow, ".".join(self.key), self.period


class BadRow(Exception):
    """A row cannot be loaded; `faults` names everything that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def read_row(row: Mapping[str, str]) -> PublishedFigure:
    """The figure that a row of COLUMNS says. Raises BadRow."""
    faults: list[str] = []
    flow = FLOWS.get(row["flow"])
    if flow is None:
        faults.append("flow is no dataflow")
    key = _key(flow, row["key"], row["period"], faults)
    value = _value(row["value"], faults)
    if row["unit"] not in codes_of(UNITS):
        faults.append(f"unit is none of {', '.join(codes_of(UNITS))}")
    if row["approximate"] not in _YES_NO:
        faults.append("approximate is neither yes nor no")
    faults += [f"{name} is missing" for name in ("concept", "source") if not row[name].strip()]
    reported_on = _day(row["reported_on"], faults)
    if faults or value is None:
        raise BadRow(faults)
    told = {name: row[name].strip() for name in ("flow", "period", "unit", "concept", "source", "citation")}
    return PublishedFigure(
        key=key, value=value, approximate=_YES_NO[row["approximate"]], reported_on=reported_on, **told
    )


def _key(flow: Flow | None, text: str, period: str, faults: list[str]) -> Key:
    key = tuple(text.split("."))
    if flow is None:
        return key
    if len(key) != len(flow.dimensions):
        faults.append(f"key has {len(key)} codes instead of {len(flow.dimensions)}")
        return key
    for dimension, code in zip(flow.dimensions, key, strict=True):
        if code not in codes_of(dimension.enumeration):
            faults.append(f"key: {dimension.id} has no such code")
    if key[flow.position("METHOD")] not in OPEN_METHODS:
        faults.append(f"key: METHOD of a published figure is {' or '.join(sorted(OPEN_METHODS))}")
    _period(key[flow.position("FREQ")], period, faults)
    return key


def _period(freq: str, period: str, faults: list[str]) -> None:
    try:
        span(period)
    except ValueError:
        faults.append("period is not a year, quarter, month, day or span of years such as 2014-01-01/P3Y")
        return
    if frequency(period) != freq:
        faults.append(f"key: FREQ of this period is {frequency(period)}")


def _value(written: str, faults: list[str]) -> Decimal | None:
    """Read as people typeset numbers, too: a minus of its own, spaces between thousands."""
    text = written.strip().translate(_MINUS)
    if _GROUPED.fullmatch(text):
        text = "".join(text.split())
    if not _NUMBER.fullmatch(text):
        faults.append("value is not a number")
        return None
    return Decimal(text)


def _day(text: str, faults: list[str]) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        faults.append("reported_on is not a date")
        return None
