"""What a chart consists of: marks on a canvas, each of a kind that the style sheet knows. Units are CSS pixels.

Every chart is drawn twice, `WIDE` and `NARROW`, so that its letters keep their size on a phone.
"""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

WIDE: Final = 720
NARROW: Final = 340


Anchor = Literal["start", "middle", "end"]
"""Which end of letters lies at their place."""


class Point(NamedTuple):
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Rect:
    x: float
    y: float
    width: float
    height: float
    kind: str
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """A line through points; `closed` makes it an area."""

    points: tuple[Point, ...]
    kind: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Ribbon:
    """A band from one upright edge to another, each from its top to its bottom, as a smooth curve."""

    x1: float
    top1: float
    bottom1: float
    x2: float
    top2: float
    bottom2: float
    kind: str
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    radius: float
    kind: str
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line: of a grid, an axis or a confidence interval."""

    x1: float
    y1: float
    x2: float
    y2: float
    kind: str


@dataclass(frozen=True, slots=True)
class Text:
    """Letters; `within` is the width into which they are pressed where they are longer."""

    x: float
    y: float
    text: str
    kind: str = "tick"
    anchor: Anchor = "start"
    within: float | None = None


Mark = Rect | Path | Ribbon | Dot | Stroke | Text


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    marks: tuple[Mark, ...]
