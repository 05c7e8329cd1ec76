"""The site over real releases: pages and files say what the API says, in three languages, with and without figures."""

import ast
import csv
import io
import json
import re
import shlex
from collections.abc import Mapping
from html import unescape
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path
from zipfile import ZipFile

import pytest

from services.accounting.cases.releases.cut import cut_release
from services.accounting.intake.published.load import load
from services.accounting.publish import methods
from services.accounting.publish.disclosure import words
from services.accounting.publish.languages import LANGUAGES
from services.accounting.publish.site.tour import chapters, texts
from services.accounting.publish.site.views import VIEWS
from services.accounting.publish.site.words import words_of
from shared.http.reference import page as reference
from shared.testing.api import Api, StartApi
from tests.accounting.conftest import FLOWS, QUIET, Accounting, intake_of, make_accounting
from tests.accounting.world import World


class Page(HTMLParser):
    """The tables of a page as rows of texts, its links and all its addresses."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.links: list[str] = []
        self.addresses: list[str] = []
        self.attributes: set[str] = set()
        self._cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
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


async def page(api: Api, address: str) -> tuple[Page, str]:
    answer = await api.client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.text[:300]}"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return Page(answer.text), answer.text


async def sdmx_values(api: Api, address: str) -> Mapping[tuple[str, str, str], int]:
    """(INDICATOR, METHOD, period) -> value."""
    lines = csv.DictReader(io.StringIO((await api.client.get(address, headers={"Accept": "text/csv"})).text))
    return {(line["INDICATOR"], line["METHOD"], line["TIME_PERIOD"]): int(line["OBS_VALUE"]) for line in lines}


def number(text: str) -> int:
    return int(text.split(" ")[0].replace(",", "").replace("\u2212", "-"))


@pytest.fixture(scope="module")
async def filled(start_api_to_read: StartApi) -> Api:
    """Sixty lives with their crossings, what others have published, and a release of it. Its tests only read."""
    api = await start_api_to_read("accounting", make_accounting)
    connection = await intake_of(api.database)
    try:
        await Accounting(api.database, connection).take(World(4, people=60).stream())
        url = api.database.app_url.replace("+asyncpg", "")
        await load(url, [Path("services/accounting/data/official_net_migration.csv")], "NET", lambda _: None)
        await load(url, [Path("services/accounting/data/published_balance.csv")], "BALANCE", lambda _: None)
        await cut_release(connection, FLOWS)
    finally:
        await connection.close()
    return api


async def test_pages_and_files_say_what_the_api_says(filled: Api) -> None:
    for freq, period, coded in (("A", "2022", "2022"), ("Q", "Q3 2022", "2022-Q3")):
        shown, _ = await page(filled, f"/en/balance?freq={freq}&method=M1216")
        (address,) = [link for link in shown.links if link.startswith("/sdmx/v1/data/DF_FLOW")]
        values = await sdmx_values(filled, address)
        header, *rows = shown.tables[0]
        assert header[:5] == ["Period", "Arrivals", "Departures", "Net", "Status"]
        (row,) = [row for row in rows if row[0] == period]
        expected = [values[indicator, "M1216", coded] for indicator in ("IMM", "EMI", "NET")]
        assert [number(text) for text in row[1:4]] == expected
        (link,) = [each for each in shown.links if each.startswith("/data/balance.csv")]
        lines = list(csv.DictReader(io.StringIO((await filled.client.get(link)).text)))
        (line,) = [line for line in lines if line["period"] == coded]
        assert [int(line[name]) for name in ("arrivals", "departures", "net")] == expected
        assert line["licence"] == "CC BY 4.0"
        found = (await filled.client.get(link.replace(".csv", ".json"))).json()
        (entry,) = [entry for entry in found["rows"] if entry["period"] == coded]
        assert [entry[name] for name in ("arrivals", "departures", "net")] == expected
        assert found["sdmx"][0].endswith(address)
        workbook = ZipFile(io.BytesIO((await filled.client.get(link.replace(".csv", ".xlsx"))).content))
        sheet = workbook.read("xl/worksheets/sheet1.xml").decode()
        assert all(f"<v>{each}</v>" in sheet for each in expected)


async def test_every_view_is_whole_and_each_of_its_links_leads_somewhere(filled: Api) -> None:
    seen: set[str] = set()
    for at, name in enumerate(VIEWS):
        language = LANGUAGES[at % len(LANGUAGES)]
        shown, html = await page(filled, f"/{language}/{name}")
        words = words_of(name, language)
        assert f'<html lang="{language}">' in html
        assert words["title"] in unescape(html)
        addresses = [each for each in shown.addresses if "creativecommons" not in each]
        assert all(each.startswith(("/", "#", "data:,")) for each in addresses)
        assert not [each for each in shown.attributes if each.startswith("on") or each == "style"]
        seen.add(_copied(html, name))
        made = [link for link in shown.links if "/made?" in link][:1]
        kinds = ("/data/", "/v1/") if at else ("/",)
        seen |= {link for link in shown.links if link.startswith(kinds) and "/made?" not in link} | {*made}
    for link in sorted(seen):
        if not link.startswith("/sdmx/"):  # a series that is not released is refused there
            answer = await filled.client.get(link)
            assert answer.status_code == 200, link
            if "metadata.json" in link:
                told = answer.json()
                assert told["next_release"] > told["released"], link
                assert told["address"] in told["citation"]
                assert all(told["sources"])


def _copied(html: str, name: str) -> str:
    """The address that all lines of code of a view read."""
    curl, python, r = [unescape(text) for text in re.findall("<pre[^>]*><code>(.*?)</code>", html, re.DOTALL)]
    program, fails, named, file, address = shlex.split(curl)
    assert (program, fails, named, file) == ("curl", "--fail", "-o", f"{name}.csv")
    read = ast.parse(python).body[-1]
    assert isinstance(read, ast.Assign)
    assert isinstance(read.value, ast.Call)
    assert [ast.literal_eval(each) for each in read.value.args] == [address]
    assert f'{name} <- read.csv("{address}", ' in r
    return address


async def test_the_tour_leads_to_every_view(filled: Api) -> None:
    for language in LANGUAGES:
        shown, html = await page(filled, f"/{language}/tour")
        stops = [stop for chapter in chapters() for stop in chapter.stops]
        assert len({stop.name for stop in stops}) == len(stops)
        assert {stop.address.view.name for stop in stops} == VIEWS.keys()
        assert {stop.address.on_site(language) for stop in stops} <= set(shown.links)
        assert all(stop.asked[language] in unescape(html) for stop in stops)
        assert texts(language)["title"] in unescape(html)


async def test_what_is_withheld_or_empty_is_said_and_the_page_stays_up(api: Api) -> None:
    said: dict[str, set[str]] = {"empty": set(), "withheld": set(), "withheld_part": set()}
    for name in VIEWS:
        shown, html = await page(api, f"/ru/{name}")
        assert shown.tables == []
        for text in said:
            if words_of(name, "ru")[text] in unescape(html):
                said[text].add(name)
    assert said["empty"] == VIEWS.keys() - said["withheld"]
    assert said["withheld"] == {"undercount"}, "what no release brings is no figure that comes later"
    assert said["withheld_part"] == {"defacto", "emigration", "targets"}, "estimates and shares beside counts"
    for ending in ("csv", "json", "metadata.json", "xlsx"):
        assert (await api.client.get(f"/data/balance.{ending}")).status_code == 200, ending
    assert (await api.client.get("/data/balance.svg")).status_code == 404
    assert (await api.client.get("/en/")).status_code == 200


async def test_the_state_of_an_address_is_kept_and_what_is_not_offered_is_refused(filled: Api) -> None:
    shown, _ = await page(filled, "/ru/balance?freq=Q&method=U98&release=2100-01-01")
    assert "/kk/balance?freq=Q&method=U98&release=2100-01-01" in shown.links
    assert "/ru/balance?method=U98&release=2100-01-01" in shown.links, "years are the default: left out"
    before, _ = await page(filled, "/en/balance?release=2001-01-01")
    assert before.tables == []
    for query in ("freq=W", "method=COUPON", "release=yesterday", "freq=" + "A" * 99, "period=1"):
        answer = await filled.client.get(f"/en/balance?{query}")
        assert answer.status_code == 422, query
        assert answer.headers["content-type"].startswith("application/problem+json")
    for address in (
        "/en/nothing",
        "/de/balance",
        "/data/nothing.csv",
        "/assets/site.py",
        "/en/made?key=DF_X/A&period=1",
    ):
        assert (await filled.client.get(address)).status_code == 404, address
    assert (await filled.client.get("/en/official?region=19")).status_code == 200, (
        "what a view does not take is left out"
    )
    assert (await filled.client.get("/en/balance?release=0001-01-01")).status_code == 200
    assert (await filled.client.get("/en/balance?release=9999-12-31")).status_code == 200


async def test_what_is_not_released_is_said_beside_what_is(filled: Api) -> None:
    shown, html = await page(filled, "/en/sectors")
    assert shown.tables == []
    assert any(words_of("sectors", "en")[text] in unescape(html) for text in ("withheld", "empty"))
    shown, html = await page(filled, "/en/countries")
    header, *rows = shown.tables[0]
    assert header[2:5] == ["What the country is", "Arrivals", "Departures"]
    assert {row[2] for row in rows} == {"country of residence"}
    arriving = sum(number(row[3]) > 0 for row in rows)
    assert html.count('<path class="ribbon up"') == 2 * min(arriving, 9) > 0, "in two widths; the ninth are all others"
    shown, html = await page(filled, "/en/population")
    assert "2021: a population of 18,879,552 grew by 623,607; natural growth 264,088" in html
    assert [row[5] for row in shown.tables[0][1:] if row[0] == "2021"] == ["380,736"]


async def test_a_figure_says_how_it_was_made(filled: Api) -> None:
    shown, _ = await page(filled, "/en/balance?method=M1216")
    link = next(each for each in shown.links if each.startswith("/en/made"))
    _, html = await page(filled, link)
    text = unescape(html)
    for said in (
        "Long-term arrivals",
        "Border data, 12/16-month rule",
        "Register of border crossings",
        "persons",
        "final",
    ):
        assert said in text
    _, html = await page(filled, "/en/made?key=DF_FLOW/all&period=2022")
    assert words_of("", "en")["not_found"] in unescape(html)
    _, html = await page(filled, "/en/made?key=DF_FLOW/A.NET.COUPON.KZ._T._T._T._T._T&period=2005")
    assert "Bureau of National Statistics" in html


async def test_the_language_is_the_readers_and_everything_can_be_kept(filled: Api) -> None:
    for accept, language in (("en-US,en;q=0.9", "en"), ("ru, kk;q=0.5", "ru"), ("fr", "kk"), ("", "kk")):
        answer = await filled.client.get("/", headers={"accept-language": accept})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/{language}/")
    assert (await filled.client.get("/?lang=ru")).headers["location"] == "/ru/"
    for address in ("/en/", "/data/balance.csv", "/data/balance.xlsx", "/data/balance.svg", "/data/changes.atom"):
        first = await filled.client.get(address)
        again = await filled.client.get(address, headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b""), address
    data = await filled.client.get("/data/balance.csv", headers={"Origin": "https://newspaper.example"})
    assert data.headers["access-control-allow-origin"] == "*"
    html = await filled.client.get("/en/")
    assert "default-src 'none'" in html.headers["content-security-policy"]
    assert "declared complete from" in html.text
    assets = [each for each in Page(html.text).addresses if each.startswith("/assets/")]
    assert len(assets) == 3
    for each in assets:
        assert "immutable" in (await filled.client.get(each)).headers["cache-control"]


async def test_what_was_done_to_counts_is_said_in_three_languages(api: Api) -> None:
    for language in LANGUAGES:
        shown, html = await page(api, f"/{language}/method/disclosure")
        assert words()[language].title in unescape(html)
        assert all(answer in unescape(html) for _, answer in words()[language].answers)
        assert f"/{language}/method/disclosure" in shown.links, "every page leads there"
        _, html = await page(api, f"/{language}/method")
        told = methods.words()[language]
        assert all(text in unescape(html) for text in (told.title, *told.paragraphs, *chain(*told.answers)))
        assert f"/{language}/method" in shown.links
        assert len(told.answers) == len(methods.words()["en"].answers)


async def test_the_reference_names_every_operation(api: Api) -> None:
    _, html = await page(api, "/ru/api")
    document = (await api.client.get("/openapi.json")).json()
    operations = [told["operationId"] for methods in document["paths"].values() for told in methods.values()]
    assert [each for each in operations if f'id="{each}"' not in html] == []
    said = reference.words()["ru"]
    assert html.count(said["needs"]) > 10
    assert said["open"] in html.partition('id="get_releases"')[2].partition("</details>")[0]


async def test_the_feed_and_the_metadata_name_the_release(filled: Api) -> None:
    feed = (await filled.client.get("/data/changes.atom?lang=kk")).text
    assert "/v1/releases/1/differences" in feed
    metadata = json.loads((await filled.client.get("/data/balance.metadata.json?lang=ru")).text)
    assert metadata["release"] == 1
    assert metadata["next_release"] > metadata["released"]
    assert metadata["citation"].startswith("Кош. ")
    assert [each["name"] for each in metadata["columns"]] == ["period", "arrivals", "departures", "net"]


async def test_our_own_count_of_coupons_is_not_shown_as_official(api: Api, written: Accounting) -> None:
    await written.take(World(4, people=100).stream())
    await cut_release(written.connection, QUIET)
    shown, _ = await page(api, "/en/official")
    values = await sdmx_values(api, "/sdmx/v1/data/DF_FLOW/A.NET.COUPON+M1216.KZ._T._T._T._T._T")
    assert any(value for (_, method, _), value in values.items() if method == "COUPON")
    assert {row[1] for row in shown.tables[0][1:]} == {"–"}
    _, html = await page(api, "/en/made?key=DF_FLOW/A.IMM.M1216.KZ._T._T._T._T._T&period=2022")
    assert re.search(r"Share of crossings imputed</dt><dd>[0-9]+\.[0-9]% of this period", html)
    assert re.search(r"Persons it rests on</dt><dd>[0-9]+: each is counted once", html)
