"""A report as a file, in each form that is offered."""

from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple, get_args

from services.accounting.publish.reports.archive import archive
from services.accounting.publish.reports.content import MadeReport
from services.accounting.publish.reports.pdf import pdf
from services.accounting.publish.reports.workbook import workbook
from shared.http.sheets import MEDIA_TYPES

ReportFormat = Literal["pdf", "xlsx", "csv"]
FORMATS: Final[tuple[ReportFormat, ...]] = get_args(ReportFormat)


class ReportFile(NamedTuple):
    """A file: its name and ending, its media type (RFC 6838) and its bytes."""

    name: str
    media_type: str
    body: bytes


_WRITING: Final[Mapping[ReportFormat, tuple[str, str, Callable[[MadeReport], bytes]]]] = {
    "pdf": ("pdf", "application/pdf", pdf),
    "xlsx": ("xlsx", MEDIA_TYPES["xlsx"], workbook),
    "csv": ("csv.zip", "application/zip", archive),
}
MEDIA_TYPES_OF_REPORTS: Final = tuple(media_type for _, media_type, _ in _WRITING.values())


def ending(form: ReportFormat) -> str:
    """Of a file's name, in that form."""
    return _WRITING[form][0]


def written(report: MadeReport, form: ReportFormat) -> ReportFile:
    """The report in a form; CSV is an archive of its tables."""
    _, media_type, write = _WRITING[form]
    return ReportFile(f"{report.file_name}.{ending(form)}", media_type, write(report))
