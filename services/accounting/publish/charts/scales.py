"""Scales and axes: round numbers around the values, and where a value lies between two edges."""

from collections.abc import Callable, Iterable, Sequence
from math import ceil, floor, log10
from typing import Final

from services.accounting.publish.charts.drawing import Mark, Stroke, Text

Show = Callable[[float], str]
"""How a number is written."""
Place = Callable[[float], float]
"""Where a value lies on its axis."""

LETTER: Final = 7.2  # width of a digit, about
LABEL_GAP: Final = 35.0  # between the middles of two labels of an axis


def ticks(values: Iterable[float]) -> list[float]:
    """Round numbers around 0 and the values: steps of 1, 2 or 5 times a power of ten, four to eight of them."""
    values = [0, *values]
    low, high = min(values), max(values)
    if high <= low:
        return [0, 1]
    whole = all(float(value).is_integer() for value in values)
    rough = max((high - low) / 5, 1 if whole else 1e-6)
    power = 10.0 ** floor(log10(rough))
    step = next(each * power for each in (1, 2, 5, 10) if each * power >= rough * (1 - 1e-9))
    return [round(number * step, 9) for number in range(floor(low / step), ceil(high / step) + 1)]


def scale(marks: Sequence[float], start: float, end: float) -> Place:
    """The place of a value, where the first tick lies at `start` and the last at `end`."""
    low, high = marks[0], marks[-1]
    return lambda value: round(start + (float(value) - low) / (high - low) * (end - start), 1)


def room(marks: Sequence[float], show: Show) -> float:
    """The width that the numbers of a vertical axis take."""
    return round(max(len(show(tick)) for tick in marks) * LETTER + 13, 1)


def rows(marks: Sequence[float], y: Place, left: float, right: float, show: Show) -> list[Mark]:
    """The grid of a vertical axis, with its numbers; the line of 0 stands out."""
    found: list[Mark] = []
    for tick in marks:
        found.append(Stroke(left, y(tick), right, y(tick), "grid" if tick else "zero"))
        found.append(Text(left - 8, y(tick) + 4, show(tick), anchor="end"))
    return found


def columns(marks: Sequence[float], x: Place, top: float, bottom: float, show: Show) -> list[Mark]:
    """The grid of a horizontal axis, with its numbers below where they do not touch."""
    found: list[Mark] = [Stroke(x(tick), top, x(tick), bottom, "grid" if tick else "zero") for tick in marks]
    widest = max(len(show(tick)) for tick in marks) * LETTER + 8
    labels = [(x(tick), show(tick)) for tick in marks]
    return [*found, *(Text(at, bottom + 18, text, anchor="middle") for at, text in spaced(labels, widest))]


def spaced(labels: Iterable[tuple[float, str]], gap: float = LABEL_GAP) -> list[tuple[float, str]]:
    """Those labels that do not touch the one before."""
    kept: list[tuple[float, str]] = []
    for label in labels:
        if not kept or label[0] - kept[-1][0] >= gap:
            kept.append(label)
    return kept
