"""Where the lines and bars of a report's chart lie, in points of the page; the PDF draws what is reckoned here."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import ceil, floor, log10
from typing import Final, NamedTuple

from services.accounting.publish.reports.content import MadeTable, ReportRow
from services.accounting.rules.figures.dataflows import codes_of
from shared.kernel.codes import Language

LINES: Final = 6
BARS: Final = 12


class PagePoint(NamedTuple):
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class ReportLine:
    """The values of a row at the places of its periods; a gap stays one."""

    row: ReportRow
    points: tuple[PagePoint | None, ...]


@dataclass(frozen=True, slots=True)
class ReportLineChart:
    """`grid`: height and value of each gridline. `periods`: place and name of each column."""

    lines: tuple[ReportLine, ...]
    grid: tuple[tuple[float, Decimal], ...]
    periods: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class ReportBar:
    row: ReportRow
    label: str
    value: Decimal
    length: float


@dataclass(frozen=True, slots=True)
class ReportBarChart:
    """The largest of the newest period, and how many rows are left out."""

    bars: tuple[ReportBar, ...]
    period: str
    left_out: int


def line_chart(table: MadeTable, width: float, height: float) -> ReportLineChart | None:
    """None where no row has figures of two periods in a row, since a line needs them, or nothing differs from zero."""
    rows = [row for row in _drawn(table) if any(one and next for one, next in pairwise(row.figures))][:LINES]
    rows = rows if any(each.value for row in rows for each in row.figures if each) else []
    if not rows:
        return None
    ticks = _ticks([Decimal(0), *(Decimal(each.value) for row in rows for each in row.figures if each)])
    low, high = ticks[0], ticks[-1]
    step = width / len(table.periods)

    def x(number: int) -> float:
        return (number + 0.5) * step

    def y(value: Decimal) -> float:
        return float((high - value) / (high - low)) * height

    lines = tuple(
        ReportLine(
            row,
            tuple(PagePoint(x(at), y(Decimal(each.value))) if each else None for at, each in enumerate(row.figures)),
        )
        for row in rows
    )
    periods = tuple((x(at), period) for at, period in enumerate(table.periods))
    return ReportLineChart(lines, tuple((y(each), each) for each in ticks), periods)


def bar_chart(table: MadeTable, width: float, language: Language) -> ReportBarChart | None:
    """Of the newest period in which a part, not only the total, has a figure; None where there is none."""
    parts = [row for row in _drawn(table) if not _is_total(table, row)]
    for at in reversed(range(len(table.periods))):
        found = [(Decimal(figure.value), row) for row in parts if (figure := row.figures[at]) and figure.value > 0]
        if found:
            found.sort(key=lambda each: -each[0])
            longest = found[0][0]
            bars = tuple(
                ReportBar(row, part_name(table, row, language), value, float(value / longest) * width)
                for value, row in found[:BARS]
            )
            return ReportBarChart(bars, table.periods[at], len(found) - len(bars))
    return None


def part_name(table: MadeTable, row: ReportRow, language: Language) -> str:
    """What a bar stands for: the code of the table's parts in words."""
    flow = table.declared.flow
    at = flow.position(table.declared.parts)
    return codes_of(flow.dimensions[at].enumeration)[row.key[at]].label(language)


def _drawn(table: MadeTable) -> Sequence[ReportRow]:
    """The rows that the declaration draws, all in the unit of the first."""
    at = table.declared.flow.position("INDICATOR")
    wanted = table.declared.drawn
    rows = [row for row in table.rows if not wanted or row.key[at] in wanted]
    return [row for row in rows if row.unit == rows[0].unit]


def _is_total(table: MadeTable, row: ReportRow) -> bool:
    flow = table.declared.flow
    at = flow.position(table.declared.parts)
    return row.key[at] == flow.dimensions[at].total


def _ticks(values: Sequence[Decimal]) -> list[Decimal]:
    """Round numbers around the values: steps of 1, 2 or 5 times a power of ten."""
    low, high = min(values), max(values)
    rough = (high - low) / 4
    power = Decimal(10) ** floor(log10(rough))
    step = next(each * power for each in (1, 2, 5, 10) if each * power >= rough)
    return [step * number for number in range(floor(low / step), ceil(high / step) + 1)]
