"""A page of text as a PDF (ISO 32000-1), with the font in it: it shows and copies the same letters everywhere."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.kandas.publish.font_file import PER_EM, Font, font

WIDTH, HEIGHT = 595, 842  # A4 in points
MARGIN = 64
LEADING = 1.4
"""Distance of lines, in sizes of the font."""
NAME = "KOSHDV+DejaVuSans"


@dataclass(frozen=True, slots=True)
class Block:
    """A text of its own lines, and the space above it in points."""

    text: str
    size: int = 11
    space: int = 6


def page(blocks: Sequence[Block], title: str, language: str) -> bytes:
    """The PDF of one page of A4 with the blocks below each other; `language` is told to who reads it aloud. The same
    blocks make the same bytes."""
    used = font()
    drawn = "\n".join(_drawn(blocks, used)).encode()
    return _written(
        [
            f"<< /Type /Catalog /Pages 2 0 R /Lang ({language}) >>".encode(),
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents 4 0 R".encode()
            + b" /Resources << /Font << /F1 5 0 R >> >> >>",
            _stream(drawn),
            f"<< /Type /Font /Subtype /Type0 /BaseFont /{NAME} /Encoding /Identity-H".encode()
            + b" /DescendantFonts [6 0 R] /ToUnicode 9 0 R >>",
            f"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{NAME} /FontDescriptor 7 0 R".encode()
            + b" /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
            + f" /CIDToGIDMap /Identity /W [0 [{_numbers(used.widths)}]] >>".encode(),
            f"<< /Type /FontDescriptor /FontName /{NAME} /Flags 4 /FontBBox [{_numbers(used.box)}] /ItalicAngle 0"
            f" /Ascent {used.ascent} /Descent {used.descent} /CapHeight {used.ascent} /StemV 80"
            " /FontFile2 8 0 R >>".encode(),
            _stream(used.content, f" /Length1 {len(used.content)}"),
            _stream(_to_unicode(blocks, used)),
            f"<< /Title <FEFF{title.encode('utf-16-be').hex().upper()}> >>".encode(),
        ]
    )


def _written(objects: Sequence[bytes]) -> bytes:
    """The file of the objects, numbered from 1: the first is the catalogue, the last says what the document is."""
    written = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (len(objects) + 1, len(objects))
    written += b"startxref\n%d\n%%%%EOF\n" % table
    return bytes(written)


def _stream(content: bytes, more: str = "") -> bytes:
    packed = zlib.compress(content)
    about = f"<< /Length {len(packed)} /Filter /FlateDecode{more} >>".encode()
    return about + b"\nstream\n" + packed + b"\nendstream"


def _numbers(values: Iterable[int]) -> str:
    return " ".join(map(str, values))


def wrapped(text: str, size: int, used: Font) -> Iterator[str]:
    """The lines of `text` that fit the page; a word that is longer than a line is cut."""
    room = (WIDTH - 2 * MARGIN) * PER_EM / size
    line = ""
    for word in text.split():
        if line and used.width(f"{line} {word}") > room:
            yield line
            line = ""
        line = f"{line} {word}" if line else word
        while used.width(line) > room:
            fits = max(count for count in range(1, len(line)) if count == 1 or used.width(line[:count]) <= room)
            yield line[:fits]
            line = line[fits:]
    if line:
        yield line


def _drawn(blocks: Iterable[Block], used: Font) -> Iterator[str]:
    top = float(HEIGHT - MARGIN)
    for block in blocks:
        top -= block.space
        for line in wrapped(block.text, block.size, used):
            top -= block.size * LEADING
            glyphs = "".join(f"{glyph:04X}" for glyph in used.glyphs_of(line))
            yield f"BT /F1 {block.size} Tf {MARGIN} {top:.1f} Td <{glyphs}> Tj ET"


def _to_unicode(blocks: Iterable[Block], used: Font) -> bytes:
    """What each drawn glyph means, so that text can be searched and copied."""
    letters = sorted({character for block in blocks for character in block.text if ord(character) in used.glyphs})
    told = [
        f"<{used.glyphs[ord(character)]:04X}> <{character.encode('utf-16-be').hex().upper()}>" for character in letters
    ]
    parts = [told[start : start + 100] for start in range(0, len(told), 100)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def",
            "/CMapName /Kosh-Unicode def 1 begincodespacerange <0000> <FFFF> endcodespacerange",
            *(line for part in parts for line in (f"{len(part)} beginbfchar", *part, "endbfchar")),
            "endcmap CMapName currentdict /CMap defineresource pop end end",
        ]
    ).encode()
