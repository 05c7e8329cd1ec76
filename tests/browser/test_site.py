"""The site in a real browser: every view on a desk and on a phone, by keyboard, in the light and in the dark."""

import asyncio
import csv
import io
import json
import re
from pathlib import Path
from typing import Literal, NamedTuple
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, expect

from services.accounting.cases.releases.cut import cut_release
from services.accounting.intake.published.load import load
from services.accounting.publish.languages import LANGUAGES
from services.accounting.publish.site.views import VIEWS
from services.accounting.rules.forecasts.forecast import forecast
from services.accounting.rules.forecasts.models import seasonal_naive
from services.accounting.rules.forecasts.series import newest_run
from services.accounting.store.forecasts import forecast as forecasts
from services.accounting.store.releases import public
from tests.accounting.conftest import FLOWS, Accounting
from tests.accounting.publish.workbooks import sheets
from tests.accounting.test_forecast_rules import seasonal
from tests.accounting.test_forecasts import months
from tests.accounting.world import World

pytestmark = pytest.mark.browser

DESK, PHONE = (1280, 900), (360, 740)
"""Width and height."""
AXE = Path("tests/contracts/node/node_modules/axe-core/axe.min.js")
"""What tells whether a page can be used by everybody (WCAG 2.2 A and AA): axe-core, of `make test`."""
HEAVIEST = 150_000
"""Bytes of a first view, all that it loads, compressed."""

# The contrast of every text with what lies behind it (WCAG 2.2, 1.4.3), the lowest first. Letters in a chart's own
# tiles stand on another ground than the page.
CONTRASTS = """
() => {
  const channels = text => text.match(/[\\d.]+/g).map(Number);
  const light = rgb => {
    const [r, g, b] = rgb.map(c => c / 255).map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const [r, g, b, a = 1] = channels(getComputedStyle(e).backgroundColor);
      if (a > 0) return [r, g, b];
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll("body *")]
    .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
    .filter(e => !e.matches("text.on, title"))
    .map(e => {
      const style = getComputedStyle(e);
      const text = channels(e.matches("text") ? style.fill : style.color).slice(0, 3);
      const [a, b] = [light(text), light(behind(e))].sort((x, y) => y - x);
      return [(a + 0.05) / (b + 0.05), e.tagName];
    })
    .sort((a, b) => a[0] - b[0]);
}
"""

LOOK = """
() => ({
  width: document.documentElement.scrollWidth,
  charts: [...document.querySelectorAll(".chart svg")].filter(e => e.checkVisibility()).map(e => e.classList[0]),
  letters: [...document.querySelectorAll("svg text")].map(t => t.getBoundingClientRect().height).filter(Boolean),
  weight: [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .reduce((sum, entry) => sum + entry.transferSize, 0),
  paper: getComputedStyle(document.body).backgroundColor,
})
"""

# Letters of a chart that leave it, or lie upon others.
STRAYED = """
() => [...document.querySelectorAll(".chart svg")].filter(e => e.checkVisibility()).flatMap(chart => {
  const edge = chart.getBoundingClientRect();
  const texts = [...chart.querySelectorAll("text")].map(e => [e.textContent, e.getBoundingClientRect()]);
  const outside = texts.filter(([, { left, right, bottom }]) =>
    left < edge.left - 3 || right > edge.right + 3 || bottom > edge.bottom + 3);
  const wide = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const high = (a, b) => Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  const upon = texts.filter(([, a], at) => texts.slice(at + 1).some(([, b]) => wide(a, b) > 3 && high(a, b) > 6));
  return [...outside, ...upon].map(([text]) => text);
})
"""


FAULTS = """
async () => (await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }))
  .violations.map(each => [each.id, each.nodes.slice(0, 3).map(node => node.html.slice(0, 200))])
"""


class Opened(NamedTuple):
    """A page, and whatever went wrong or was asked of another server while it was used."""

    page: Page
    troubles: list[str]


