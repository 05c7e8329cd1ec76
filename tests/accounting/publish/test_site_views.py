"""The declarations of the site's views: their series can be asked, their texts are there in three languages, their
charts draw columns that exist. And the charts themselves: as long as their values, on their canvas."""

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from html import unescape
from itertools import product
from pathlib import Path
from string import Formatter
from typing import Any
from xml.etree import ElementTree

import pytest

from services.accounting.publish import methods
from services.accounting.publish.charts import svg
from services.accounting.publish.charts.bars import Bar, bar_chart
from services.accounting.publish.charts.drawing import NARROW, WIDE, Dot, Drawing, Mark, Rect, Ribbon, Stroke, Text
from services.accounting.publish.charts.drawing import Path as Line
from services.accounting.publish.charts.flows import Stream, flow_chart
from services.accounting.publish.charts.legend import legend
from services.accounting.publish.charts.lettering import wrapped
from services.accounting.publish.charts.lines import Series, Spot, has_gaps, line_chart
from services.accounting.publish.charts.pyramid import Age, pyramid
from services.accounting.publish.charts.ranked import Ranked, ranked_chart
from services.accounting.publish.charts.scales import ticks
from services.accounting.publish.charts.tiles import PLACES, Tile, step, tile_map
from services.accounting.publish.invented import notice_in
from services.accounting.publish.languages import LANGUAGES
from services.accounting.publish.sdmx.query import parse
from services.accounting.publish.site.about import About
from services.accounting.publish.site.address import Address
from services.accounting.publish.site.cells import time_of, written
from services.accounting.publish.site.feed import feed
from services.accounting.publish.site.files import as_csv, as_json, as_svg, as_xlsx, header, metadata
from services.accounting.publish.site.page import PageServer, view_page
from services.accounting.publish.site.reading import NEVER, Shown, series_of
from services.accounting.publish.site.rows import of_period
from services.accounting.publish.site.style import CHART_STYLE
from services.accounting.publish.site.view import Observation, View, number, status
from services.accounting.publish.site.views import HOME, VIEWS
from services.accounting.publish.site.views.abroad import told_most
from services.accounting.publish.site.views.ages import FIVE_YEARS
from services.accounting.publish.site.words import words_of
from services.accounting.rules.figures.contradictions import CONTRADICTED
from services.accounting.rules.figures.figures import Figure
from services.accounting.rules.forecasts.figures import figures as forecast_figures
from services.accounting.rules.forecasts.forecast import ForecastMonth, SeriesForecast
from services.accounting.rules.forecasts.scores import Score
from shared.kernel.codes import code_list
from tests.accounting.publish.workbooks import sheets

FOLDER = Path("services/accounting/publish/site")


def addresses(view: View) -> list[Address]:
    """The view under every choice of few codes, and the first and last of many."""
    codes = [choice.codes if len(choice.codes) < 6 else (choice.codes[0], choice.codes[-1]) for choice in view.choices]
    names = [choice.parameter for choice in view.choices]
    return [Address.of(view, dict(zip(names, each, strict=True))) for each in product(*(c or ("",) for c in codes))]


def invented(view: View) -> list[Observation]:
    """A figure for every series of the view's first address, in two years, the second estimated, and in the periods of
    which others contradict it; of open places one code."""
    found = []
    for series in series_of(Address.of(view, {})):
        flow, _, key = series.partition("/")
        query = parse(flow, key, {}).query
        places = [
            sorted(codes) if codes else [_a_code(query.flow.dimensions[at].enumeration)]
            for at, codes in enumerate(query.codes)
        ]
        for codes in product(*places):
            found.append(Observation(query.flow, Figure(codes, "2022", 1_200, "A")))
            found.append(Observation(query.flow, Figure(codes, "2023", 900, "E", std_error=Decimal(30))))
            found += [
                Observation(query.flow, Figure(codes, period, 1_500, "E"))
                for disputed, key, period in CONTRADICTED
                if (disputed, key) == (flow, ".".join(codes))
            ]
    return found


