"""A report as a workbook (XLSX, ECMA-376): what is asked on the first sheet, then a sheet for each table.

Numbers are numbers, in a table of the workbook, with their own decimals; beside one that is not final stands its
status. Head and names stay in sight. The same edition makes the same bytes.
"""

from datetime import UTC
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from services.accounting.publish.reports.content import FINAL, MadeReport, MadeTable, ReportRow, unit_name
from services.accounting.rules.figures.figures import Figure

EXACT_TO: Final = 2**53
"""A spreadsheet's numbers are doubles: a whole number beyond this is written as text, so that it stays what it is."""
_FIRST: Final = 3  # rows above the table's head: title, address, marks
_MARKS: Final = " · "
_NAMES: Final = 2  # columns before the numbers: name, unit

_Formats = dict[str, Any]


def workbook(report: MadeReport) -> bytes:
    """The file's bytes."""
    file = BytesIO()
    book = Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    made = report.edition.read_at.astimezone(UTC).replace(tzinfo=None)
    book.set_properties({"title": report.title, "author": "Kosh", "created": made, "comments": report.words.language})
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "strong": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "mark": book.add_format({"bold": True, "font_color": "#B00020"}),
    }
    _write_first(book.add_worksheet(report.words["contents"]), report, formats)
    for table in report.tables:
        _write_table(book, book.add_worksheet(sheet_name(table)), table, report, formats)
    book.close()
    return file.getvalue()


def sheet_name(table: MadeTable) -> str:
    """At most 31 letters, as the format has it."""
    return f"{table.number} {table.declared.name}"


def _write_first(sheet: Worksheet, report: MadeReport, formats: _Formats) -> None:
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, report.title, formats["title"])
    at = 1
    sheet.write_string(at, 0, _MARKS.join(report.marks), formats["mark"])
    for name, text in report.facts:
        at += 1
        sheet.write_string(at, 0, name, formats["strong"])
        sheet.write_string(at, 1, text, formats["text"])
    at += 2
    sheet.write_string(at, 0, report.words["asks"], formats["title"])
    for answer in report.answers:
        at += 1
        sheet.write_string(at, 1, answer.what, formats["strong"])
        for table in answer.tables:
            at += 1
            sheet.write_string(at, 0, report.words["table"].format(number=table.number))
            sheet.write_url(at, 1, f"internal:'{sheet_name(table)}'!A1", string=table.title)
        if answer.unknown:
            at += 1
            sheet.write_string(at, 1, answer.unknown, formats["text"])
    _for_print(sheet)


def _write_table(book: Workbook, sheet: Worksheet, table: MadeTable, report: MadeReport, formats: _Formats) -> None:
    words = report.words
    sheet.write_string(0, 0, f"{words['table'].format(number=table.number)}. {table.title}", formats["title"])
    if not report.edition.exact:
        sheet.write_string(1, 0, f"{words['address']}: {table.address}")
    sheet.write_string(2, 0, _MARKS.join(report.marks), formats["mark"])
    at = _FIRST
    if table.rows:
        _write_rows(book, sheet, table, report)
        at += len(table.rows) + 2
    for remark in table.remarks:
        sheet.write_string(at, 0, remark)
        at += 1
    if table.rows:
        sheet.write_string(at, 0, f"{words['sources']}: {'; '.join(table.sources)}")
    _for_print(sheet)


def _write_rows(book: Workbook, sheet: Worksheet, table: MadeTable, report: MadeReport) -> None:
    words, language = report.words, report.words.language
    columns = [words["figure"], words["unit"], *map(words.column, table.periods), words["source"], words["series"]]
    last = len(columns) - 1
    sheet.add_table(
        _FIRST,
        0,
        _FIRST + len(table.rows),
        last,
        {
            "name": f"table_{table.number}",
            "style": "Table Style Light 1",
            "autofilter": False,
            "columns": [{"header": name} for name in columns],
        },
    )
    sheet.freeze_panes(_FIRST + 1, 1)
    sheet.repeat_rows(_FIRST)
    sheet.set_column(0, 0, 60)
    sheet.set_column(1, 1, 14)
    sheet.set_column(_NAMES, _NAMES + len(table.periods) - 1, 15)
    sheet.set_column(last - 1, last - 1, 40)
    sheet.set_column(last, last, 48)
    for number, row in enumerate(table.rows, _FIRST + 1):
        sheet.write_string(number, 0, row.label)
        sheet.write_string(number, 1, unit_name(row.unit, language))
        for column, figure in enumerate(row.figures, _NAMES):
            if figure:
                _write_figure(book, sheet, number, column, figure)
        sheet.write_string(number, last - 1, _source(row, words["own"]))
        sheet.write_string(number, last, row.series)


def _source(row: ReportRow, own: str) -> str:
    return "; ".join(row.sources or (own,))


def _write_figure(book: Workbook, sheet: Worksheet, row: int, column: int, figure: Figure) -> None:
    if abs(Decimal(figure.value)) > EXACT_TO:
        sheet.write_string(row, column, f"{Decimal(figure.value):f}")
        return
    places = max(-int(Decimal(figure.value).as_tuple().exponent), 0)
    shape = "#,##0" + ("." + "0" * places if places else "") + (f'" {figure.status}"' if figure.status != FINAL else "")
    sheet.write_number(row, column, float(figure.value), _number_format(book, shape))


def _number_format(book: Workbook, shape: str) -> Any:
    """One format for each shape: the book joins equal ones when it is written."""
    return book.add_format({"num_format": shape})


def _for_print(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
