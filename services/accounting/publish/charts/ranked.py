"""Ranked bars: one line per name, the largest first, one bar per measure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.accounting.publish.charts.drawing import NARROW, Drawing, Mark, Rect, Text
from services.accounting.publish.charts.scales import LETTER, Place, Show, columns, scale, ticks

_THICK: Final = 11
_GAP: Final = 9
_NAME: Final = 17  # height of a name above its bars
_BESIDE: Final = 190  # width of the names beside their bars, on a wide canvas
_AXIS: Final = 26


@dataclass(frozen=True, slots=True)
class Ranked:
    """A name with a value per measure, None where it is not known; `tips` say each in words."""

    name: str
    values: tuple[float | None, ...]
    tips: tuple[str, ...]
    provisional: bool = False


def ranked_chart(items: Sequence[Ranked], kinds: Sequence[str], width: int, show: Show) -> Drawing:
    """Names stand beside the bars, on a narrow canvas above them."""
    narrow = width <= NARROW
    left = 4.0 if narrow else float(_BESIDE)
    marks = ticks(value for item in items for value in item.values if value is not None)
    largest = max(len(show(tick)) for tick in marks)
    x = scale(marks, left + (largest * LETTER if marks[0] < 0 else 0), width - largest * LETTER - 10)
    high = len(kinds) * _THICK + _GAP + (_NAME if narrow else 4)
    height = len(items) * high + 8
    found: list[Mark] = columns(marks, x, 4, height, show)
    for number, item in enumerate(items):
        top = 8 + number * high
        if narrow:
            found.append(Text(left, top + 11, item.name, "name", within=width - 20))
            top += _NAME
        else:
            found.append(
                Text(left - 10, top + len(kinds) * _THICK / 2 + 4, item.name, "name", "end", within=_BESIDE - 16)
            )
        found += _bars(item, kinds, top, x, show)
    return Drawing(width, height + _AXIS, tuple(found))


def _bars(item: Ranked, kinds: Sequence[str], top: float, x: Place, show: Show) -> list[Mark]:
    found: list[Mark] = []
    state = " provisional" if item.provisional else ""
    for number, (kind, value) in enumerate(zip(kinds, item.values, strict=True)):
        if value is None:
            continue
        start, end = sorted((x(0), x(value)))
        y = top + number * _THICK
        found.append(Rect(start, y, round(end - start, 1), _THICK - 1, kind + state, item.tips[number]))
        after = end + 5 if value >= 0 else start - 5
        found.append(Text(round(after, 1), y + 9, show(value), "value", "start" if value >= 0 else "end"))
    return found
