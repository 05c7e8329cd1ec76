"""Questions that a visitor brings, and the clicks from the first page to their answer: three at the most."""

from pathlib import Path
from typing import Final

import pytest
from playwright.async_api import Browser, Page, expect

from services.accounting.intake.published.load import load
from services.accounting.publish.site.address import Address
from services.accounting.publish.site.tour import chapters
from services.accounting.publish.site.words import words_of
from tests.accounting.conftest import Accounting

pytestmark = pytest.mark.browser

_DATA: Final = Path("services/accounting/data")
STOPS: Final = {stop.name: stop for chapter in chapters() for stop in chapter.stops}
ANSWERS: Final = {
    "korea": "13,981",
    "russia": "from 25,000",
    "emigration": "31,200",
    "contradictions": "550,000",
    "labour": "14,210",
    "kandas": "16,805",
    "students": "40,742",
    "protection": "371 refugees",
    "targets": "30.0%",
    "defacto": "Astana City",
    "internal": "610,700",
}
"""A question of the tour -> what the headline answers by published figures, so that nobody need read a table."""


async def test_questions_are_answered_in_three_clicks(browser: Browser, address: str, written: Accounting) -> None:
    url = written.database.app_url.replace("+asyncpg", "")
    for file in sorted(_DATA.glob("published_*.csv")):
        await load(url, [file], file.stem.upper(), lambda _: None)
    page = await (await browser.new_context(java_script_enabled=False)).new_page()
    await page.goto(f"{address}/en/")
    await page.get_by_role("link", name="A tour in questions").click()
    for name in ANSWERS:
        if not STOPS[name].address.query():
            await page.get_by_role("link", name=STOPS[name].asked["en"], exact=True).click()
            await _is_answered(page, name)
            await page.go_back()
    for name in ANSWERS:
        if STOPS[name].address.query():
            await page.goto(f"{address}/en/")
            await _by_the_list_of_views(page, STOPS[name].address)
            await _is_answered(page, name)


async def _is_answered(page: Page, name: str) -> None:
    await expect(page.locator("h1")).to_have_text(words_of(STOPS[name].address.view.name, "en")["title"])
    await expect(page.locator("p.lead"), name).to_contain_text(ANSWERS[name])


async def _by_the_list_of_views(page: Page, to: Address) -> None:
    """As who takes no tour goes: to the view, and there to the country or region."""
    await page.locator("footer").get_by_role("link", name=words_of(to.view.name, "en")["title"], exact=True).click()
    (chosen,) = [each.parameter for each in to.view.choices if to.state[each.parameter] != each.default]
    await page.locator(f"select[name={chosen}]").select_option(value=to.state[chosen])
    await page.get_by_role("button", name="Show").click()
