"""How a cell is written: for readers in their language, and for machines as it is."""

from decimal import Decimal
from typing import Final

from services.accounting.publish.site.view import Column, Observation, Row, Value, number
from services.accounting.publish.site.words import NOTHING, Wording
from services.accounting.rules.figures.dataflows import Enumeration
from shared.kernel.calendar import add_days
from shared.kernel.periods import Period

INTERVAL: Final = Decimal("1.96")
"""Standard errors to both sides of an estimate that hold it with a probability of 95 per cent."""

STATUSES: Final = {"A": "final", "P": "provisional", "E": "estimated", "F": "forecast", "U": "partial", "": "none"}


def written(column: Column, value: Value, words: Wording) -> str:
    """For readers."""
    if value is None:
        return NOTHING
    if isinstance(column.of, Enumeration):
        return words.code(column.of, str(value))
    if column.of == "word":
        return words.option(str(value))
    if column.of == "period":
        return words.period(str(value))
    amount = number(value)
    if amount is None:
        return str(value)
    return words.rate(amount) if column.of == "rate" else words.number(amount)


def raw(value: Value) -> str | int | Decimal | None:
    """For machines."""
    return value.figure.value if isinstance(value, Observation) else value


def error_of(value: Value) -> Decimal | None:
    """The standard error of what is estimated."""
    return value.figure.std_error if isinstance(value, Observation) else None


def interval(value: Value) -> tuple[float, float] | None:
    """The bounds of what is estimated, at 95 per cent."""
    error, amount = error_of(value), number(value)
    if error is None or amount is None:
        return None
    return float(amount - INTERVAL * error), float(amount + INTERVAL * error)


def is_provisional(row: Row) -> bool:
    return any(isinstance(value, Observation) and value.figure.status != "A" for value in row.values())


def name_of(row: Row, keys: tuple[Column, ...], words: Wording) -> str:
    """What a row is about."""
    return ", ".join(written(each, row[each.name], words) for each in keys)


def time_of(period: str) -> float | None:
    """The middle of a period as a year and a part of it; of a year, its number; None for a period that is none of
    ours."""
    try:
        read = Period.parse(period)
    except ValueError:
        return None
    if read.frequency == "A":
        return float(read.year)
    middle = add_days(read.start, (read.end - read.start).days // 2)
    return read.year + (middle.timetuple().tm_yday - 1) / 365.25