def _a_code(enumeration: Any) -> str:
    from services.accounting.rules.figures.dataflows import codes_of

    return next(code for code in codes_of(enumeration) if code != enumeration.total)


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_is_whole(name: str) -> None:
    view = VIEWS[name]
    assert view.name == name
    assert set(view.beside) <= VIEWS.keys() - {name}
    for address in addresses(view):
        for series in series_of(address):
            flow, _, key = series.partition("/")
            parse(flow, key, {})
    observations = invented(view)
    address = Address.of(view, {})
    rows = tuple(view.rows(observations, address.state))
    assert rows, "figures of the view's own series make rows"
    shown = Shown(address, rows, tuple(observations), False, NEVER)
    assert len(header(shown)) == len(set(header(shown)))
    for language, row in product(LANGUAGES, rows):
        assert row.keys() >= {column.name for column in view.columns}
        for column in view.columns:
            words = words_of(name, language)
            assert words.column(column.name)
            assert written(column, row[column.name], words), "each word of a cell has its text"
    for language, spec, width in product(LANGUAGES, view.charts, (WIDE, NARROW)):
        drawing = spec.draw(rows, view, words_of(name, language), width)
        assert drawing is not None
        _on_canvas(drawing)
        assert spec.legend(rows, view, words_of(name, language))
        assert spec.draw((), view, words_of(name, language), width) is None, "nothing to draw is no fault"
    said = view.headline(rows, address.state)
    for language in LANGUAGES:
        words = words_of(name, language)
        assert said is None or words[said.text].format(
            **{
                each.name: written(each, said.row[each.name], words)
                for each in (*view.columns, *said.columns)
                if each.name in said.row
            }
        )
    assert view.headline((), address.state) is None


@pytest.mark.parametrize("name", ["", *VIEWS])
def test_the_three_languages_say_the_same_things(name: str) -> None:
    shapes = [_shape(words_of(name, language).texts) for language in LANGUAGES]
    assert shapes[0] == shapes[1] == shapes[2]
    if name:
        for text in ("title", "lead", "headline", "chart", "note", "sources"):
            assert text in shapes[0], text


@pytest.mark.parametrize("name", ["official", "emigration", "undercount"])
def test_why_figures_differ_is_said_of_each_cause_with_its_source_even_where_no_figure_is(name: str) -> None:
    shown = Shown(Address.of(VIEWS[name], {}), (), (), False, NEVER)
    about = About.of(shown, [], "https://kosh.example")
    for language in LANGUAGES:
        html = unescape(view_page(shown, about, language, PageServer()))
        assert words_of(name, language)["empty"] in html
        reasons = words_of(name, language).texts["why"]
        assert len(reasons) >= 4
        told = metadata(shown, about, words_of(name, language))["why_figures_differ"]
        assert [[*each.values()] for each in told] == reasons
        for reason in reasons:
            cause, series, said, source = reason
            assert all(f in html for f in (f"<dt>{cause} <small>· {series}</small></dt>", said, source))
            named = re.findall(
                "«([^»]+)» (?:көрінісі|беті)|(?:раздел|разделе|страница) «([^»]+)»|view “([^”]+)”", source
            )
            titles = {words_of(each, language)["title"] for each in VIEWS} | {methods.words()[language].title}
            assert {title for each in named for title in each if title} <= titles, source


def _shape(texts: Mapping[str, Any]) -> Any:
    """Names and the places in each text, but for how dates are written, which is each language's own."""
    own = {"date", "month_of_year", "quarter_of_year"}
    return {
        name: _shape(text)
        if isinstance(text, Mapping)
        else len(text)
        if isinstance(text, list)
        else sorted({field for _, field, _, _ in Formatter().parse(text) if field})
        for name, text in texts.items()
        if name not in own
    }


def test_each_file_of_texts_is_of_a_view_and_home_is_one() -> None:
    assert {path.stem for path in (FOLDER / "views").glob("*.toml")} == VIEWS.keys()
    assert HOME.name in VIEWS


def test_the_guide_to_the_site_lists_every_view() -> None:
    guide = Path("docs/site.md").read_text(encoding="utf-8")
    assert [line.split("`")[1] for line in guide.splitlines() if line.startswith("| `")] == [*VIEWS]


