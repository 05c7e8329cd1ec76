"""Where everything lies in a chart: numbers become places on a canvas, which the templates draw as SVG.

Every chart is made twice, wide and narrow, so that its letters keep their size on a phone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Final, NamedTuple

from shared.kernel.periods import Period

WIDE: Final = 720
NARROW: Final = 340
HEIGHT: Final = 300
_TOP, _BOTTOM, _RIGHT = 12, 30, 14
_LETTER: Final = 7.2  # width of a digit, about
_THINNEST: Final = 9.0  # width of a period in a bar chart
_LABEL_GAP: Final = 40.0  # between the beginnings of two labels


class FlowShown(NamedTuple):
    """What a bar chart shows of one period."""

    period: Period
    arrivals: int
    departures: int
    net: int
    provisional: bool
    decided: bool  # whether anything of it is


class Mark(NamedTuple):
    """A gridline or a label: its place on its axis, and its text."""

    at: float
    text: str


class Bar(NamedTuple):
    x: float
    y: float
    width: float
    height: float
    kind: str  # arrivals or departures
    provisional: bool


class Point(NamedTuple):
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Frame:
    """A canvas with its scales: `left` and `right` bound the plot, `zero` is the line of the value 0."""

    width: int
    left: float
    right: float
    zero: float
    grid: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class BarChart:
    frame: Frame
    bars: tuple[Bar, ...]
    net: tuple[Point, ...]  # final, oldest first
    provisional_net: tuple[Point, ...]  # from the last final one on


@dataclass(frozen=True, slots=True)
class Line:
    kind: str  # official or computed
    points: tuple[Point, ...]

    @property
    def path(self) -> str:
        return " ".join(f"{'L' if number else 'M'}{x} {y}" for number, (x, y) in enumerate(self.points))


@dataclass(frozen=True, slots=True)
class LineChart:
    frame: Frame
    lines: tuple[Line, ...]


def bar_chart(flows: Sequence[FlowShown], width: int, show: Callable[[int], str]) -> BarChart:
    """Arrivals above the zero line, departures below, net as a line; the newest of at least one period that fit."""
    ticks = _ticks([0, *(each.arrivals for each in flows), *(-each.departures for each in flows)])
    left = _left(ticks, show)
    shown = flows[-floor((width - left - _RIGHT) / _THINNEST) :]
    band = (width - left - _RIGHT) / len(shown)
    y = _scale(ticks)
    bars: list[Bar] = []
    net: dict[bool, list[Point]] = {False: [], True: []}
    labels: list[Mark] = []
    provisional = False  # from the first provisional period on
    for number, each in enumerate(shown):
        x = left + number * band
        place = (round(x + band * 0.17, 1), round(band * 0.66, 1))
        bars.append(Bar(place[0], y(each.arrivals), place[1], _length(y, each.arrivals), "arrivals", each.provisional))
        bars.append(Bar(place[0], y(0), place[1], _length(y, -each.departures), "departures", each.provisional))
        provisional |= each.provisional
        if each.decided:
            net[provisional].append(Point(round(x + band / 2, 1), y(each.net)))
        if each.period.number == 1:
            labels.append(Mark(round(x + band / 2, 1), str(each.period.year)))
    labels = labels or [Mark(round(left + band / 2, 1), str(shown[0].period.year))]
    frame = Frame(width, left, width - _RIGHT, y(0), _grid(ticks, y, show), _spaced(labels))
    return BarChart(frame, tuple(bars), tuple(net[False]), tuple(net[False][-1:] + net[True]))


def line_chart(
    series: Sequence[tuple[str, Sequence[tuple[int, int]]]], width: int, show: Callable[[int], str]
) -> LineChart:
    """One line per series of (year, value), over the years of all of them."""
    years = sorted({year for _, points in series for year, _ in points})
    ticks = _ticks([0, *(value for _, points in series for _, value in points)])
    left = _left(ticks, show)
    step = (width - left - _RIGHT - 8) / max(years[-1] - years[0], 1)
    y = _scale(ticks)

    def x(year: int) -> float:
        return round(left + 8 + (year - years[0]) * step, 1)

    lines = tuple(Line(kind, tuple(Point(x(year), y(value)) for year, value in points)) for kind, points in series)
    labels = _spaced([Mark(x(year), str(year)) for year in years if year % 5 == 0 or len(years) < 8])
    return LineChart(Frame(width, left, width - _RIGHT, y(0), _grid(ticks, y, show), labels), lines)


def _ticks(values: Iterable[int]) -> list[int]:
    """Round numbers around the values: steps of 1, 2 or 5 times a power of ten, four to eight of them."""
    values = list(values)
    low, high = min(values), max(values)
    rough = max((high - low) / 5, 1)
    power = 10 ** floor(log10(rough))
    step = next(each * power for each in (1, 2, 5, 10) if each * power >= rough)
    return list(range(floor(low / step) * step, ceil(high / step) * step + 1, step)) if high > low else [0, 1]


def _scale(ticks: Sequence[int]) -> Callable[[int], float]:
    length = HEIGHT - _TOP - _BOTTOM
    low, high = ticks[0], ticks[-1]
    return lambda value: round(_TOP + (high - value) / (high - low) * length, 1)


def _left(ticks: Sequence[int], show: Callable[[int], str]) -> float:
    return round(max(len(show(tick)) for tick in ticks) * _LETTER + 10, 1)


def _grid(ticks: Sequence[int], y: Callable[[int], float], show: Callable[[int], str]) -> tuple[Mark, ...]:
    return tuple(Mark(y(tick), show(tick)) for tick in ticks)


def _length(y: Callable[[int], float], value: int) -> float:
    return round(abs(y(0) - y(value)), 1)


def _spaced(labels: Iterable[Mark]) -> tuple[Mark, ...]:
    """Those labels that do not touch the one before."""
    kept: list[Mark] = []
    for label in labels:
        if not kept or label.at - kept[-1].at >= _LABEL_GAP:
            kept.append(label)
    return tuple(kept)
