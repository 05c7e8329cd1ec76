"""A report as a PDF: what is asked and what answers it, each table with its chart, page by page.

The font is in the file, the language is told to who reads it aloud, and the same edition makes the same bytes.
"""

import logging
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, cast

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from services.accounting.publish.reports.chart import ReportBarChart, ReportLineChart, bar_chart, line_chart
from services.accounting.publish.reports.content import FINAL, MadeReport, MadeTable, unit_name
from services.accounting.rules.figures.figures import Figure
from shared import clock, fonts

MARGIN: Final = 48.0  # points
INK: Final = (26, 32, 44)
QUIET: Final = (92, 102, 117)
RULE: Final = (205, 211, 220)
HEAD: Final = (238, 242, 247)
ALARM: Final = (176, 0, 32)
COLOURS: Final = ((0, 94, 162), (200, 85, 0), (20, 120, 90), (120, 60, 150), (150, 110, 0), (90, 90, 90))
"""Told apart by who sees no red or green, too; lines also differ by their dashes."""
DASHES: Final = ((0.0, 0.0), (5.0, 2.5), (1.5, 2.0), (8.0, 3.0), (3.0, 1.5), (10.0, 2.0))
_SIZE: Final = 8.0  # of a table's letters
_PADDING: Final = 2.0  # around what a cell holds
_CHART: Final = 120.0  # height of lines
_GUTTER: Final = 76.0  # room for the values of gridlines
_BAR: Final = 13.0  # height of a bar with its space
_LABEL: Final = 190.0  # room for names left of bars

logging.getLogger("fpdf").setLevel(logging.ERROR)  # it tells how it cuts the font