def test_pages_lead_to_what_is_served_beside_them_alone() -> None:
    view = VIEWS["balance"]
    address = Address.of(view, {})
    shown = Shown(address, tuple(view.rows(invented(view), address.state)), (), False, NEVER)
    about = About.of(shown, [], "https://kosh.example/")
    assert "/me/ru" in view_page(shown, about, "ru", PageServer(inner=True))
    outside = view_page(shown, about, "ru", PageServer())
    nothing = replace(shown, rows=())
    cited = About.of(nothing, [], "https://kosh.example/").citation(nothing, words_of(view.name, "en"))
    title = "Arrivals, departures and net migration"
    assert cited == f"Kosh. {title}. https://kosh.example/en/balance (licence CC BY 4.0).", "no day of a release"
    assert "/me?" not in outside
    assert "/v1/status" not in outside


def test_a_demonstration_says_so_wherever_its_figures_go() -> None:
    view = VIEWS["balance"]
    shown = Shown(Address.of(view, {}), tuple(view.rows(invented(view), {})), (), False, NEVER)
    real, played = (About.of(shown, [], "https://kosh.example", invented=each) for each in (False, True))
    for language in LANGUAGES:
        words, (mark, text) = words_of(view.name, language), notice_in(language)
        page = view_page(shown, played, language, PageServer(invented=True))
        assert page.index(text) < page.index("<h1>"), "before any figure"
        assert as_csv(shown, played, words).decode().count(f"Kosh: {mark}") == len(shown.rows) > 1
        assert (metadata(shown, played, words)["invented"], metadata(shown, real, words)["invented"]) == (True, False)
        assert text in str(sheets(as_xlsx(shown, played, words))["about"])
        drawn = as_svg(shown, played, words) or b""
        assert mark in " ".join(re.sub("<[^>]*>", " ", drawn.decode()).split())
        for form in (as_csv, as_json, as_svg):
            assert mark.encode() not in (form(shown, real, words) or b"")
        assert mark not in view_page(shown, real, language, PageServer())
        assert [f"{mark}: {text}" in feed([], language, "", invented=each)[0] for each in (True, False)] == [
            True,
            False,
        ]


def test_without_a_chosen_period_the_newest_whole_and_final_one_is_shown() -> None:
    flow = parse("DF_BALANCE", "all", {}).query.flow

    def seen(period: str, code: str = "A") -> dict[str, Any]:
        return {"period": period, "value": Observation(flow, Figure(("A", "NET", "M1216", "KZ"), period, 1, code))}

    bare = {"period": "2024", "value": None}
    rows = [*[seen("2022")] * 4, *[seen("2023")] * 3, seen("2024"), *[bare] * 9, *[seen("2025", "E")] * 4]
    assert {row["period"] for row in of_period(lambda *_: rows)((), {"period": ""})} == {"2023"}
    assert {row["period"] for row in of_period(lambda *_: rows)((), {"period": "2025"})} == {"2025"}
    assert {row["period"] for row in of_period(lambda *_: rows[-4:])((), {"period": ""})} == {"2025"}
    assert of_period(lambda *_: [])((), {"period": ""}) == []


def test_countries_are_those_of_residence_where_a_period_has_them_and_else_citizenships_and_it_is_said() -> None:
    view = VIEWS["countries"]
    words = words_of(view.name, "en")
    seen = [
        Observation(each.flow, each.figure._replace(status="A")) if each.code("PARTNER") == "DEU" else each
        for each in invented(view)
    ]
    for period, counted_by in (("", "RESIDENCE"), ("2022", "RESIDENCE"), ("2023", "CITIZENSHIP")):
        state = {"period": period, "method": "M1216R"}
        rows = tuple(view.rows(seen, state))
        assert {row["counted_by"] for row in rows} == {counted_by}, period
        assert ("KAZ" in {row["country"] for row in rows}) == (counted_by == "CITIZENSHIP")
        legend = dict(view.charts[1].legend(rows, view, words))
        assert legend["up"] == f"Arrivals: {words.option(counted_by)}"
        assert ("provisional" in legend) == (period == "2023")
        said = view.headline(rows, state)
        assert said is not None
        assert (said.text == "headline_citizenship") == (period == "2023")
        drawing = view.charts[1].draw(rows, view, words, WIDE)
        assert drawing is not None
        ribbons = [mark for mark in drawing.marks if isinstance(mark, Ribbon)]
        assert len(ribbons) == 18, "eight countries and all others, to both sides"
        rest = words.number(sum(number(row["arrivals"]) or 0 for row in rows[8:]))
        assert ribbons[8].tip == f"Others ({len(rows) - 8}) · Arrivals: {rest}"


