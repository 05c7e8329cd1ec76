"""Reports in every form say what the figures say, and what they do not say; in three languages."""

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from services.accounting.publish.invented import notice_in
from services.accounting.publish.languages import LANGUAGES
from services.accounting.publish.reports.archive import ABOUT, table_file
from services.accounting.publish.reports.chart import bar_chart, line_chart
from services.accounting.publish.reports.content import MadeReport, MadeTable, ReportEdition, make_report
from services.accounting.publish.reports.declared import DeclaredReport, reports
from services.accounting.publish.reports.documents import FORMATS, written
from services.accounting.publish.reports.pdf import shown
from services.accounting.publish.reports.words import report_texts, report_words
from services.accounting.publish.reports.workbook import sheet_name
from services.accounting.publish.sdmx.query import parse
from services.accounting.rules.figures.dataflows import codes_of
from services.accounting.rules.figures.figures import Figure
from services.accounting.rules.reports.due import ReportPeriod, last_over
from shared import fonts
from shared.kernel.codes import Language
from tests.accounting.publish.conftest import InMemory
from tests.accounting.publish.workbooks import sheets

RELEASED = datetime(2026, 1, 10, 4, 30, 0, 123456, UTC)
EDITION = ReportEdition(ReportPeriod(2025), 7, RELEASED, date(2026, 1, 15))
EXACT = ReportEdition(ReportPeriod(2025), None, RELEASED, date(2026, 1, 15))
HALF = ReportEdition(ReportPeriod(2025, 2), 7, RELEASED, date(2026, 1, 15))
EVIL = "=cmd|' /C calc'!A0"


def stay(indicator: str, period: str, value: Decimal | int, status: str = "A", **more: Any) -> Figure:
    key = ("Q" if "-Q" in period else "A", indicator, more.pop("method", "REGISTER"), "KZ", "_T")
    return Figure(key, period, value, status, **more)


FIGURES = [
    stay("VIOLATIONS", "2023", 1_234_567),
    stay("VIOLATIONS", "2025", 9, "P"),
    stay("OVERSTAYS", "2024", -3),
    stay("EXPELLED", "2024", Decimal("12.50"), method="PUBLISHED", source=EVIL),
    stay("EXPELLED", "2025", 2**63 + 1, method="PUBLISHED", source=EVIL),
    stay("VIOLATIONS", "2025-Q3", 4),
]


async def made(
    name: str = "rules-of-stay",
    language: Language = "en",
    edition: ReportEdition = EDITION,
    figures: list[Figure] = FIGURES,
) -> MadeReport:
    return await make_report(InMemory(figures), reports()[name], edition, language)


def files(body: bytes) -> dict[str, list[dict[str, str]]]:
    archive = ZipFile(BytesIO(body))
    return {name: list(csv.DictReader(StringIO(archive.read(name).decode("utf-8-sig")))) for name in archive.namelist()}


def read_aloud(body: bytes) -> str:
    """The text of every page, on one line."""
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages)
    return " ".join(text.split())


def observations(table: MadeTable) -> Iterator[tuple[str, Figure]]:
    for row in table.rows:
        for figure in row.figures:
            if figure:
                yield row.series, figure


@pytest.mark.parametrize("declared", reports().values(), ids=lambda declared: declared.name)
def test_every_table_of_a_report_can_be_asked_of_sdmx(declared: DeclaredReport) -> None:
    for number, table in enumerate(declared.tables, 1):
        for frequency in "AQ":
            parse(table.flow.id, table.key(frequency), {})
        assert len(f"{number} {table.name}") <= 31, "what a workbook names a sheet by"
        indicators = codes_of(table.flow.dimensions[1].enumeration)
        assert set(table.drawn) <= set(indicators)
        assert table.chart != "bars" or table.parts in table.by
    assert all(asked.tables or asked.unknown for asked in declared.asks), "nothing is asked and passed over"


def test_every_report_of_the_specification_is_declared() -> None:
    by_plan = {
        number: name
        for name, declared in reports().items()
        for number in re.findall(r"items? ([\d, and]+)", declared.basis["en"])
        for number in re.findall(r"\d+", number)
    }
    assert set(by_plan) == {"4", "5", "6", "7", "13", "15", "17", "18", "27"}
    assert {reports()[name].term for name in ("progress", "progress-summary")} == {
        "report_to_ministry",
        "report_to_government",
    }
    assert {name for name, declared in reports().items() if declared.every == "S"} == {"quota-execution", "labour-risk"}