class _Pages(FPDF):
    """A4 with the number of each page below, and what marks the report."""

    def __init__(self, report: MadeReport) -> None:
        super().__init__(unit="pt", format="A4")
        self._report = report
        self.set_creation_date(report.edition.read_at)
        self.set_title(report.title)
        self.set_author("Kosh")
        self.set_lang(report.words.language)
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, MARGIN)
        self.add_font("text", fname=fonts.TEXT)
        self.alias_nb_pages("{pages}")
        self.add_page()

    def footer(self) -> None:
        words, edition = self._report.words, self._report.edition
        vintage = words["footer"].format(id=edition.release, day=words.day(clock.date_of(edition.read_at)))
        number = words["page_of"].format(number=self.page_no(), total="{pages}")
        self.set_y(-32)
        self.write_line(self._report.title, 7, QUIET, stay=True)
        # The width of how many pages there are is known too late to be aligned on the right.
        self.set_x(self.w - self.r_margin - self.get_string_width(number.replace("{pages}", "00")))
        self.cell(0, 7 * 1.35, number, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        if not edition.exact:
            self.write_line(vintage, 7, QUIET)
        for mark in self._report.marks:
            self.write_line(mark, 7, ALARM)

    def write_line(
        self, text: str, size: float, ink: tuple[int, int, int] = INK, *, align: str = "L", stay: bool = False
    ) -> None:
        """A line, broken where it is too long; `stay`: what comes next begins on the same line."""
        self.set_font("text", size=size)
        self.set_text_color(*ink)
        below = YPos.TOP if stay else YPos.NEXT
        self.multi_cell(0, size * 1.35, text, align=align, new_x=XPos.LMARGIN, new_y=below)

    def keep_together(self, text: str, size: float) -> None:
        """Begins a page where the lines of `text` would be parted by one."""
        self.set_font("text", size=size)
        height = self.multi_cell(0, size * 1.35, text, dry_run=True, output=MethodReturnValue.HEIGHT)
        if self.will_page_break(cast(float, height)):
            self.add_page()


def pdf(report: MadeReport) -> bytes:
    """The file's bytes."""
    pages = _Pages(report)
    pages.write_line(report.title, 18)
    for mark in report.marks:
        pages.write_line(mark, 10, ALARM)
    pages.ln(6)
    for name, text in report.facts:
        pages.write_line(name, 8, QUIET)
        pages.write_line(text, 10)
        pages.ln(3)
    _write_contents(pages, report)
    for table in report.tables:
        _write_table(pages, report, table)
    return bytes(pages.output())


def _write_contents(pages: _Pages, report: MadeReport) -> None:
    pages.ln(8)
    pages.write_line(report.words["asks"], 13)
    for answer in report.answers:
        pages.ln(4)
        pages.write_line(answer.what, 10)
        for table in answer.tables:
            pages.write_line(f"    {report.words['table'].format(number=table.number)}. {table.title}", 9, QUIET)
        if answer.unknown:
            pages.write_line(answer.unknown, 9, QUIET)


def _write_table(pages: _Pages, report: MadeReport, table: MadeTable) -> None:
    words = report.words
    title = f"{words['table'].format(number=table.number)}. {table.title}"
    chart = _chart(pages, report, table)
    needed = 90 + (_height(chart) if chart else 0)
    if pages.will_page_break(needed):
        pages.add_page()
    else:
        pages.ln(18)
    pages.start_section(title)
    pages.write_line(title, 12)
    if chart:
        _draw(pages, report, table, chart)
    if table.rows:
        _write_rows(pages, report, table)
    pages.ln(3)
    for remark in _below(report, table):
        pages.keep_together(remark, 7.5)
        pages.write_line(remark, 7.5, QUIET)


def _below(report: MadeReport, table: MadeTable) -> Iterator[str]:
    yield from table.remarks
    words = report.words
    if table.rows:
        units = dict.fromkeys(unit_name(row.unit, words.language) for row in table.rows)
        if len(units) == 1:
            yield f"{words['unit']}: {', '.join(units)}."
        yield f"{words['sources']}: {'; '.join(table.sources).rstrip('.')}."
    if not report.edition.exact:
        yield f"{words['address']}: {table.address}"


def _write_rows(pages: _Pages, report: MadeReport, table: MadeTable) -> None:
    words = report.words
    several = len({row.unit for row in table.rows}) > 1
    lines = [
        [
            row.label + (f" ({unit_name(row.unit, words.language)})" if several else ""),
            *(shown(report, each) for each in row.figures),
        ]
        for row in table.rows
    ]
    pages.set_font("text", size=_SIZE)
    widest = (
        max(pages.get_string_width(text) for line in lines for text in line[1:]) + 2 * (_PADDING + pages.c_margin) + 1
    )
    numbers = min(max(widest / pages.epw, 0.105), 0.7 / len(table.periods))
    widths = (1 - numbers * len(table.periods), *(numbers for _ in table.periods))
    pages.set_text_color(*INK)
    pages.set_fill_color(255, 255, 255)
    pages.set_draw_color(*RULE)
    pages.set_line_width(0.5)
    # Letters so small that the longest number stays on one line.
    pages.set_font("text", size=_SIZE * min(pages.epw * numbers / widest, 1))
    with pages.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        cell_fill_color=None,
        col_widths=widths,
        headings_style=FontFace(emphasis="", fill_color=HEAD, color=INK),
        line_height=11,
        padding=_PADDING,
        text_align=("LEFT", *("RIGHT" for _ in table.periods)),
        width=pages.epw,
    ) as written:
        for line in ([words["figure"], *map(words.column, table.periods)], *lines):
            row = written.row()
            for text in line:
                row.cell(text)


def shown(report: MadeReport, figure: Figure | None) -> str:
    """A figure as a cell shows it: with its status where it is not final, nothing where there is none."""
    if figure is None:
        return ""
    text = report.words.number(figure.value)
    return text if figure.status == FINAL else f"{text}\u00a0{figure.status}"


def _chart(pages: FPDF, report: MadeReport, table: MadeTable) -> ReportLineChart | ReportBarChart | None:
    if not table.rows or table.declared.chart is None:
        return None
    if table.declared.chart == "bars":
        return bar_chart(table, pages.epw - _LABEL - 70, report.words.language)
    return line_chart(table, pages.epw - _GUTTER, _CHART)


