"""The first page in a real browser: on a desk and on a phone, by keyboard, in the light and in the dark."""

import re
from pathlib import Path
from typing import Literal, NamedTuple

import pytest
from playwright.async_api import Browser, Page, expect

from services.accounting.cases.releases.cut import cut_release
from services.accounting.intake.published.load import load
from tests.accounting.conftest import QUIET, Accounting
from tests.accounting.world import World

pytestmark = pytest.mark.browser

DESK, PHONE = (1280, 900), (360, 740)
"""Width and height."""

# The contrast of every text with what lies behind it (WCAG 2.2, 1.4.3), the lowest first.
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
    .map(e => {
      const style = getComputedStyle(e);
      const text = channels(e.matches("text") ? style.fill : style.color).slice(0, 3);
      const [a, b] = [light(text), light(behind(e))].sort((x, y) => y - x);
      return [(a + 0.05) / (b + 0.05), e.tagName];
    })
    .sort((a, b) => a[0] - b[0]);
}
"""


class Opened(NamedTuple):
    """A page, and whatever went wrong or was asked of another server while it loaded."""

    page: Page
    troubles: list[str]


@pytest.fixture
async def figures(written: Accounting) -> None:
    await written.take(World(4, people=40).stream())
    files = [Path("services/accounting/data/official_net_migration.csv")]
    await load(written.database.app_url.replace("+asyncpg", ""), files, "NET", lambda _: None)
    await cut_release(written.connection, QUIET)


async def open_page(
    browser: Browser, address: str, size: tuple[int, int], *, query: str = "", dark: bool = False
) -> Opened:
    scheme: Literal["dark", "light"] = "dark" if dark else "light"
    width, height = size
    context = await browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page, troubles = await context.new_page(), list[str]()
    page.on("console", lambda message: troubles.append(message.text))
    page.on("requestfailed", lambda request: troubles.append(request.url))
    page.on(
        "request", lambda request: None if request.url.startswith((address, "data:")) else troubles.append(request.url)
    )
    await page.goto(f"{address}/{query}")
    return Opened(page, troubles)


@pytest.mark.usefixtures("figures")
@pytest.mark.parametrize("size", [DESK, PHONE])
@pytest.mark.parametrize("query", ["?lang=kk&freq=A", "?lang=ru&freq=Q", "?lang=en&freq=Q"])
async def test_the_page_fits_its_screen_and_needs_nobody_else(
    browser: Browser, address: str, size: tuple[int, int], query: str
) -> None:
    page, troubles = await open_page(browser, address, size, query=query)
    assert troubles == []
    assert await page.evaluate("document.documentElement.scrollWidth") == size[0]
    charts = page.locator("svg")
    shown = [await chart.get_attribute("class") for chart in await charts.all() if await chart.is_visible()]
    assert shown == (["wide"] * 2 if size == DESK else ["narrow"] * 2)
    letters = await page.evaluate(
        "[...document.querySelectorAll('svg text')].map(t => t.getBoundingClientRect().height).filter(h => h > 0)"
    )
    assert min(letters) >= 11, "numbers of a chart can be read"


@pytest.mark.usefixtures("figures")
@pytest.mark.parametrize("dark", [False, True])
async def test_every_text_stands_out_from_its_ground(browser: Browser, address: str, dark: bool) -> None:
    page, _ = await open_page(browser, address, DESK, query="?lang=en", dark=dark)
    paper = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(20, 25, 28)") == dark
    lowest = await page.evaluate(CONTRASTS)
    assert len(lowest) > 50
    assert lowest[0][0] >= 4.5, lowest[:3]


@pytest.mark.usefixtures("figures")
async def test_everything_can_be_reached_by_keyboard(browser: Browser, address: str) -> None:
    page, _ = await open_page(browser, address, DESK, query="?lang=en")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.getBoundingClientRect().left >= 0"), "the way past shows itself"
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("#main$"))
    reached = []
    for _ in range(30):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate("document.activeElement.tagName + ' ' + document.activeElement.className"))
        outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        if reached[-1].startswith("BODY"):
            break
        assert outline != "none", f"one sees where one is: {reached[-1]}"
    assert {"SUMMARY ", "DIV scroll", "A "} <= set(reached)
    tables = page.locator("table:visible")
    await expect(tables).to_have_count(1)
    await page.locator("summary").nth(1).focus()
    await page.keyboard.press("Enter")
    await expect(tables).to_have_count(2)


@pytest.mark.usefixtures("figures")
async def test_one_goes_to_another_language_and_frequency_by_links(browser: Browser, address: str) -> None:
    page, _ = await open_page(browser, address, PHONE, query="?lang=en")
    await page.get_by_role("link", name="Quarter").click()
    await page.get_by_role("link", name="Қазақша").click()
    await expect(page.locator("html")).to_have_attribute("lang", "kk")
    await expect(page.locator(".every [aria-current]")).to_have_text("Тоқсан")


async def test_a_page_without_figures_is_whole_too(browser: Browser, address: str) -> None:
    page, troubles = await open_page(browser, address, PHONE)
    assert troubles == []
    assert await page.locator("svg").count() == 0
    assert await page.locator(".empty").is_visible()
