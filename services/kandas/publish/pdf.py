"""A page of text as a PDF, with the font in it: it shows and copies the same letters everywhere."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fpdf import FPDF

from shared import fonts

_LEADING = 1.4
"""Distance of lines, in sizes of the font."""
_MARGIN = 64  # points

logging.getLogger("fpdf").setLevel(logging.ERROR)  # it warns of letters that the font lacks: a name's, here


@dataclass(frozen=True, slots=True)
class Block:
    """A text of its own lines, and the space above it in points."""

    text: str
    size: int = 11
    space: int = 6


def page(blocks: Sequence[Block], title: str, language: str, made_at: datetime) -> bytes:
    """The PDF of one page of A4 with the blocks below each other; `language` is told to who reads it aloud. The same
    blocks make the same bytes."""
    document = FPDF(unit="pt", format="A4")
    document.set_creation_date(made_at)
    document.set_title(title)
    document.set_lang(language)
    document.set_margin(_MARGIN)
    document.set_auto_page_break(False)
    document.add_font("text", fname=fonts.TEXT)
    document.add_page()
    for block in blocks:
        document.ln(block.space)
        document.set_font("text", size=block.size)
        document.multi_cell(0, block.size * _LEADING, block.text, align="L", new_x="LMARGIN", new_y="NEXT")
    return bytes(document.output())