def _height(chart: ReportLineChart | ReportBarChart) -> float:
    if isinstance(chart, ReportBarChart):
        return _BAR * len(chart.bars) + 24
    return _CHART + 30 + 11 * len(chart.lines)


def _draw(pages: _Pages, report: MadeReport, table: MadeTable, chart: ReportLineChart | ReportBarChart) -> None:
    pages.ln(4)
    top = pages.get_y()
    if isinstance(chart, ReportBarChart):
        _draw_bars(pages, report, table, chart)
    else:
        _draw_lines(pages, report, chart)
    pages.set_dash_pattern()
    pages.set_xy(pages.l_margin, top + _height(chart))


def _draw_lines(pages: _Pages, report: MadeReport, chart: ReportLineChart) -> None:
    left, top = pages.l_margin + _GUTTER, pages.get_y() + 6
    pages.set_line_width(0.5)
    for height, value in chart.grid:
        pages.set_draw_color(*(QUIET if value == 0 else RULE))
        pages.line(left, top + height, pages.w - pages.r_margin, top + height)
        _text(pages, pages.l_margin, top + height - 4, _GUTTER - 4, report.words.number(value), align="R")
    for place, period in chart.periods:
        _text(pages, left + place - 40, top + _CHART + 3, 80, report.words.column(period), align="C")
    for number, line in enumerate(chart.lines):
        _stroke(pages, number)
        drawn = [(left + each.x, top + each.y) if each else None for each in line.points]
        for start, end in pairwise(drawn):
            if start and end:
                pages.line(*start, *end)
        pages.set_dash_pattern()
        for each in drawn:
            if each:
                pages.circle(each[0], each[1], 1.8, style="F")
    below = top + _CHART + 16
    for number, line in enumerate(chart.lines):
        _stroke(pages, number)
        pages.line(left, below + 4 + 11 * number, left + 24, below + 4 + 11 * number)
        name = f"{line.row.label}, {unit_name(line.row.unit, report.words.language)}"
        _text(pages, left + 30, below + 11 * number, pages.epw - _GUTTER - 30, name)


def _draw_bars(pages: _Pages, report: MadeReport, table: MadeTable, chart: ReportBarChart) -> None:
    words = report.words
    left, top = pages.l_margin + _LABEL, pages.get_y() + 14
    first = chart.bars[0].row
    what = words["newest"].format(
        what=table.title, period=words.column(chart.period), unit=unit_name(first.unit, words.language)
    )
    more = f" ({words['others'].format(count=chart.left_out)})" if chart.left_out else ""
    _text(pages, pages.l_margin, top - 12, pages.epw, what + more)
    pages.set_fill_color(*COLOURS[0])
    for number, bar in enumerate(chart.bars):
        y = top + number * _BAR
        pages.rect(left, y + 2, max(bar.length, 0.5), _BAR - 5, style="F")
        _text(pages, pages.l_margin, y + 2, _LABEL - 6, bar.label, align="R")
        _text(pages, left + bar.length + 4, y + 2, 70, words.number(bar.value))


def _stroke(pages: FPDF, number: int) -> None:
    colour = COLOURS[number % len(COLOURS)]
    pages.set_draw_color(*colour)
    pages.set_fill_color(*colour)
    pages.set_line_width(1.3)
    dash, gap = DASHES[number % len(DASHES)]
    pages.set_dash_pattern(dash, gap) if dash else pages.set_dash_pattern()


def _text(pages: FPDF, x: float, y: float, width: float, text: str, *, align: str = "L") -> None:
    """A line of small letters, cut with dots where it is longer than its room."""
    pages.set_font("text", size=7)
    pages.set_text_color(*QUIET)
    while text and pages.get_string_width(text) > width - 4 and len(text) > 1:
        text = text.removesuffix("…")[:-1] + "…"
    pages.set_xy(x, y)
    pages.cell(width, 8, text, align=align)