def test_of_a_period_whose_total_is_not_released_no_country_is_shown() -> None:
    view = VIEWS["countries"]
    parts = [each for each in invented(view) if {each.code("PARTNER"), each.code("CITIZEN")} != {"_T"}]
    final = [Observation(each.flow, each.figure._replace(status="A")) for each in parts]
    assert len(final) > 1_000
    assert view.rows(final, {"period": "2023", "method": "M1216"}) == []


def test_citizenships_are_shown_beside_each_other_or_one_by_itself() -> None:
    view = VIEWS["citizenship"]
    for country, many in (("_T", 240), ("UZB", 1)):
        address = Address.of(view, {"country": country})
        rows = tuple(view.rows(invented(view), address.state))
        assert (len({row["citizenship"] for row in rows}) > 1) == (many > 1)
        assert len(rows) >= 2 * many
        said = view.headline(rows, address.state)
        assert said is not None
        assert said.row["period"] == "2022", "the newest that is final"
        words = words_of(view.name, "en")
        lopsided = [{**row, "net": -900_000 if row["citizenship"] == "ZWE" else 1} for row in rows]
        legends = [dict(chart.legend(lopsided, view, words)) for chart in view.charts]
        assert [each.pop("of") for each in legends] == ["Arrivals", "Departures", "Net"]
        assert legends[0].pop("provisional") == legends[1].pop("provisional") == "not final yet"
        assert legends[0] == legends[1] == legends[2], "one colour per citizenship in all charts"
    assert view.headline((), {}) is None


def test_ages_are_all_there_so_that_none_looks_older_than_it_is() -> None:
    view = VIEWS["ages"]
    seen = [each for each in invented(view) if each.code("AGE") in ("Y20T24", "Y60T64")]
    rows = view.rows(seen, {"period": "", "method": "M1216R"})
    assert [row["age"] for row in rows] == [*FIVE_YEARS]
    assert len([row for row in rows if status(row)]) == 2


def test_only_what_others_published_is_a_story_of_work_abroad() -> None:
    view = VIEWS["abroad"]
    address = Address.of(view, {})
    rows = tuple(view.rows(invented(view), address.state))
    assert {row["method"] for row in rows} == {"PUBLISHED", "REGISTER"}
    assert {row["method"] for row in told_most(rows)} == {"PUBLISHED"}
    own = [row for row in rows if row["method"] == "REGISTER"]
    assert told_most(own), "and where nobody published anything, our own register is all there is"


def test_a_ranking_draws_what_is_something_and_says_only_what_it_draws() -> None:
    view = VIEWS["contradictions"]
    words = words_of(view.name, "en")
    flow = parse("DF_MIRROR", "all", {}).query.flow

    def said(body: str, value: int | None) -> dict[str, Any]:
        figure = None if value is None else Observation(flow, Figure(("A",), "2020", value, "A"))
        return {"dispute": f"d{body[1]}", "body": body, "period": "2020", "persons": figure}

    (chart,) = view.charts
    rows = [said("d0_0", 5), said("d0_1", 0), said("d1_0", None), said("d2_0", 7)]
    drawing = chart.draw(rows, view, words, WIDE)
    assert drawing is not None
    written_there = [mark.text for mark in drawing.marks if isinstance(mark, Text) and mark.kind in ("name", "group")]
    options = [words.option(code) for code in ("d0", "d0_0", "d2", "d2_0")]
    assert " ".join(written_there) == " ".join(options), "each dispute once, before what was said in it"
    assert chart.legend(rows, view, words) == [("up", "People")]
    assert chart.legend([said("d0_0", None)], view, words) == []
    only_zeros = chart.draw([said("d0_0", 0)], view, words, WIDE)
    assert only_zeros is not None, "a count of nobody is an answer where there is no other"


def test_the_feed_tells_of_every_view() -> None:
    for language in LANGUAGES:
        text, _ = feed([], language, "https://kosh.example")
        entries = ElementTree.fromstring(text).iter("{http://www.w3.org/2005/Atom}link")  # noqa: S314  (ours)
        paths = {each.attrib["href"].removeprefix(f"https://kosh.example/{language}/") for each in entries}
        assert paths >= VIEWS.keys()


