"""Lines over time, one per series, with the interval of what is estimated as a band."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Final

from services.accounting.publish.charts.drawing import Dot, Drawing, Mark, Path, Point, Text
from services.accounting.publish.charts.scales import LABEL_GAP, Show, room, rows, scale, ticks

HEIGHT: Final = 300
_TOP, _BOTTOM, _RIGHT = 12, 30, 14
_APART: Final = 1.6
"""Years between two figures from which on a line no longer claims what lies between them."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A value at a time, which is a year and a part of it; `low` and `high` are the bounds of its interval."""

    time: float
    value: float
    low: float | None = None
    high: float | None = None
    provisional: bool = False
    tip: str = ""


Where = Callable[[Spot, float], Point]
"""Where a value lies at the time of a spot."""


@dataclass(frozen=True, slots=True)
class Series:
    """`shaded_only`: its intervals alone, around the line of another."""

    kind: str
    spots: tuple[Spot, ...]
    shaded_only: bool = False


def line_chart(series: Sequence[Series], width: int, show: Show) -> Drawing:
    """Over the times of all series; at least one spot is there."""
    spots = [spot for each in series for spot in each.spots]
    times = sorted({spot.time for spot in spots})
    bounds = [x for spot in spots for x in (spot.value, spot.low, spot.high) if x is not None]
    marks = ticks(bounds)
    left = room(marks, show)
    y = scale(marks, HEIGHT - _BOTTOM, _TOP)
    step = (width - left - _RIGHT - 16) / max(times[-1] - times[0], 1)

    def place(spot: Spot, value: float) -> Point:
        return Point(round(left + 8 + (spot.time - times[0]) * step, 1), y(value))

    found: list[Mark] = rows(marks, y, left, width - _RIGHT, show)
    for each in series:
        found += _band(each, place)
        found += [] if each.shaded_only else _line(each, place)
    for year in _years(times, step):
        at = round(left + 8 + (year - times[0]) * step, 1)
        found.append(Text(min(at, width - 16), HEIGHT - 8, str(year), anchor="middle"))
    return Drawing(width, HEIGHT, tuple(found))


def has_gaps(series: Sequence[Series]) -> bool:
    """Whether a line crosses years of which nothing is known."""
    return any(after.time - before.time > _APART for each in series for before, after in pairwise(each.spots))


def _years(times: Sequence[float], step: float) -> list[int]:
    """The years that stand below the axis: every one where there is room, else every second, fifth or so."""
    first, last = ceil(times[0]), int(times[-1])
    every = next((each for each in (1, 2, 5, 10) if each * step >= LABEL_GAP), 20)
    return [year for year in range(first, last + 1) if year % every == 0] or [last]


def _band(series: Series, place: Where) -> list[Mark]:
    bounded = [spot for spot in series.spots if spot.low is not None and spot.high is not None]
    if len(bounded) < 2:
        return []
    upper = [place(spot, spot.value if spot.high is None else spot.high) for spot in bounded]
    lower = [place(spot, spot.value if spot.low is None else spot.low) for spot in reversed(bounded)]
    return [Path((*upper, *lower), f"band {series.kind}", closed=True)]


def _line(series: Series, place: Where) -> list[Mark]:
    found: list[Mark] = []
    for before, after in pairwise(series.spots):
        if after.time == before.time:
            continue  # two figures of one time stand beside each other
        state = " provisional" if after.provisional else ""
        kind = f"line {series.kind}{' gap' if after.time - before.time > _APART else state}"
        last = found[-1] if found else None
        if isinstance(last, Path) and last.kind == kind:
            found[-1] = Path((*last.points, place(after, after.value)), kind)
        else:
            found.append(Path((place(before, before.value), place(after, after.value)), kind))
    radius = 2.6 if len(series.spots) < 40 else 1.4
    dots = [
        Dot(*place(spot, spot.value), radius, f"{series.kind}{' provisional' if spot.provisional else ''}", spot.tip)
        for spot in series.spots
    ]
    return [*found, *dots]
