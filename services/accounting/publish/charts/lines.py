"""Lines over time, one per series, with the interval of what is estimated as a band."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from services.accounting.publish.charts.drawing import Dot, Drawing, Mark, Path, Point, Text
from services.accounting.publish.charts.scales import Show, room, rows, scale, spaced, ticks

HEIGHT: Final = 300
_TOP, _BOTTOM, _RIGHT = 12, 30, 14


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
    years = sorted({int(time) for time in times})
    named = [year for year in years if year >= times[0] and (year % 5 == 0 or len(years) < 9)]
    labels = spaced([(round(left + 8 + (year - times[0]) * step, 1), str(year)) for year in named or years[-1:]])
    found += [Text(min(at, width - 16), HEIGHT - 8, text, anchor="middle") for at, text in labels]
    return Drawing(width, HEIGHT, tuple(found))


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
        kind = f"line {series.kind}{' provisional' if after.provisional else ''}"
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