@pytest.fixture
async def figures(written: Accounting) -> None:
    await written.take(World(4, people=40).stream())
    url = written.database.app_url.replace("+asyncpg", "")
    await load(url, [Path("services/accounting/data/official_net_migration.csv")], "NET", lambda _: None)
    await load(url, [Path("services/accounting/data/published_balance.csv")], "BALANCE", lambda _: None)
    cut = await cut_release(written.connection, FLOWS)
    arrivals = months("IMM", seasonal(60), method="M1216R")
    held = await written.connection.fetch("SELECT period FROM public_figures.figure WHERE key = $1", arrivals[0].key)
    await public.add(
        written.connection, cut.release, [each for each in arrivals if each.period not in {row[0] for row in held}]
    )
    run = newest_run({each.period: float(each.value) for each in arrivals})
    found = forecast(run, signed=False, models={"SNAIVE": seasonal_naive})
    await forecasts.add(written.connection, cut.release, {arrivals[0].key: found})


async def open_page(
    browser: Browser,
    address: str,
    size: tuple[int, int],
    *,
    path: str = "/en/",
    dark: bool = False,
    scripts: bool = True,
) -> Opened:
    scheme: Literal["dark", "light"] = "dark" if dark else "light"
    width, height = size
    context = await browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=scripts
    )
    page, troubles = await context.new_page(), list[str]()
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("requestfailed", lambda request: troubles.append(request.url))
    page.on(
        "request",
        lambda request: None if request.url.startswith((address, "data:", "blob:")) else troubles.append(request.url),
    )

    await page.goto(f"{address}{path}", wait_until="load")
    return Opened(page, troubles)


@pytest.mark.usefixtures("figures")
@pytest.mark.parametrize(("size", "dark"), [(DESK, False), (PHONE, True)])
async def test_every_view_fits_its_screen_needs_nobody_else_and_can_be_read(
    browser: Browser, address: str, size: tuple[int, int], dark: bool
) -> None:
    page, troubles = await open_page(browser, address, size, dark=dark)
    first = await page.evaluate(LOOK)
    assert 5_000 < first["weight"] < HEAVIEST, "the first view, all that it loads"
    for number, name in enumerate((*VIEWS, "tour")):
        await page.goto(f"{address}/{LANGUAGES[number % len(LANGUAGES)]}/{name}")
        assert troubles == [], name
        found = await page.evaluate(LOOK)
        assert found["weight"] < HEAVIEST, name
        assert found["width"] == size[0], f"{name} is wider than its screen"
        assert set(found["charts"]) <= ({"wide"} if size == DESK else {"narrow"})
        assert min(found["letters"], default=11) >= 11, f"numbers of {name}'s charts can be read"
        assert await page.evaluate(STRAYED) == [], name
        assert (found["paper"] == "rgb(20, 25, 28)") == dark
        lowest = await page.evaluate(CONTRASTS)
        assert lowest[0][0] >= 4.5, (name, lowest[:3])
        if size == DESK:
            assert await faults(page) == [], name


async def faults(page: Page) -> list[object]:
    """What axe finds, with the beginning of the elements it finds it at."""
    await page.evaluate(await asyncio.to_thread(AXE.read_text, "utf-8"))
    found: list[object] = await page.evaluate(FAULTS)
    return found


@pytest.mark.usefixtures("figures")
async def test_a_page_is_used_by_keyboard_and_scripts_only_add(browser: Browser, address: str) -> None:
    page, troubles = await open_page(browser, address, DESK)
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.getBoundingClientRect().left >= 0"), "the way past shows itself"
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("#main$"))
    reached = []
    for _ in range(80):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate("document.activeElement.tagName"))
        if reached[-1] == "BODY":
            break
        outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", f"one sees where one is: {reached[-1]}"
    assert {"SUMMARY", "DIV", "A", "BUTTON", "BODY"} <= set(reached)
    await _sorts(page)
    await page.locator(".chart svg.wide rect").first.hover()
    await expect(page.locator(".tip")).to_contain_text("Arrivals")
    await _downloads_say_what_the_api_says(page, address)
    await page.goto(f"{address}/en/official")
    await page.get_by_role("button", name="Explore the figures").click()
    await expect(page.locator(".explored canvas")).to_be_visible()
    await expect(page.locator(".explored .u-legend")).to_contain_text("Official, by coupons")
    await page.goto(f"{address}/en/api")
    await page.locator("#get_method_versions > summary").click()
    await page.locator("#get_method_versions > button").click()
    await expect(page.locator("#get_method_versions pre[role=status]")).to_contain_text("200 application/json")
    await page.goto(f"{address}/en/")
    await page.get_by_role("link", name="Quarter").click()
    await page.get_by_role("link", name="Қазақша").click()
    await expect(page.locator("html")).to_have_attribute("lang", "kk")
    await expect(page.locator(".choice [aria-current]").first).to_have_text("Тоқсан")
    assert troubles == []


