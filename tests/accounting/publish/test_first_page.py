"""The first page: its numbers are those of the API, in three languages, without a script or another server."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from services.accounting.cases.releases.cut import cut_release
from services.accounting.intake.published.load import load
from services.accounting.publish.dashboard.charts import NARROW, WIDE, FlowShown, bar_chart, line_chart
from services.accounting.publish.dashboard.wording import wording
from services.accounting.publish.languages import LANGUAGES
from shared.kernel.periods import Period
from shared.testing.api import Api
from tests.accounting.conftest import QUIET, Accounting
from tests.accounting.world import World

TEXTS = tomllib.loads(Path("services/accounting/publish/dashboard/texts.toml").read_text(encoding="utf-8"))


class Page(HTMLParser):
    """The tables of a page as rows of texts, its links and all its addresses."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.links: list[str] = []
        self.addresses: list[str] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self._cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append(tag)
        self.attributes |= named.keys()
        self.addresses += [text for name in ("src", "href", "action", "data") if (text := named.get(name))]
        self.links += [text for text in [named.get("href")] if tag == "a" and text]
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        self._cell = self._cell and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._cell:
            self.tables[-1][-1][-1] += data


async def page(api: Api, query: str = "", **headers: str) -> tuple[Page, str]:
    answer = await api.client.get(f"/{query}", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Page(answer.text), answer.text


async def api_values(api: Api, address: str) -> Mapping[tuple[str, str, str], int]:
    """(INDICATOR, METHOD, period) -> value, by SDMX-CSV, without the names that the page's link asks for."""
    codes = address.replace("labels=both", "labels=id")
    lines = [line.split(",") for line in (await api.client.get(codes)).text.splitlines()]
    at = {name: number for number, name in enumerate(lines[0])}
    return {
        (line[at["INDICATOR"]], line[at["METHOD"]], line[at["TIME_PERIOD"]]): int(line[at["OBS_VALUE"]])
        for line in lines[1:]
    }


@pytest.fixture
async def filled(api: Api, written: Accounting) -> Api:
    await written.take(World(4, people=40).stream())
    files = [Path("services/accounting/data/official_net_migration.csv")]
    await load(written.database.app_url.replace("+asyncpg", ""), files, "NET", lambda _: None)
    await cut_release(written.connection, QUIET)
    return api


@pytest.mark.parametrize(("freq", "period"), [("A", "2022"), ("Q", "Q3 2022")])
async def test_the_account_is_what_its_api_address_says(filled: Api, freq: str, period: str) -> None:
    shown, _ = await page(filled, f"?lang=en&freq={freq}")
    (address,) = [link for link in shown.links if "format=csv" in link and "IMM" in link]
    values = await api_values(filled, address)
    header, *rows = shown.tables[0]
    assert header == ["Period", "Arrivals", "Departures", "Net", "Status"]
    assert len(rows) == len({at for indicator, _, at in values if indicator == "NET"})
    (row,) = [row for row in rows if row[0] == period]
    coded = {"2022": "2022", "Q3 2022": "2022-Q3"}[period]
    numbers = [_number(text) for text in row[1:4]]
    assert numbers == [values[indicator, "M1216", coded] for indicator in ("IMM", "EMI", "NET")]
    assert {row[4] for row in rows} == {"final"}


async def test_the_official_series_stands_beside_ours_with_its_source(filled: Api) -> None:
    shown, html = await page(filled, "?lang=en")
    (address,) = [link for link in shown.links if "format=csv" in link and "COUPON" in link]
    values = await api_values(filled, address)
    rows = {row[0]: row for row in shown.tables[1][1:]}
    assert _number(rows["2005"][1]) == values["NET", "COUPON", "2005"] == 22_668
    assert (rows["2005"][2], _number(rows["2022"][2])) == ("–", values["NET", "M1216", "2022"])
    assert "Bureau of National Statistics of Kazakhstan" in html


async def test_our_own_count_of_coupons_is_not_shown_as_official(api: Api, written: Accounting) -> None:
    await written.take(World(4, people=600).stream())
    await cut_release(written.connection, QUIET)
    shown, _ = await page(api, "?lang=en")
    (address,) = [link for link in shown.links if "format=csv" in link and "COUPON" in link]
    assert any(value for (_, method, _), value in (await api_values(api, address)).items() if method == "COUPON")
    assert {row[1] for row in shown.tables[1][1:]} == {"–"}


def _number(text: str) -> int:
    return int(text.replace(",", "").replace("\u2212", "-"))


async def test_every_link_of_the_page_leads_somewhere(filled: Api) -> None:
    shown, _ = await page(filled, "?lang=kk&freq=Q")
    for link in shown.links:
        if not link.startswith("#"):
            assert (await filled.client.get(link.partition("#")[0])).status_code == 200, link


async def test_nothing_comes_from_elsewhere_and_nothing_runs(filled: Api) -> None:
    shown, html = await page(filled)
    assert "script" not in shown.tags
    assert all(address.startswith(("/", "#", "data:,")) for address in shown.addresses)
    assert "url(" not in html
    assert not [name for name in shown.attributes if name.startswith("on") or name == "style"]
    answer = await filled.client.get("/")
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("query", "accept", "language"),
    [
        ("?lang=ru", "en", "ru"),
        ("", "en-US,en;q=0.9", "en"),
        ("", "ru, kk;q=0.5", "ru"),
        ("", "fr", "kk"),
        ("", "", "kk"),
    ],
)
async def test_the_language_is_asked_for_or_the_readers(filled: Api, query: str, accept: str, language: str) -> None:
    _, html = await page(filled, query, **{"accept-language": accept})
    assert f'<html lang="{language}">' in html
    assert TEXTS[language]["heading"] in unescape(html)


