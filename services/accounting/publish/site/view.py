"""What a view is: the series that it reads, the choices of its address, how rows come of figures, and its charts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal, Protocol

from services.accounting.publish.charts.drawing import Drawing
from services.accounting.publish.site.words import Wording
from services.accounting.rules.figures.dataflows import Enumeration, Flow
from services.accounting.rules.figures.figures import Figure

ParameterName = Literal["freq", "indicator", "country", "region", "period", "method", "sex"]
PARAMETERS: Final[tuple[ParameterName, ...]] = ("freq", "indicator", "country", "region", "period", "method", "sex")
"""What an address may choose, in its order; each view takes some of them, and all of them take `release`."""

TIME: Final = "TIME_PERIOD"


@dataclass(frozen=True, slots=True)
class Observation:
    """A figure and the dataflow that it is of."""

    flow: Flow
    figure: Figure

    def code(self, dimension: str) -> str:
        """The code of a dimension, or the period."""
        return self.figure.period if dimension == TIME else self.figure.key[self.flow.position(dimension)]


Value = Observation | Decimal | int | str | None
Row = Mapping[str, Value]
"""Column -> observation, number, code or text; None where nothing is known."""
State = Mapping[str, str]
"""Parameter -> code, of every parameter that a view takes, and `release` where one is named."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A parameter of a view's address: the codes that it takes, the one without which the view stands first. An open
    choice takes whatever periods the figures have; its default "" is the newest."""

    parameter: ParameterName
    codes: tuple[str, ...]
    default: str
    named: Enumeration | None = None  # where the codes have names; else the texts have them, as options.<code>

    @property
    def open(self) -> bool:
        return not self.codes


NEWEST: Final = Choice("period", (), "")
"""Any period of the figures, the newest first."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table and of the files, under a name that never changes. `of` says what its values are: a code
    of an enumeration, a whole number, a rate with one decimal, a period, a text, or a `word`: a code that the texts
    name, as options.<code>. What may be `estimated` has its standard error beside it in the files."""

    name: str
    of: Enumeration | Literal["number", "rate", "period", "text", "word"] = "number"
    estimated: bool = False

    @property
    def is_key(self) -> bool:
        """Whether it says what a row is about; all other columns are measures."""
        return isinstance(self.of, Enumeration) or self.of in ("period", "text", "word")


class ChartSpec(Protocol):
    """A chart over the columns of a view."""

    def draw(self, rows: Sequence[Row], view: "View", words: Wording, width: int) -> Drawing | None:
        """None where the rows have nothing to draw."""
        ...

    def legend(self, rows: Sequence[Row], view: "View", words: Wording) -> list[tuple[str, str]]:
        """Kind of mark and what it stands for."""
        ...


@dataclass(frozen=True, slots=True)
class Headed:
    """The headline: which text of the view, and the row that fills it; `columns` say how to write what stands in that
    row beside the view's own columns."""

    text: str
    row: Row
    columns: tuple[Column, ...] = ()


Rows = Callable[[Sequence[Observation], State], Iterable[Row]]
Headline = Callable[[Sequence[Row], State], Headed | None]


def newest(rows: Sequence[Row], _: State) -> Headed | None:
    """The newest row that is final, else the newest."""
    final = [row for row in rows if status(row) == "A"]
    return Headed("headline", (final or list(rows))[-1]) if rows else None


def first(rows: Sequence[Row], _: State) -> Headed | None:
    """The first row: where rows are ranked, the most important."""
    return Headed("headline", rows[0]) if rows else None


@dataclass(frozen=True, slots=True)
class View:
    """`series`: dataflow and key, with `{parameter}` where the address chooses. `rows` gives the table, oldest or most
    important first; `latest_first` turns it round for reading. Texts: `views/<name>.toml`."""

    name: str
    series: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: Rows
    charts: tuple[ChartSpec, ...]
    choices: tuple[Choice, ...] = ()
    headline: Headline = newest
    latest_first: bool = False
    beside: tuple[str, ...] = field(default=())  # names of views that go on from here

    def choice(self, parameter: str) -> Choice | None:
        return next((each for each in self.choices if each.parameter == parameter), None)

    @property
    def keys(self) -> tuple[Column, ...]:
        return tuple(each for each in self.columns if each.is_key)


_WORST: Final = "FUPEA"


def status(row: Row) -> str:
    """The least certain OBS_STATUS among a row's figures; "" where it has none."""
    found = {value.figure.status for value in row.values() if isinstance(value, Observation)}
    return next((each for each in _WORST if each in found), "")


def number(value: Value) -> Decimal | int | None:
    """A cell as a number; None where it is none."""
    if isinstance(value, Observation):
        return value.figure.value
    return value if isinstance(value, int | Decimal) else None
