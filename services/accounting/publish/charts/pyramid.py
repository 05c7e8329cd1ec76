"""A population pyramid: ages from young, at the bottom, to old; men left and women right of the middle."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.accounting.publish.charts.drawing import NARROW, Drawing, Mark, Rect, Stroke, Text
from services.accounting.publish.charts.scales import LETTER, Show, spaced, ticks

_THICK: Final = 16
_TOP: Final = 6
_AXIS: Final = 26


@dataclass(frozen=True, slots=True)
class Age:
    """An age group with the number of men and of women."""

    name: str
    left: float
    right: float
    tips: tuple[str, str]


def pyramid(ages: Sequence[Age], width: int, show: Show) -> Drawing:
    """The youngest first in `ages`; their names stand in the middle."""
    middle = max(len(each.name) for each in ages) * (6.0 if width <= NARROW else LETTER) + 12
    marks = ticks([*(each.left for each in ages), *(each.right for each in ages)])
    edge = max(len(show(tick)) for tick in marks) * LETTER / 2
    half = (width - middle) / 2 - edge
    low, high = half + edge, half + edge + middle
    bottom = _TOP + len(ages) * _THICK
    found: list[Mark] = []
    places = [(round(value / marks[-1] * half, 1), show(value)) for value in marks]
    kept = spaced(places, edge * 2 + 8)
    for at, text in places:
        found += [Stroke(low - at, _TOP, low - at, bottom, "grid"), Stroke(high + at, _TOP, high + at, bottom, "grid")]
        if (at, text) in kept:
            found.append(Text(round(low - at, 1), bottom + 18, text, anchor="middle"))
            found.append(Text(round(high + at, 1), bottom + 18, text, anchor="middle"))
    for number, each in enumerate(ages):
        y = bottom - (number + 1) * _THICK
        left, right = (round(value / marks[-1] * half, 1) for value in (each.left, each.right))
        found.append(Rect(round(low - left, 1), y + 1, left, _THICK - 2, "down", each.tips[0]))
        found.append(Rect(round(high, 1), y + 1, right, _THICK - 2, "up", each.tips[1]))
        found.append(Text(round((low + high) / 2, 1), y + 12, each.name, "tick", "middle"))
    return Drawing(width, bottom + _AXIS, tuple(found))