def test_a_forecast_says_how_good_such_ones_were_or_why_there_is_none() -> None:
    view, flow = VIEWS["forecasts"], parse("DF_FORECAST", "all", {}).query.flow
    counted = Observation(
        parse("DF_FLOW", "all", {}).query.flow,
        Figure(("M", "IMM", "M1216", "KZ", "_T", "_T", "_T", "_T", "_T"), "2024-12", 9, "A"),
    )
    score = Score(12, 100, 0.5, {80: 0.8, 95: 0.95})
    months = tuple(ForecastMonth(period, 10.0, 8, 12, 7, 13) for period in ("2024-12", "2025-01"))
    made = SeriesForecast("2020-01", "2024-11", True, None, None, "SNAIVE", {"SNAIVE": score}, months)
    unfitted = made._replace(model="ETS")
    broken = made._replace(broken="2023-04", stopped="BREAK", model=None, scores={}, months=())

    def said(found: SeriesForecast | None) -> tuple[str, dict[str, Any]]:
        told = forecast_figures({".".join(counted.figure.key): found}) if found else ()
        headed = view.headline([*view.rows([counted, *(Observation(flow, each) for each in told)], {})], {})
        assert headed is not None
        return headed.text, dict(headed.row)

    text, row = said(made)
    assert (text, row["next"], row["expected"], row["mase"], row["covered_95"]) == (
        *("headline_SNAIVE", "2025-01", 10, 50, 95),
    ), "a month that was counted since is no longer the next"
    assert said(unfitted)[0] == "headline"
    assert said(broken) == ("headline_BREAK", {"broken": "2023-04"})
    assert said(broken._replace(broken=None))[0] == "headline_SHORT"
    assert said(None)[0] == "headline_NONE"


def test_a_row_is_as_uncertain_as_its_most_uncertain_figure() -> None:
    def row(*codes: str) -> dict[str, Any]:
        flow = parse("DF_BALANCE", "all", {}).query.flow
        return {
            str(at): Observation(flow, Figure(("A", "NET", "M1216", "KZ"), "2022", 1, code))
            for at, code in enumerate(codes)
        }

    assert [status(row(*codes)) for codes in ("AA", "AE", "AEP", "PU", "")] == ["A", "E", "P", "U", ""]


def test_numbers_and_times_are_written_as_readers_expect() -> None:
    kk, ru, en = (words_of("", language) for language in LANGUAGES)
    assert (kk.number(-1_234_567), en.number(-1_234)) == ("\u22121\u202f234\u202f567", "\u22121,234")
    assert (ru.rate(6.25), en.rate(Decimal("6.25")), en.number(1234.5)) == ("6,2", "6.2", "1,234.5")
    assert (en.rate(Decimal("-0.04")), en.rate(-0.06), ru.number(-0.04)) == ("0.0", "\u22120.1", "0,0")
    assert (en.percent(0.5), kk.percent(0.5)) == ("0.5%", "0,5\u00a0%")
    assert [each.period("2024-05") for each in (kk, ru, en)] == ["2024 ж. мамыр", "май 2024", "May 2024"]
    spans = ["2012-01-01/P5Y", "2025-01-01/P9M", "2024-11-01/P4M", "2021-09-01", "2021-09-15/P2M", "some day"]
    said = ["2012–2016", "January–September 2025", "November 2024 – February 2025", "1 September 2021"]
    assert [en.period(each) for each in spans] == [*said, "15 September 2021 – 14 November 2021", "some day"]
    assert [each.period("2020-01-01/P6M") for each in (kk, ru)] == ["2020 ж. қаңтар–маусым", "январь–июнь 2020"]
    times = [time_of(each) for each in ("2024", "2024-Q1", "2024-12", "2012-01-01/P5Y")]
    assert times == [2024.0, pytest.approx(2024.125, abs=0.01), pytest.approx(2024.96, abs=0.01), None]


def _on_canvas(drawing: Drawing) -> None:
    """Every mark lies on the canvas, and the whole is well-formed XML."""
    for mark in drawing.marks:
        for x, y in _corners(mark):
            assert y is None or -0.5 <= y <= drawing.height + 0.5, mark
            assert x is None or -0.5 <= x <= drawing.width + 0.5, mark
    parsed = (
        svg.inline(drawing, '<said> & "so"', "wide"),
        svg.standalone(drawing, "A <b> & c", [("of", "<d>"), ("s0", "& e")], ["note"], "a>b{}", "en"),
    )
    assert [ElementTree.fromstring(text).tag.rpartition("}")[2] for text in parsed] == ["svg", "svg"]  # noqa: S314  (ours)


