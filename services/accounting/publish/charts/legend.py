"""The legend of a chart that is a file of its own: what each kind of mark stands for, in as many lines as it needs."""

from collections.abc import Sequence
from typing import Final

from services.accounting.publish.charts.drawing import Drawing, Mark, Rect, Stroke, Text
from services.accounting.publish.charts.lettering import NOTE

HEADING: Final = "of"
"""The kind of an entry that stands for no mark: what is shown, before what its colours mean."""
GAP: Final = "gap"
"""The kind of a line over years of which nothing is known."""
_LINES: Final = ("net", GAP)  # kinds that are drawn as lines
_SIZE: Final = 10
_LINE: Final = 18
_BETWEEN: Final = 20


def legend(entries: Sequence[tuple[str, str]], width: int) -> Drawing:
    """Entries side by side, as many as fit into a line."""
    found: list[Mark] = []
    x, y = 0.0, 0
    for kind, name in entries:
        key = 0 if kind == HEADING else _SIZE + 6
        wide = key + len(name) * NOTE
        if x and x + wide > width:
            x, y = 0.0, y + _LINE
        if kind in _LINES:
            found.append(Stroke(x, y + 7, x + _SIZE, y + 7, f"key {kind}"))
        elif key:
            found.append(Rect(x, y + 2, _SIZE, _SIZE, f"key {kind}"))
        found.append(Text(x + key, y + 11, name, "note"))
        x = round(x + wide + _BETWEEN, 1)
    return Drawing(width, y + _LINE, tuple(found))
