"""The certificate as a PDF: the letters of three languages, on one page, that can be read back (K1)."""

import re
import zlib
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from services.kandas.cases.certificate import IssuedCertificate
from services.kandas.publish import pdf
from services.kandas.publish.certificate import printed, texts
from services.kandas.publish.font_file import font
from shared.events.kandas import KandasStatus
from shared.kernel.codes import Language, code_list
from shared.testing.people import person

LANGUAGES: tuple[Language, ...] = ("kk", "ru", "en")
STATUS = {"source_id": "x", "case": "c", "member": "applicant", "country_of_origin": "MNG", "region": "61"} | {
    "state": "granted",
    "applied_on": "2026-01-05",
    "decided_on": "2026-01-08",
    "valid_until": "2027-01-08",
}


def certificate(**changes: Any) -> IssuedCertificate:
    named = {"surname_cyrillic": "ӘБІЛҚАСЫМ", "given_names_cyrillic": "ӨМІРҒАЛИ", "patronymic_cyrillic": "ҮКІҰЛЫ"}
    status = KandasStatus.model_validate(STATUS | {"person": person(**named | changes)})
    return IssuedCertificate("KD-2026-0000001", "0123456789abcdef" * 2, date(2026, 1, 8), status)


def read_back(content: bytes) -> list[str]:
    """The lines of the page, by what the file itself says its glyphs mean."""
    streams = [zlib.decompress(each) for each in re.findall(rb"stream\n(.*?)\nendstream", content, re.DOTALL)]
    drawn, meaning = streams[0].decode(), streams[2].decode()
    letters = {
        glyph: bytes.fromhex(letter).decode("utf-16-be") for glyph, letter in re.findall(r"<(\w+)> <(\w+)>", meaning)
    }
    lines = re.findall(r"<(\w*)> Tj", drawn)
    return ["".join(letters[line[at : at + 4]] for at in range(0, len(line), 4)) for line in lines]


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_verified_stands_on_the_page_in_its_language(language: Language) -> None:
    issued = certificate()
    content = printed(issued, language)
    lines = read_back(content)

    assert lines[0] == texts()["title"][language]
    said = " ".join(lines)
    for value in ("KD-2026-0000001", "2026-01-08", "2027-01-08", "ӘБІЛҚАСЫМ ӨМІРҒАЛИ ҮКІҰЛЫ / KARIMOV"):
        assert value in said
    assert "0123 4567 89ab cdef 0123 4567 89ab cdef" in lines
    assert code_list("regions")["61"].label(language) in lines
    assert content == printed(issued, language)


def test_another_reader_finds_one_page_with_its_language_and_font() -> None:
    read = PdfFileReader(BytesIO(printed(certificate(), "kk")))
    (kid,) = read.root["/Pages"]["/Kids"]
    page = kid.get_object()
    assert read.root["/Lang"] == "kk"
    (descendant,) = page["/Resources"]["/Font"]["/F1"]["/DescendantFonts"]
    embedded = descendant.get_object()["/FontDescriptor"]["/FontFile2"]
    assert embedded.data == font().content


def test_the_font_has_every_letter_that_a_certificate_can_show() -> None:
    shown = "".join(text for by_language in texts().values() for text in by_language.values())
    for name in ("countries", "regions", "issuing_organisations"):
        shown += "".join(code.label(language) for code in code_list(name).values() for language in LANGUAGES)
    kazakh = "АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ"
    assert {letter for letter in shown + kazakh + kazakh.lower() if ord(letter) not in font().glyphs} == set()


def test_long_names_are_wrapped_and_no_line_leaves_the_page() -> None:
    size, room = 13, pdf.WIDTH - 2 * pdf.MARGIN
    for text in ("Қ" * 400, "ӘБІЛ " * 90, "", "\u4e2d" * 90):
        lines = list(pdf.wrapped(text, size, font()))
        assert all(font().width(line) * size / 1000 <= room for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
