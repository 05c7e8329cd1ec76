"""Ranked bars: one line per name, the largest first, one bar per measure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.accounting.publish.charts.drawing import NARROW, Anchor, Drawing, Mark, Rect, Text
from services.accounting.publish.charts.lettering import GROUP, NAME_LINE, wrapped
from services.accounting.publish.charts.scales import LETTER, Place, Show, columns, scale, ticks

_THICK: Final = 12
_GAP: Final = 9
_BESIDE: Final = 232  # width of the names beside their bars, on a wide canvas
_AXIS: Final = 26


@dataclass(frozen=True, slots=True)
class Ranked:
    """A name with a value per measure, None where it is not known; `tips` say each in words. Items of one `group`
    that follow each other stand under its name."""

    name: str
    values: tuple[float | None, ...]
    tips: tuple[str, ...]
    provisional: bool = False
    group: str = ""


def ranked_chart(items: Sequence[Ranked], kinds: Sequence[str], width: int, show: Show) -> Drawing:
    """Names stand beside the bars, on a narrow canvas above them, in as many lines as they need."""
    narrow = width <= NARROW
    left = 4.0 if narrow else float(_BESIDE)
    marks = ticks(value for item in items for value in item.values if value is not None)
    largest = max(len(show(tick)) for tick in marks)
    x = scale(marks, left + (largest * LETTER if marks[0] < 0 else 0), width - largest * LETTER - 10)
    found: list[Mark] = []
    top, group = 8.0, ""
    for item in items:
        if item.group != group:
            group = item.group
            heading = wrapped(group, width, GROUP)
            found.append(Rect(0, round(top - 4, 1), width, len(heading) * NAME_LINE + 6, "paper"))
            found += _named(heading, 0, top + 11, "start", "group")
            top += len(heading) * NAME_LINE + 6
        bars = len(kinds) * _THICK
        if narrow:
            lines = wrapped(item.name, width - left)
            found += _named(lines, left, top + 11, "start")
            top += len(lines) * NAME_LINE + 2
            high = bars
        else:
            lines = wrapped(item.name, _BESIDE - 16)
            high = max(bars, len(lines) * NAME_LINE)
            found += _named(lines, left - 10, top + (high - len(lines) * NAME_LINE) / 2 + 11.5, "end")
        found += _bars(item, kinds, top + (high - bars) / 2, x, show)
        top += high + _GAP
    return Drawing(width, round(top) + _AXIS, (*columns(marks, x, 4, round(top), show), *found))


def _named(lines: Sequence[str], x: float, y: float, anchor: Anchor, kind: str = "name") -> list[Mark]:
    return [Text(x, round(y + number * NAME_LINE, 1), line, kind, anchor) for number, line in enumerate(lines)]


def _bars(item: Ranked, kinds: Sequence[str], top: float, x: Place, show: Show) -> list[Mark]:
    found: list[Mark] = []
    state = " provisional" if item.provisional else ""
    for number, (kind, value) in enumerate(zip(kinds, item.values, strict=True)):
        if value is None:
            continue
        start, end = sorted((x(0), x(value)))
        y = round(top + number * _THICK, 1)
        found.append(Rect(start, y, round(end - start, 1), _THICK - 1, kind + state, item.tips[number]))
        after = end + 5 if value >= 0 else start - 5
        found.append(Text(round(after, 1), y + 9.5, show(value), "value", "start" if value >= 0 else "end"))
    return found