def test_the_languages_have_the_same_texts_with_the_same_places() -> None:
    places = {
        language: {name: sorted(re.findall(r"{(\w+)", text)) for name, text in texts.items()}
        for language, texts in report_texts().items()
    }
    assert list(places) == list(LANGUAGES)
    assert places["kk"] == places["ru"] == places["en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_font_has_every_letter_that_a_report_says(language: Language) -> None:
    said = "".join(report_texts()[language].values())
    for declared in reports().values():
        said += declared.title[language] + declared.addressee[language] + declared.basis[language]
        for asked in declared.asks:
            said += asked.what[language] + (asked.unknown[language] if asked.unknown else "")
        for table in declared.tables:
            said += table.title[language] + (table.note[language] if table.note else "")
            for dimension in table.by:
                enumeration = table.flow.dimensions[table.flow.position(dimension)].enumeration
                said += "".join(code.label(language) for code in codes_of(enumeration).values())
    glyphs: dict[int, str] = TTFont(fonts.TEXT).getBestCmap() or {}
    assert {letter for letter in said if ord(letter) not in glyphs} == set()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_forms_say_the_same_figures_and_a_spreadsheet_reckons_with_them(language: Language) -> None:
    report = await made(language=language)
    stay_table = report.tables[0]
    assert [figure.value for _, figure in observations(stay_table)] == [1_234_567, 9, -3, Decimal("12.50"), 2**63 + 1]
    book = sheets(written(report, "xlsx").body)
    bundle = files(written(report, "csv").body)
    aloud = read_aloud(written(report, "pdf").body)
    assert list(book) == [report.words["contents"], *map(sheet_name, report.tables)]
    assert list(bundle) == [ABOUT, *map(table_file, report.tables)]
    cells = book[sheet_name(stay_table)].values()
    for (series, figure), line in zip(observations(stay_table), bundle[table_file(stay_table)], strict=True):
        assert (line["SERIES"], line["TIME_PERIOD"]) == (series, figure.period)
        assert (line["OBS_VALUE"], line["OBS_STATUS"]) == (str(figure.value), figure.status)
        assert (str(figure.value) if figure.value > 2**53 else float(figure.value)) in cells
        assert " ".join(shown(report, figure).split()) in aloud
        assert series in cells
    assert EVIL in cells, "a text, no formula"
    assert bundle[table_file(stay_table)][-1]["SOURCE"] == f"'{EVIL}"


@pytest.mark.parametrize("form", FORMATS)
async def test_the_same_edition_makes_the_same_bytes(form: Any) -> None:
    first = written(await made(), form)
    assert first.body == written(await made(), form).body
    assert first.name.startswith("rules-of-stay-2025-r7-en.")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_not_released_and_what_nobody_knows_is_said(language: Language) -> None:
    words = report_words(language)
    report = await made("labour-risk", language, HALF, [])
    (unknown,) = [each.unknown[language] for each in report.declared.asks if each.unknown]
    aloud = read_aloud(written(report, "pdf").body)
    texts = {str(cell) for sheet in sheets(written(report, "xlsx").body).values() for cell in sheet.values()}
    assert aloud.count(words["not_released"][:40]) == len(report.tables)
    assert unknown[:40] in aloud
    assert {words["not_released"], words["unknown"].format(why=unknown)} <= texts
    assert words["assumed"].format(day="15.01.2026") in texts, "no source names the day of half-yearly reports"


async def test_a_document_tells_its_language_and_is_marked_where_it_is_exact() -> None:
    for language in LANGUAGES:
        report = await made(language=language, edition=EXACT)
        document = PdfReader(BytesIO(written(report, "pdf").body))
        assert str(document.root_object["/Lang"]) == language
        assert all(report.words["exact_mark"] in page.extract_text() for page in document.pages)
        assert "asOf" not in report.tables[0].address
        assert report.words["no_figure"] in (await made("job-fairs", language, EXACT)).tables[0].remarks
    assert report.words["exact_mark"] not in read_aloud(written(await made(), "pdf").body)


async def test_a_half_yearly_report_shows_quarters_and_a_gap_stays_a_gap() -> None:
    quarterly = reports()["labour-risk"].tables[0]
    report = await made("labour-risk", edition=HALF)
    assert report.tables[0].periods == ("2024-Q3", "2024-Q4", "2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4")
    assert quarterly.quarterly
    yearly = (await made()).tables[0]
    assert yearly.periods == ("2021", "2022", "2023", "2024", "2025")
    assert [each and each.value for each in yearly.rows[0].figures] == [None, None, 1_234_567, None, 9]


async def test_only_a_total_is_told_from_a_breakdown() -> None:
    total = await made()
    part = [*FIGURES, Figure(("A", "VIOLATIONS", "REGISTER", "KZ", "UZB"), "2025", 5, "A", public=False)]
    parted = await made(edition=EXACT, figures=part)
    assert total.words["totals_only"] in total.tables[1].remarks
    assert parted.words["totals_only"] not in parted.tables[1].remarks
    bars = bar_chart(parted.tables[1], 100, "en")
    assert bars is not None
    assert [(bar.label, bar.value, bar.length) for bar in bars.bars] == [("Uzbekistan", Decimal(5), 100.0)]


async def test_charts_stay_within_their_frame() -> None:
    apart = [stay("VIOLATIONS", "2022", 5), stay("VIOLATIONS", "2025", 6)]
    assert line_chart((await made(figures=apart)).tables[0], 400, 120) is None, "no line joins years that are apart"
    series: list[list[Decimal | int]] = [
        [0, 1],
        [-5, -3],
        [10**18, -(10**18)],
        [Decimal("0.1"), Decimal("0.7")],
        [7, 7],
    ]
    for values in series:
        figures = [stay("VIOLATIONS", str(2024 + number), value) for number, value in enumerate(values)]
        chart = line_chart((await made(figures=figures)).tables[0], 400, 120)
        assert chart is not None
        assert all(
            0 <= point.y <= 120 and 0 <= point.x <= 400 for line in chart.lines for point in line.points if point
        )
        assert 2 <= len(chart.grid) <= 8


@pytest.mark.parametrize(
    ("edition", "parts", "source", "expected"),
    [
        (EDITION, (4, 5), None, []),
        (EDITION, (4, 4), None, ["sums_noise"]),
        (EDITION, (10, 11), None, ["sums_noise"]),
        (EDITION, (10, 12), None, ["sums_parts"]),
        (EDITION, (4, 4), "another body", ["sums_parts"]),
        (EDITION, (), None, []),
        (EXACT, (4, 5), None, []),
        (EXACT, (4, 4), None, ["sums_parts"]),
    ],
)
async def test_where_parts_do_not_add_up_the_table_says_why(
    edition: ReportEdition, parts: tuple[int, ...], source: str | None, expected: list[str]
) -> None:
    """Of two parts each count may be changed by 4, and so may the total of 9: noise explains 12, and no 13."""
    counts = zip(("_T", "UZB", "RUS"), (9, *parts), strict=False)
    figures = [
        Figure(("A", "VIOLATIONS", "REGISTER", "KZ", code), "2025", value, "A", source=source) for code, value in counts
    ]
    report = await made(edition=edition, figures=figures)
    said = {name: report.words[name].format(gap=abs(9 - sum(parts)), most=4) for name in ("sums_noise", "sums_parts")}
    assert [name for name, text in said.items() if text in report.tables[1].remarks] == expected


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_handed_in_says_how_it_is_cited_and_what_was_done_to_counts(language: Language) -> None:
    released, exact = await made(language=language), await made(language=language, edition=EXACT)
    words, facts = released.words, dict(released.facts)
    assert released.title in facts[words["cite"]]
    assert words["protected"].format(most=4) == facts[words["protection"]]
    assert facts[words["version"]] == words["first_version"]
    later = await made(language=language, edition=replace(EDITION, method_version="2026-11"))
    assert dict(later.facts)[words["version"]] == "2026-11"
    assert not {words["cite"], words["protection"], words["version"]} & dict(exact.facts).keys()
    vintage = words["footer"].format(id=7, day="10.01.2026")
    document = PdfReader(BytesIO(written(released, "pdf").body))
    assert all(vintage in " ".join(page.extract_text().split()) for page in document.pages)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_demonstration_s_report_says_so_on_every_page_and_sheet(language: Language) -> None:
    report, (mark, text) = await made(language=language, edition=replace(EXACT, invented=True)), notice_in(language)
    pages = PdfReader(BytesIO(written(report, "pdf").body)).pages
    for said in (mark, report.words["exact_mark"]):
        assert all(said in " ".join(page.extract_text().split()) for page in pages)
        assert all(said in str(sheet.values()) for sheet in sheets(written(report, "xlsx").body).values())
    assert text in str(files(written(report, "csv").body)[ABOUT])
    released = await made(language=language, edition=replace(EDITION, invented=True))
    assert mark in dict(released.facts)[report.words["cite"]]
    assert mark not in str((await made(language=language)).facts)


async def test_the_address_of_every_table_is_whole_on_paper() -> None:
    report = await made("cis-labour-migration", edition=EDITION, figures=[])
    pages = [page.extract_text() for page in PdfReader(BytesIO(written(report, "pdf").body)).pages]
    assert max(len(table.address) for table in report.tables) > 2_000
    for table in report.tables:
        assert any(table.address in "".join(page.split()) for page in pages)


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.sampled_from(["A", "S"]))
def test_periods_follow_each_other_without_a_gap(day: date, every: Any) -> None:
    period = last_over(day, every)
    assert period.end <= day
    assert ReportPeriod.containing(day, every).before() == period
    assert ReportPeriod.parse(str(period)) == period
    assert period.before().end < period.end
    assert ReportPeriod.containing(period.end, every).before() == period


@pytest.mark.parametrize(
    "text", ["", "2025-S3", "2025-S0", "25", "2025-Q1", "٢٠٢٥", "2025\n", "9999", "2025-S1\x00", "-2025"]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a year or a half-year"):
        ReportPeriod.parse(text)
