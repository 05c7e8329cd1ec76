"""Tables as files for spreadsheets, CSV (RFC 4180) and XLSX (ECMA-376): a row is forgotten once it is written.

A cell of a CSV file that a spreadsheet would reckon as a formula begins with an apostrophe, so that nobody's name runs
a command on an officer's computer (CWE-1236). In XLSX a text is marked as text, and stays as it is.
"""

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date
from decimal import Decimal
from tempfile import TemporaryFile
from typing import Any, Final, Literal

from starlette.responses import StreamingResponse
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

SheetFormat = Literal["csv", "xlsx"]
Cell = str | int | float | Decimal | date | None
Row = Sequence[Cell]

MEDIA_TYPES: Final[dict[SheetFormat, str]] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ROWS_OF_A_SHEET: Final = 1_000_000
"""A worksheet holds 1,048,576; what is more goes on in the next."""

_FORMULA = re.compile("^[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NOT_OF_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
PIECE: Final = 2**16  # bytes that are sent at a time


def content(*formats: SheetFormat) -> dict[str, Any]:
    """What a route that answers with a table declares as `responses={200: {"content": ...}}`."""
    return {MEDIA_TYPES[each]: {"schema": {"type": "string", "format": "binary"}} for each in formats}


def table_response(
    form: SheetFormat, name: str, header: Sequence[str], pages: AsyncIterator[Iterable[Row]]
) -> StreamingResponse:
    """The rows of `pages` below `header` as a file `name`; each page is sent before the next one is asked for."""
    written = _csv(header, pages) if form == "csv" else _xlsx(header, pages)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"', "Cache-Control": "no-store"}
    return StreamingResponse(written, headers=headers, media_type=MEDIA_TYPES[form])


def harmless(cell: Cell) -> Cell:
    """A cell of CSV that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def csv_rows(rows: Iterable[Row]) -> bytes:
    """Rows as lines of CSV in UTF-8."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([harmless(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode()


async def _csv(header: Sequence[str], pages: AsyncIterator[Iterable[Row]]) -> AsyncIterator[bytes]:
    yield csv_rows([header])
    async for page in pages:
        yield csv_rows(page)


async def _xlsx(header: Sequence[str], pages: AsyncIterator[Iterable[Row]]) -> AsyncIterator[bytes]:
    """The file begins to be sent when its last row is written, which lie in a temporary file until then: the archive
    that it is tells of its parts at the end."""
    with TemporaryFile() as file:
        book = Workbook(file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        sheet, left = _sheet(book, header), ROWS_OF_A_SHEET
        async for page in pages:
            for row in page:
                if left == 0:
                    sheet, left = _sheet(book, header), ROWS_OF_A_SHEET
                _write(sheet, ROWS_OF_A_SHEET - left + 1, row)
                left -= 1
        await asyncio.to_thread(book.close)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece


def _sheet(book: Workbook, header: Sequence[str]) -> Worksheet:
    sheet: Worksheet = book.add_worksheet()
    _write(sheet, 0, header)
    return sheet


def _write(sheet: Worksheet, at: int, row: Row) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
            sheet.write_number(at, column, float(cell) if isinstance(cell, Decimal) else cell)
        elif cell is not None:
            sheet.write_string(at, column, _NOT_OF_XML.sub("\ufffd", str(cell)))
