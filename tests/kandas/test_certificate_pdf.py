"""The certificate as a PDF: the letters of three languages, on one page, that can be read back (K1)."""

from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from pypdf import PageObject, PdfReader

from services.kandas.cases.certificate import IssuedCertificate
from services.kandas.publish import pdf
from services.kandas.publish.certificate import printed, texts
from shared import fonts
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


def read_back(content: bytes) -> PageObject:
    """The only page, as another library reads it."""
    (page,) = PdfReader(BytesIO(content)).pages
    return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_verified_stands_on_the_page_in_its_language(language: Language) -> None:
    issued = certificate()
    content = printed(issued, language)
    lines = read_back(content).extract_text().splitlines()

    assert lines[0] == texts()["title"][language]
    said = " ".join(lines)
    for value in ("KD-2026-0000001", "2026-01-08", "2027-01-08", "ӘБІЛҚАСЫМ ӨМІРҒАЛИ ҮКІҰЛЫ / KARIMOV"):
        assert value in said
    assert "0123 4567 89ab cdef 0123 4567 89ab cdef" in lines
    assert code_list("regions")["61"].label(language) in lines
    assert content == printed(issued, language)


def test_the_page_tells_its_language_and_holds_its_font() -> None:
    read = PdfReader(BytesIO(printed(certificate(), "kk")))
    assert str(read.root_object["/Lang"]) == "kk"
    assert read.metadata is not None
    assert read.metadata.title == texts()["title"]["kk"]
    resources: Any = read.pages[0]["/Resources"]
    fonts = [font.get_object() for font in resources["/Font"].values()]
    assert ["/FontFile2" in font["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts] == [True]


def test_the_font_has_every_letter_that_a_certificate_can_show() -> None:
    shown = "".join(text for by_language in texts().values() for text in by_language.values())
    for name in ("countries", "regions", "issuing_organisations"):
        shown += "".join(code.label(language) for code in code_list(name).values() for language in LANGUAGES)
    glyphs: dict[int, str] = TTFont(fonts.TEXT).getBestCmap() or {}
    kazakh = "АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ"
    assert {letter for letter in shown + kazakh + kazakh.lower() if ord(letter) not in glyphs} == set()


@pytest.mark.parametrize("text", ["Қ" * 100, "ӘБІЛ " * 20], ids=["letters", "words"])
def test_long_names_are_wrapped_and_all_of_it_is_on_the_page(text: str) -> None:
    page = read_back(pdf.page([pdf.Block(text, size=13)], "Қандас", "kk", datetime(2026, 1, 8, tzinfo=UTC)))
    places: list[tuple[float, float]] = []
    page.extract_text(visitor_text=lambda part, _cm, at, *_: places.append((at[4], at[5])) if part.strip() else None)
    assert len({down for _, down in places}) > 1
    assert all(0 < across < page.mediabox.width and 0 < down < page.mediabox.height for across, down in places)
    assert "".join(page.extract_text().split()) == text.replace(" ", "")
