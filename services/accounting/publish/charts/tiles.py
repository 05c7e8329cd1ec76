"""The regions of Kazakhstan as a tile grid: each region the same square, about where it lies.

Coloured by seven steps around zero; the number stands in the tile, so that nobody depends on the colour.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.accounting.publish.charts.drawing import NARROW, Drawing, Mark, Rect, Text
from services.accounting.publish.charts.scales import Show

PLACES: Final[Mapping[str, tuple[int, int]]] = {
    **{"39": (2, 0), "59": (3, 0)},
    **{"27": (0, 1), "15": (1, 1), "11": (2, 1), "71": (3, 1), "55": (4, 1)},
    **{"23": (0, 2), "62": (2, 2), "35": (3, 2), "10": (4, 2), "63": (5, 2)},
    **{"47": (0, 3), "43": (1, 3), "61": (2, 3), "31": (3, 3), "19": (4, 3), "33": (5, 3)},
    **{"79": (2, 4), "75": (4, 4)},
}
"""KATO code of a region -> column and row of its tile."""
_COLUMNS, _ROWS = 6, 5
_STEPS: Final = 3
_GAP: Final = 4


@dataclass(frozen=True, slots=True)
class Tile:
    """A region's short name and its value, None where it is not known."""

    name: str
    value: float | None
    tip: str


def tile_map(tiles: Mapping[str, Tile], width: int, show: Show) -> Drawing:
    """Regions by KATO code; one that has no tile in the grid is left to the table."""
    size = (width - _GAP * (_COLUMNS - 1)) / _COLUMNS if width <= NARROW else 96.0
    tall = size if width <= NARROW else 72.0
    left = (width - _COLUMNS * size - (_COLUMNS - 1) * _GAP) / 2
    largest = max((abs(tile.value) for tile in tiles.values() if tile.value is not None), default=0)
    found: list[Mark] = []
    for code, (column, row) in PLACES.items():
        if (tile := tiles.get(code)) is None:
            continue
        x, y = round(left + column * (size + _GAP), 1), round(row * (tall + _GAP), 1)
        kind = step(tile.value, largest)
        found.append(Rect(x, y, round(size, 1), round(tall, 1), f"tile {kind}", tile.tip))
        middle = round(x + size / 2, 1)
        letters = f"on {kind}"
        found.append(Text(middle, round(y + tall * 0.42, 1), tile.name, f"name {letters}", "middle", within=size - 6))
        value = "–" if tile.value is None else show(tile.value)
        found.append(Text(middle, round(y + tall * 0.42 + 17, 1), value, letters, "middle", within=size - 6))
    return Drawing(width, round(_ROWS * tall + (_ROWS - 1) * _GAP), tuple(found))


def step(value: float | None, largest: float) -> str:
    """The step of a value among those up to `largest` from zero: `n3` to `n1`, `even`, `p1` to `p3`; `none`."""
    if value is None:
        return "none"
    if value == 0 or largest == 0:
        return "even"
    number = min(int(abs(value) / largest * _STEPS) + 1, _STEPS)
    return f"{'p' if value > 0 else 'n'}{number}"
