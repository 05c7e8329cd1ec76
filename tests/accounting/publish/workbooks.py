"""Reads a workbook (XLSX) as it was written: its sheets, cell by cell."""

from io import BytesIO
from xml.etree import ElementTree
from zipfile import ZipFile

SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

Sheet = dict[str, str | float]
"""Place of a cell, such as `B2`, -> its text or number."""


def parsed(book: ZipFile, part: str) -> ElementTree.Element:
    return ElementTree.fromstring(book.read(part))  # noqa: S314 - our own file


def sheets(body: bytes) -> dict[str, Sheet]:
    """The cells of a workbook by sheet: text, or a number."""
    book = ZipFile(BytesIO(body))
    strings = ["".join(each.itertext()) for each in parsed(book, "xl/sharedStrings.xml")]
    names = [each.get("name", "") for each in parsed(book, "xl/workbook.xml").iter(f"{SPREADSHEET}sheet")]
    found: dict[str, Sheet] = {}
    for number, name in enumerate(names, 1):
        cells = parsed(book, f"xl/worksheets/sheet{number}.xml").iter(f"{SPREADSHEET}c")
        found[name] = {
            cell.get("r", ""): strings[int(value)] if cell.get("t") == "s" else float(value)
            for cell in cells
            if (value := cell.findtext(f"{SPREADSHEET}v")) is not None
        }
    return found
