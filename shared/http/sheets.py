"""Tables as files for spreadsheets, CSV (RFC 4180) and XLSX (ECMA-376), streamed: a row is forgotten once it is sent.

A cell of a CSV file that a spreadsheet would reckon as a formula begins with an apostrophe, so that nobody's name runs
a command on an officer's computer (CWE-1236). In XLSX a text is marked as text, and stays as it is.
"""

import csv
import io
import re
import zipfile
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date
from typing import Any, Final, Literal
from xml.sax.saxutils import escape

from starlette.responses import StreamingResponse

SheetFormat = Literal["csv", "xlsx"]
Cell = str | int | float | date | None
Row = Sequence[Cell]

MEDIA_TYPES: Final[dict[SheetFormat, str]] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ROWS_OF_A_SHEET: Final = 1_000_000
"""A worksheet holds 1,048,576; what is more goes on in the next."""

_FORMULA = re.compile("^[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NOT_OF_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_BOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


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


class _Pipe(io.RawIOBase):
    """Takes what the archive writes, until it is sent; it cannot be gone back in."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._written += data
        return len(data)

    def drain(self) -> bytes:
        """What was written since the last time."""
        drained = bytes(self._written)
        self._written.clear()
        return drained


async def _xlsx(header: Sequence[str], pages: AsyncIterator[Iterable[Row]]) -> AsyncIterator[bytes]:
    pipe, sheets, left = _Pipe(), 0, 0
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        sheet = None
        async for page in _with_first(pages):
            for row in page:
                if sheet is None or left == 0:
                    _end(sheet)
                    sheets, left = sheets + 1, ROWS_OF_A_SHEET
                    sheet = archive.open(f"xl/worksheets/sheet{sheets}.xml", "w")
                    sheet.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'.encode() + _xml_row(header))
                if row:
                    sheet.write(_xml_row(row))
                    left -= 1
            yield pipe.drain()
        _end(sheet)
        for part, text in _parts(sheets):
            archive.writestr(part, _XML + text)
    yield pipe.drain()


async def _with_first(pages: AsyncIterator[Iterable[Row]]) -> AsyncIterator[Iterable[Row]]:
    """A table without rows has a sheet too: an empty row begins it."""
    yield [()]
    async for page in pages:
        yield page


def _end(sheet: Any) -> None:
    if sheet is not None:
        sheet.write(b"</sheetData></worksheet>")
        sheet.close()


def _xml_row(row: Row) -> bytes:
    return f"<row>{''.join(map(_xml_cell, row))}</row>".encode()


def _xml_cell(cell: Cell) -> str:
    if cell is None:
        return "<c/>"
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return f"<c><v>{cell}</v></c>"
    text = escape(_NOT_OF_XML.sub("\ufffd", str(cell)))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _parts(sheets: int) -> list[tuple[str, str]]:
    """The parts that say which sheets there are."""
    numbers = range(1, sheets + 1)
    overrides = "".join(f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_SHEET}"/>' for n in numbers)
    named = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    relationships = f'<Relationships xmlns="{_PACKAGE}/relationships">'
    return [
        (
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_BOOK}"/>{overrides}</Types>',
        ),
        (
            "_rels/.rels",
            f'{relationships}<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>",
        ),
        (
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{named}</sheets></workbook>',
        ),
        ("xl/_rels/workbook.xml.rels", f"{relationships}{related}</Relationships>"),
    ]