def _corners(mark: Mark) -> list[tuple[float | None, float | None]]:
    """The places that must lie on the canvas; of letters only the height is known."""
    match mark:
        case Rect():
            return [(mark.x, mark.y), (mark.x + mark.width, mark.y + mark.height)]
        case Ribbon():
            return [(mark.x1, mark.top1), (mark.x1, mark.bottom1), (mark.x2, mark.top2), (mark.x2, mark.bottom2)]
        case Dot():
            return [(mark.x, mark.y)]
        case Stroke():
            return [(mark.x1, mark.y1), (mark.x2, mark.y2)]
        case Line():
            return [*mark.points]
        case Text():
            return [(None, mark.y)]


class TestCharts:
    def test_bars_are_as_long_as_their_values_and_part_at_zero(self) -> None:
        bars = [Bar("2021", 350, 601, -251), Bar("2022", 442, 551, -109), Bar("2023", 319, 220, 99, 20, 180, True)]
        drawing = bar_chart([*bars, Bar("2024", 0, 0, None, provisional=True)], WIDE, str)
        rects = [mark for mark in drawing.marks if isinstance(mark, Rect)]
        (zero,) = [mark.y1 for mark in drawing.marks if isinstance(mark, Stroke) and mark.kind == "zero"]
        up, down = rects[::2], rects[1::2]
        assert all(abs(bar.y + bar.height - zero) < 0.2 for bar in up)
        assert all(bar.y == zero for bar in down)
        unit = down[0].height / 601
        assert [round(bar.height / unit) for bar in up] == pytest.approx([350, 442, 319, 0], abs=2)
        assert [bar.kind for bar in up] == ["up", "up", "up provisional", "up provisional"]
        (whisker,) = [mark for mark in drawing.marks if isinstance(mark, Stroke) and mark.kind == "interval"]
        assert (whisker.y1 - whisker.y2) / unit == pytest.approx(160, abs=2)
        lines = [mark.kind for mark in drawing.marks if isinstance(mark, Line)]
        assert lines == ["net", "net provisional"], "what is provisional is joined to the last that is final"

    @pytest.mark.parametrize("width", [WIDE, NARROW])
    @pytest.mark.parametrize("count", [1, 2, 7, 200])
    def test_everything_lies_on_the_canvas(self, width: int, count: int) -> None:
        def show(value: float) -> str:
            return f"{value:,.0f}"

        bars = [Bar(str(2010 + n), 3 * n, 123_456 - n, n - 60_000, n - 70_000, n) for n in range(count)]
        spots = tuple(Spot(2010 + n / 12, -(10**n % 999_983), -1e6, 1e6, n % 2 == 1, "<tip>") for n in range(count))
        items = [Ranked("A & B" * 12, (n, -n * 1e9), ("", "")) for n in range(count)]
        ages = [Age(f"{n}", n, 2 * n, ("", "")) for n in range(count)]
        streams = [Stream("A & B" * 12, 10.0**n % 999_983, "<tip>", n % 2 == 1) for n in range(count)]
        tiles = {code: Tile("Long name of it", n - 9 if n % 3 else None, "") for n, code in enumerate(PLACES)}
        for drawing in (
            bar_chart(bars, width, show),
            line_chart([Series("s0", spots)], width, show),
            ranked_chart(items, ("up", "down"), width, show),
            pyramid(ages, width, show),
            flow_chart(streams, streams[:1], "Here", width, show),
            flow_chart([], streams, "Here", width, show),
            tile_map(tiles, width, show),
        ):
            _on_canvas(drawing)
            labels = [mark for mark in drawing.marks if isinstance(mark, Text)]
            assert labels

    @pytest.mark.parametrize("width", [WIDE, NARROW])
    def test_ribbons_are_as_wide_as_their_values_and_meet_in_the_middle_without_a_gap(self, width: int) -> None:
        coming = [Stream("B", 600, "B · 600"), Stream("C", 150, ""), Stream("D", 0.1, "", True)]
        drawing = flow_chart(coming, [Stream("E", 300, "")], "Here", width, str)
        *came, left = [mark for mark in drawing.marks if isinstance(mark, Ribbon)]
        assert [each.bottom1 - each.top1 for each in came] == pytest.approx([176, 44, 1], abs=0.1)
        assert all(each.bottom1 - each.top1 == pytest.approx(each.bottom2 - each.top2) for each in (*came, left))
        assert came[0].bottom2 == pytest.approx(came[1].top2)
        assert left.bottom2 - left.top2 == pytest.approx(88, abs=0.1), "to the same scale on both sides"
        assert (came[0].x1 < came[0].x2 < left.x2 < left.x1, came[0].x2 + left.x2) == (True, width)
        assert [each.kind for each in came] == ["ribbon up", "ribbon up", "ribbon up provisional"]
        assert {"B", "E", "Here", "600", "300"} <= {mark.text for mark in drawing.marks if isinstance(mark, Text)}

    def test_years_of_which_nothing_is_known_are_no_steady_line(self) -> None:
        spots = [Spot(2012, 1), Spot(2013, 2), Spot(2016, 3), Spot(2016, 9), Spot(2017, 4, provisional=True)]
        drawing = line_chart([Series("s0", tuple(spots))], WIDE, str)
        lines = [(mark.kind, len(mark.points)) for mark in drawing.marks if isinstance(mark, Line)]
        assert lines == [("line s0", 2), ("line s0 gap", 2), ("line s0 provisional", 2)], "nor two figures of one year"
        years = [mark.text for mark in drawing.marks if isinstance(mark, Text) and mark.anchor == "middle"]
        assert years == ["2012", "2013", "2014", "2015", "2016", "2017"]
        assert has_gaps([Series("s0", tuple(spots))])
        assert not has_gaps([Series("s0", tuple(spots[:2]))])

    def test_letters_are_set_in_lines_that_fit(self) -> None:
        assert wrapped("", 100) == []
        assert wrapped("Work permit of an employer", 12, 1) == ["Work permit", "of an", "employer"]
        assert wrapped("aaaa bbbb cccc dd", 14, 1) == ["aaaa bbbb", "cccc dd"], "about as long as each other"
        assert wrapped("aa bb cc dd, ee", 5, 1, at_most=2) == ["aa bb", "cc…"]
        assert wrapped("abcdefgh", 5, 1) == ["abcde", "fgh"]

    def test_a_file_explains_its_colours_and_needs_no_variables(self) -> None:
        kinds = [("of", "At work"), ("s0", "A long name of a kind of permits"), ("net", "Net"), ("gap", "not known")]
        drawn = legend(kinds * 3, WIDE)
        _on_canvas(drawn)
        keys = [mark.kind for mark in drawn.marks if isinstance(mark, Rect | Stroke)]
        assert keys == ["key s0", "key net", "key gap"] * 3
        assert {mark.y for mark in drawn.marks if isinstance(mark, Text)} == {11, 29, 47}
        assert "var(" not in CHART_STYLE
        assert "rect.s0 { fill: #1b2327; }" in CHART_STYLE

    @pytest.mark.parametrize(
        "values", [[0], [5], [-7, 3], [1_000_000], [-108_307, 33_041], [0, 0], [0.3, 12.7], [2**63]]
    )
    def test_an_axis_holds_every_value_and_zero_in_round_steps(self, values: list[float]) -> None:
        marks = ticks(values)
        assert marks[0] <= min([0, *values])
        assert marks[-1] >= max([0, *values])
        assert 0 in marks
        assert 2 <= len(marks) <= 9

    def test_every_region_of_today_has_one_tile(self) -> None:
        today = {code.code for code in code_list("regions").values() if code.valid_to is None and code.code != "KZ"}
        assert PLACES.keys() == today
        assert len(set(PLACES.values())) == len(PLACES)
        for language in LANGUAGES:
            assert words_of("", language).texts["tiles"].keys() == today

    def test_colours_have_three_steps_to_both_sides_of_zero(self) -> None:
        assert [step(value, 90) for value in (-90, -31, -1, 0, 1, 45, 90, None)] == [
            *("n3", "n2", "n1", "even", "p1", "p2", "p3", "none")
        ]
        assert step(0, 0) == "even"
