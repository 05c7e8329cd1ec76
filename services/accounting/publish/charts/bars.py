"""Bars over time: what came above the line of zero, what left below it, and the net as a line with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import Final

from services.accounting.publish.charts.drawing import Dot, Drawing, Mark, Path, Point, Rect, Stroke, Text
from services.accounting.publish.charts.scales import Place, Show, room, rows, scale, spaced, ticks

HEIGHT: Final = 300
_TOP, _BOTTOM, _RIGHT = 12, 30, 14
_THINNEST: Final = 9.0  # width of a period


@dataclass(frozen=True, slots=True)
class Bar:
    """One period. `label` stands below it where there is room; `net` is None where there is none; `low` and `high` are
    the bounds of its interval; `provisional` what is not final."""

    label: str
    up: float
    down: float
    net: float | None = None
    low: float | None = None
    high: float | None = None
    provisional: bool = False
    tips: tuple[str, str, str] = ("", "", "")


def bar_chart(bars: Sequence[Bar], width: int, show: Show) -> Drawing:
    """The newest of at least one period that fit."""
    bounds = [each.low for each in bars] + [each.high for each in bars]
    marks = ticks([*(each.up for each in bars), *(-each.down for each in bars), *(x for x in bounds if x is not None)])
    left = room(marks, show)
    shown = bars[-floor((width - left - _RIGHT) / _THINNEST) :]
    band = (width - left - _RIGHT) / len(shown)
    y = scale(marks, HEIGHT - _BOTTOM, _TOP)
    found: list[Mark] = rows(marks, y, left, width - _RIGHT, show)
    middles = [round(left + (number + 0.5) * band, 1) for number in range(len(shown))]
    for middle, each in zip(middles, shown, strict=True):
        x, thick = round(middle - band * 0.33, 1), round(band * 0.66, 1)
        state = " provisional" if each.provisional else ""
        found.append(Rect(x, y(each.up), thick, round(y(0) - y(each.up), 1), f"up{state}", each.tips[0]))
        found.append(Rect(x, y(0), thick, round(y(-each.down) - y(0), 1), f"down{state}", each.tips[1]))
    found += _net(shown, middles, y)
    labels = [(middle, each.label) for middle, each in zip(middles, shown, strict=True) if each.label]
    found += [Text(at, HEIGHT - 8, text, anchor="middle") for at, text in spaced(labels)]
    return Drawing(width, HEIGHT, tuple(found))


def _net(bars: Sequence[Bar], middles: Sequence[float], place: Place) -> list[Mark]:
    known = [(x, each.net, each) for x, each in zip(middles, bars, strict=True) if each.net is not None]
    radius = 3.2 if len(bars) < 30 else 1.8
    lines: list[Path] = []
    found: list[Mark] = []
    for number, (x, net, each) in enumerate(known):
        at = Point(x, place(net))
        if each.low is not None and each.high is not None:
            found.append(Stroke(x, place(each.low), x, place(each.high), "interval"))
        found.append(Dot(at.x, at.y, radius, "net provisional" if each.provisional else "net", each.tips[2]))
        if number:
            _lengthen(lines, Point(known[number - 1][0], place(known[number - 1][1])), at, each.provisional)
    return [*lines, *found]


def _lengthen(lines: list[Path], before: Point, at: Point, provisional: bool) -> None:
    """The line goes on to a point, as another one where what is provisional begins or ends."""
    kind = "net provisional" if provisional else "net"
    if lines and lines[-1].kind == kind:
        lines[-1] = Path((*lines[-1].points, at), kind)
    else:
        lines.append(Path((before, at), kind))
