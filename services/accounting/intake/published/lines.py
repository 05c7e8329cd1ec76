"""The lines of a file of published figures, whatever wrote it, and their records: one to a line, none lost unsaid."""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_LINE_END: Final = re.compile(r"\r\n|\r|\n")
"""Not what str.splitlines takes for one: U+2028 and U+0085 may stand within a citation."""
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CYRILLIC_HEADER: Final = "\tКАТО"
"""By which a dynamic table of stat.gov.kz is known: it reads so in no other encoding of eight bits."""

LETTER_LOST: Final = "has a letter that was lost when the file was saved: save it as UTF-8"


class NotText(Exception):
    """The file is in an encoding that is not read; the message names what is expected."""

    def __init__(self) -> None:
        super().__init__(
            "its encoding is not known: UTF-8 is expected (or UTF-16 with its mark; of dynamic tables of stat.gov.kz "
            "Windows-1251, too)"
        )


@dataclass(frozen=True, slots=True)
class FileRow:
    """What a line says by its columns; `faults` where it cannot be read, and then nothing else counts."""

    number: int
    values: dict[str, str]
    faults: tuple[str, ...] = ()


def text_lines(content: bytes) -> list[str]:
    """The file's lines without their ends. Raises NotText where the encoding could only be guessed."""
    marked = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)
    try:
        text = content.decode(marked or "utf-8")
    except UnicodeDecodeError:
        text = "" if marked else _windows_1251(content)
    if "\0" in text or (content and not text):
        raise NotText
    return _LINE_END.split(text)


def _windows_1251(content: bytes) -> str:
    text = content.decode("cp1251", "replace")
    return text if _CYRILLIC_HEADER in _LINE_END.split(text, maxsplit=1)[0] else ""


def records(lines: Sequence[str], delimiter: str = ",") -> Iterator[FileRow]:
    """The records below the header; `#` lines and empty ones are passed over.

    Every line is read by itself: a quote that is opened and not closed is a fault of its line, and takes none along.
    """
    header: list[str] = []
    for number, line in enumerate(lines, 1):
        if line.startswith("#") or not line.strip():
            continue
        try:
            (cells,) = csv.reader([line], delimiter=delimiter, strict=True)
        except csv.Error:
            yield FileRow(number, {}, ("its quotes do not match, or a cell is too long",))
            continue
        if not header:
            header = [cell.lstrip("\ufeff") for cell in cells]
            continue
        yield FileRow(number, dict(zip(header, cells, strict=False)), tuple(_faults(header, cells)))


def _faults(header: Sequence[str], cells: Sequence[str]) -> Iterator[str]:
    if len(cells) != len(header):
        yield f"has {len(cells)} columns instead of {len(header)}"
    if any("\ufffd" in cell for cell in cells):
        yield LETTER_LOST