async def _sorts(page: Page) -> None:
    """A table, by the second of its columns, one way and the other."""
    await page.locator("thead button").nth(1).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("thead th").nth(1)).to_have_attribute("aria-sort", "descending")
    await page.keyboard.press("Enter")
    await expect(page.locator("thead th").nth(1)).to_have_attribute("aria-sort", "ascending")
    shown = [text.split(" ")[0] for text in await page.locator("tbody tr td:nth-child(2)").all_inner_texts()]
    numbers = [int(text.replace(",", "")) for text in shown]
    assert numbers == sorted(numbers)
    assert len(numbers) > 1


async def _downloads_say_what_the_api_says(page: Page, address: str) -> None:
    """Each file of the first page, as it comes from a click, read as its kind is read, and held against SDMX."""
    files = {kind: await _downloaded(page, kind) for kind in ("CSV", "JSON", "XLSX", "SVG", "PNG")}
    series = await page.locator(".series a").first.get_attribute("href")
    answer = await page.request.get(f"{address}{series}", headers={"Accept": "text/csv"})
    said: dict[str, dict[str, str]] = {}
    for line in csv.DictReader(io.StringIO(await answer.text())):
        column = {"IMM": "arrivals", "EMI": "departures", "NET": "net"}[line["INDICATOR"]]
        row = said.setdefault(line["TIME_PERIOD"], {"period": line["TIME_PERIOD"]})
        row |= {column: line["OBS_VALUE"], f"{column}_std_error": line["STD_ERROR"], "status": line["OBS_STATUS"]}
    assert len(said) > 1

    rows = list(csv.DictReader(io.StringIO(files["CSV"].decode())))
    names = [name for name in rows[0] if name not in ("release", "source", "licence")]
    assert set(names) == set(next(iter(said.values())))
    assert [{name: row[name] for name in names} for row in rows] == [*said.values()]
    objects = json.loads(files["JSON"])["rows"]
    assert [{name: _plain(cell) for name, cell in row.items()} for row in objects] == [*said.values()]
    data = sheets(files["XLSX"])["data"]
    for number, row in enumerate([dict(zip(names, names, strict=True)), *said.values()], start=1):
        assert {name: _plain(data.get(f"{chr(65 + at)}{number}")) for at, name in enumerate(names)} == row
    drawn = ElementTree.fromstring(files["SVG"])  # noqa: S314 - our own file
    tips = {each.text for each in drawn.iter("{http://www.w3.org/2000/svg}title")}
    for row in said.values():
        arrived = f"{row['period']} · Arrivals: {int(row['arrivals']):,}"
        assert any(tip and tip.startswith(arrived) for tip in tips), arrived
    with Image.open(io.BytesIO(files["PNG"])) as picture:
        assert picture.format == "PNG"
        assert picture.size == (2 * float(drawn.attrib["width"]), 2 * float(drawn.attrib["height"]))
        colours = picture.convert("RGB").getcolors(1 << 24) or []
        assert {(253, 253, 251), (11, 107, 114)} <= {colour for _, colour in colours}, "paper and arrivals"


async def _downloaded(page: Page, kind: str) -> bytes:
    async with page.expect_download() as waited:
        await page.locator(".files").get_by_role("link", name=kind, exact=True).click()
    return await asyncio.to_thread(Path(await (await waited.value).path()).read_bytes)


def _plain(cell: str | float | None) -> str:
    """A cell as SDMX-CSV writes it."""
    return "" if cell is None else cell if isinstance(cell, str) else f"{cell:g}"


async def test_without_figures_and_without_scripts_a_page_is_whole_too(browser: Browser, address: str) -> None:
    page, troubles = await open_page(browser, address, PHONE, scripts=False)
    assert troubles == []
    assert await page.locator("svg").count() == 0
    assert await page.locator(".empty").is_visible()
