"""Flows through one place: where they come from on the left, where they go on the right, as wide as they are large."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from services.accounting.publish.charts.drawing import NARROW, Anchor, Drawing, Mark, Rect, Ribbon, Stroke, Text
from services.accounting.publish.charts.scales import Show

LARGEST: Final = 220
"""Height of all that comes, or all that goes, whichever is more."""
_SLOT: Final = 34  # room of a name and its number, however thin its ribbon is
_GAP: Final = 6
_TOP: Final = 26  # the name of the place in the middle
_BESIDE: Final = 180  # width of the names beside the ribbons, on a wide canvas
_END: Final = 4  # width of a ribbon's outer end
_KNOT: Final = 12  # width of the place in the middle


@dataclass(frozen=True, slots=True)
class Stream:
    """What comes from a place or goes to it, more than nothing; `tip` says it in words."""

    name: str
    value: float
    tip: str
    provisional: bool = False


def flow_chart(coming: Sequence[Stream], going: Sequence[Stream], middle: str, width: int, show: Show) -> Drawing:
    """Names stand beside the ribbons, on a narrow canvas upon them; at least one stream is there."""
    sums = [sum(each.value for each in side) for side in (coming, going)]
    unit = LARGEST / max(sums)
    heights = [sum(_slot(each, unit) for each in side) for side in (coming, going)]
    high = max(*heights, LARGEST)
    found: list[Mark] = [
        Text(width / 2, _TOP - 10, middle, "name", "middle"),
        Stroke(width / 2, _TOP - 4, width / 2, _TOP + (high - LARGEST) / 2, "grid"),
    ]
    for side, kind, total, height in zip((coming, going), ("up", "down"), sums, heights, strict=True):
        slots = accumulate((_slot(each, unit) for each in side), initial=_TOP + (high - height) / 2)
        inner = accumulate((each.value * unit for each in side), initial=_TOP + (high - total * unit) / 2)
        for each, slot, at in zip(side, slots, inner, strict=False):
            found += _stream(each, kind, slot, at, unit, width, show)
    found.append(Rect((width - _KNOT) / 2, _TOP + (high - LARGEST) / 2, _KNOT, LARGEST, "knot"))
    return Drawing(width, round(_TOP + high + _GAP), tuple(found))


def _slot(stream: Stream, unit: float) -> float:
    return max(stream.value * unit, _SLOT) + _GAP


def _stream(stream: Stream, kind: str, slot: float, inner: float, unit: float, width: int, show: Show) -> list[Mark]:
    """A ribbon with its outer end, its name and its number: of what comes to the left, of what goes to the right."""
    beside = 0 if width <= NARROW else _BESIDE
    left = kind == "up"

    def at(x: float) -> float:
        return x if left else width - x

    thick = max(stream.value * unit, 1)
    middle = slot + (_slot(stream, unit) - _GAP) / 2
    top, bottom = middle - thick / 2, middle + thick / 2
    state = f"{kind} provisional" if stream.provisional else kind
    place, within = (beside - 8, beside - 16) if beside else (_END + 6, width / 2 - _KNOT)
    anchor: Anchor = "end" if left == bool(beside) else "start"
    return [
        Ribbon(at(beside), top, bottom, at((width - _KNOT) / 2), inner, inner + thick, f"ribbon {state}", stream.tip),
        Rect(beside if left else width - beside - _END, top, _END, thick, state, stream.tip),
        Text(at(place), middle - 3, stream.name, "name halo", anchor, within),
        Text(at(place), middle + 12, show(stream.value), "value halo", anchor),
    ]
