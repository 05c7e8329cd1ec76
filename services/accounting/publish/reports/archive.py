"""A report as CSV (RFC 4180): an archive (ZIP) with a file for each table, and one that says what the report is.

A line is an observation with the codes of SDMX, as its CSV has them, so that a program reads it without the words. The
same edition makes the same bytes.
"""

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from services.accounting.publish.reports.content import MadeReport, MadeTable, unit_name
from shared.http.sheets import Row, csv_rows
from shared.kernel.codes import Language

HEADER: Final = (
    *("DATAFLOW", "SERIES", "FIGURE", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS", "UNIT_MEASURE", "UNIT", "SOURCE"),
    "COMMENT_OBS",
)
ABOUT: Final = "00-report.csv"
_OLDEST: Final = (1980, 1, 1, 0, 0, 0)  # the first day that an archive knows


def archive(report: MadeReport) -> bytes:
    """The archive's bytes."""
    file = BytesIO()
    with ZipFile(file, "w") as bundle:
        for name, rows in _files(report):
            # A spreadsheet takes a file for Unicode by its first three bytes.
            body = BOM_UTF8 + csv_rows(rows)
            bundle.writestr(ZipInfo(name, _OLDEST), body, compress_type=ZIP_DEFLATED)
    return file.getvalue()


def table_file(table: MadeTable) -> str:
    return f"{table.number:02}-{table.declared.name}.csv"


def _files(report: MadeReport) -> Iterator[tuple[str, Iterable[Row]]]:
    yield ABOUT, _about(report)
    for table in report.tables:
        yield table_file(table), [HEADER, *_observations(table, report.words.language)]


def _about(report: MadeReport) -> Iterator[Row]:
    words = report.words
    yield words["report_title"], report.title
    yield from (("", mark) for mark in report.marks)
    yield from report.facts
    for answer in report.answers:
        yield words["asks"], answer.what
        for table in answer.tables:
            yield words["table"].format(number=table.number), table.title, table_file(table)
        if answer.unknown:
            yield "", answer.unknown
    for table in report.tables:
        name = words["table"].format(number=table.number)
        yield name, f"{words['address']}: {table.address}"
        yield from ((name, remark) for remark in table.remarks)


def _observations(table: MadeTable, language: Language) -> Iterator[Row]:
    for row in table.rows:
        for figure in row.figures:
            if figure:
                yield (
                    table.declared.flow.id,
                    row.series,
                    row.label,
                    figure.period,
                    figure.value,
                    figure.status,
                    figure.unit,
                    unit_name(figure.unit, language),
                    figure.source,
                    figure.comment,
                )
