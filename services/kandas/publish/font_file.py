"""A TrueType font as a PDF embeds it: which glyph draws a character, and how wide it is (ISO/IEC 14496-22).

The file beside it is DejaVu Sans, cut to the Latin and Cyrillic letters of the three languages (`font/LICENSE`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from struct import unpack_from

FILE = Path(__file__).parent / "font" / "DejaVuSans.ttf"
PER_EM = 1000
"""Widths are in thousandths of the font's size, as PDF has them."""


@dataclass(frozen=True, slots=True)
class Font:
    """The file, the glyph of each character, and the width of each glyph."""

    content: bytes
    glyphs: Mapping[int, int]
    widths: tuple[int, ...]
    box: tuple[int, int, int, int]
    ascent: int
    descent: int

    def glyphs_of(self, text: str) -> list[int]:
        """The glyphs that draw `text`: 0, an empty box, for a character that the font lacks."""
        return [self.glyphs.get(ord(character), 0) for character in text]

    def width(self, text: str) -> int:
        """How wide `text` is."""
        return sum(self.widths[glyph] for glyph in self.glyphs_of(text))


@cache
def font() -> Font:
    """The font, read once."""
    content = FILE.read_bytes()
    (count,) = unpack_from(">H", content, 4)
    entries = (unpack_from(">4sIII", content, 12 + 16 * number) for number in range(count))
    tables = {name.decode(): offset for name, _, offset, _ in entries}
    (units,) = unpack_from(">H", content, tables["head"] + 18)
    measures = (*unpack_from(">4h", content, tables["head"] + 36), *unpack_from(">2h", content, tables["hhea"] + 4))
    left, bottom, right, top, ascent, descent = (value * PER_EM // units for value in measures)
    (measured,) = unpack_from(">H", content, tables["hhea"] + 34)
    (glyphs,) = unpack_from(">H", content, tables["maxp"] + 4)
    advances = [unpack_from(">H", content, tables["hmtx"] + 4 * number)[0] for number in range(measured)]
    advances += advances[-1:] * (glyphs - measured)
    widths = tuple(advance * PER_EM // units for advance in advances)
    return Font(content, _glyphs(content, tables["cmap"]), widths, (left, bottom, right, top), ascent, descent)


def _glyphs(content: bytes, cmap: int) -> dict[int, int]:
    """The glyphs by code point, from the subtable of format 4. Raises ValueError without one."""
    (count,) = unpack_from(">H", content, cmap + 2)
    places = [cmap + unpack_from(">HHI", content, cmap + 4 + 8 * number)[2] for number in range(count)]
    at = next((place for place in places if unpack_from(">H", content, place)[0] == 4), None)
    if at is None:
        raise ValueError("the font has no table of characters in format 4")
    (doubled,) = unpack_from(">H", content, at + 6)
    shape = f">{doubled // 2}H"
    ends, starts, deltas = (unpack_from(shape, content, at + place) for place in (14, 16 + doubled, 16 + 2 * doubled))
    offsets_at = at + 16 + 3 * doubled
    offsets = unpack_from(shape, content, offsets_at)
    found = {}
    for number, (start, end, delta, offset) in enumerate(zip(starts, ends, deltas, offsets, strict=True)):
        for character in range(start, end + 1):
            glyph = character
            if offset:
                place = offsets_at + 2 * number + offset + 2 * (character - start)
                (glyph,) = unpack_from(">H", content, place) if place + 2 <= len(content) else (0,)
            if glyph:
                found[character] = (glyph + delta) % 0x10000
    return found