async def test_an_unknown_language_or_frequency_is_a_problem(api: Api) -> None:
    for query in ("?lang=de", "?freq=W", "?freq=M"):
        assert (await api.client.get(f"/{query}")).status_code == 422


async def test_before_any_figure_the_page_says_so(api: Api) -> None:
    shown, html = await page(api, "?lang=en")
    assert TEXTS["en"]["flows_empty"] in html
    assert shown.tables == []


async def test_the_page_says_how_sure_it_is(api: Api, written: Accounting) -> None:
    await written.take(World(4, people=600).stream())
    await cut_release(written.connection, QUIET)
    _, html = await page(api, "?lang=en")
    text = re.sub(r"\s+", " ", html)
    assert "declared complete from 1 January 2021 to 31 May 2024." in text
    assert re.search(r"The newest final quarter is Q[1-4] 202[1-4]; ", text)
    assert re.search(r"[1-9]\d* crossings are left out", text)
    assert re.search(r"\d\.\d % of the crossings were not recorded", text)


async def test_the_page_can_be_kept(filled: Api) -> None:
    first = await filled.client.get("/?lang=en")
    again = await filled.client.get("/?lang=en", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]
    unchanged = await filled.client.get("/?lang=en", headers={"If-Modified-Since": first.headers["last-modified"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")


class TestWording:
    def test_the_three_languages_say_the_same_things(self) -> None:
        shapes = [{name: _places(text) for name, text in TEXTS[language].items()} for language in LANGUAGES]
        names = {frozenset(shape) for shape in shapes}
        assert len(names) == 1
        own = {"date", "month_of_year", "quarter_of_year"}
        for name in names.pop() - own:
            assert shapes[0][name] == shapes[1][name] == shapes[2][name], name

    def test_numbers_days_and_periods_are_written_as_readers_expect(self) -> None:
        kk, ru, en = map(wording, LANGUAGES)
        assert (kk.number(-1_234_567), en.number(-1_234)) == ("\u22121\u202f234\u202f567", "\u22121,234")
        assert (ru.share(1, 16), en.share(1, 16)) == ("6,2\u00a0%", "6.2\u00a0%")
        day = date(2026, 6, 30)
        assert (kk.day(day), en.day(day)) == ("30.06.2026", "30 June 2026")
        assert [each.period(Period("M", 2024, 5)) for each in (kk, ru, en)] == ["2024 ж. мамыр", "май 2024", "May 2024"]
        assert [each.period(Period("Q", 2024, 2)) for each in (kk, ru, en)] == [
            *("2024 ж. 2-тоқсан", "2 кв. 2024", "Q2 2024")
        ]
        assert kk.period(Period("A", 2024)) == "2024"


def _places(text: Any) -> Any:
    if isinstance(text, list):
        return len(text)
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name)


class TestCharts:
    FLOWS = (
        FlowShown(Period("A", 2021), 350, 601, -251, False, True),
        FlowShown(Period("A", 2022), 442, 551, -109, False, True),
        FlowShown(Period("A", 2023), 319, 220, 99, True, True),
        FlowShown(Period("A", 2024), 0, 0, 0, True, False),
    )

    def test_bars_are_as_long_as_their_values_and_part_at_zero(self) -> None:
        chart = bar_chart(self.FLOWS, WIDE, str)
        up = [bar for bar in chart.bars if bar.kind == "arrivals"]
        down = [bar for bar in chart.bars if bar.kind == "departures"]
        assert all(abs(bar.y + bar.height - chart.frame.zero) < 0.2 for bar in up)
        assert all(bar.y == chart.frame.zero for bar in down)
        unit = down[0].height / 601
        assert [round(bar.height / unit) for bar in up] == pytest.approx([350, 442, 319, 0], abs=1)
        assert [round((chart.frame.zero - point.y) / unit) for point in chart.net] == pytest.approx([-251, -109], abs=1)

    def test_what_is_not_decided_has_no_net_and_what_is_provisional_is_apart(self) -> None:
        chart = bar_chart(self.FLOWS, WIDE, str)
        assert (len(chart.net), len(chart.provisional_net)) == (2, 2)
        assert chart.provisional_net[0] == chart.net[-1]
        assert [bar.provisional for bar in chart.bars] == [False] * 4 + [True] * 4

    @pytest.mark.parametrize("width", [WIDE, NARROW])
    @pytest.mark.parametrize("count", [1, 7, 200])
    def test_everything_lies_on_the_canvas_and_labels_do_not_touch(self, width: int, count: int) -> None:
        months = [Period("M", 2010 + number // 12, number % 12 + 1) for number in range(count)]
        flows = [FlowShown(month, 3 * n, 123_456 - n, n - 60_000, False, True) for n, month in enumerate(months)]
        chart = bar_chart(flows, width, lambda value: f"{value:,}")
        frame = chart.frame
        assert all(frame.left <= bar.x and bar.x + bar.width <= frame.right for bar in chart.bars)
        assert all(bar.y >= 0 and bar.y + bar.height <= frame.height for bar in chart.bars)
        assert all(b.at - a.at >= 40 for a, b in zip(frame.labels, frame.labels[1:], strict=False))
        assert frame.labels
        assert 3 <= len(frame.grid) <= 9

    @pytest.mark.parametrize("values", [[0], [5], [-7, 3], [1_000_000], [-108_307, 33_041], [0, 0]])
    def test_the_scale_holds_every_value_and_zero(self, values: list[int]) -> None:
        points = [(2000 + number, value) for number, value in enumerate(values)]
        chart = line_chart([("official", points)], NARROW, str)
        (line,) = chart.lines
        assert all(0 < point.y < chart.frame.height for point in line.points)
        assert any(mark.text == "0" and mark.at == chart.frame.zero for mark in chart.frame.grid)
