"""Questions that a visitor brings, and the clicks from the first page to their answer: three at the most."""

from pathlib import Path
from typing import Final, NamedTuple

import pytest
from playwright.async_api import Browser, expect

from services.accounting.intake.published.load import load
from tests.accounting.conftest import Accounting

pytestmark = pytest.mark.browser

_DATA: Final = Path("services/accounting/data")


class Question(NamedTuple):
    """`view`: the name of the link that is followed; `answer`: what the headline says, so that nobody need read a
    table; `chosen`: the country or region that is chosen before, which is two clicks more."""

    asked: str
    view: str
    answer: str
    chosen: str | None = None


QUESTIONS: Final = (
    Question("How many of us are in Korea without papers?", "Work abroad: Korea, Russia and others", "13,981"),
    Question("How many work in Russia?", "Work abroad: Korea, Russia and others", "from 25,000", "Russia"),
    Question("Did as many leave for Russia as we say?", "Emigration: who says what", "31,200", "Russia"),
    Question("Do ministries agree?", "Where official figures contradict each other", "550,000"),
    Question("How many foreigners work by the quota?", "Foreign labour: all evidence side by side", "14,210"),
    Question("How many kandas were there last year?", "Kandas", "16,805"),
    Question("How many foreign students are there?", "Foreign students", "40,742"),
    Question("How many refugees are there?", "Refugees and people without a citizenship", "371 refugees"),
    Question("What did the Government aim at?", "The concept's indicators and their targets", "30.0%"),
    Question("How many people live in Astana?", "Where people really live", "Astana City", "Astana City"),
    Question("Do people move within the country?", "Internal migration", "610,700"),
)


async def test_questions_are_answered_in_three_clicks(browser: Browser, address: str, written: Accounting) -> None:
    url = written.database.app_url.replace("+asyncpg", "")
    for file in sorted(_DATA.glob("published_*.csv")):
        await load(url, [file], file.stem.upper(), lambda _: None)
    page = await (await browser.new_context(java_script_enabled=False)).new_page()
    for question in QUESTIONS:
        await page.goto(f"{address}/en/")
        await page.locator("footer").get_by_role("link", name=question.view, exact=True).click()
        if question.chosen:
            await page.get_by_role("combobox").first.select_option(label=question.chosen)
            await page.get_by_role("button", name="Show").click()
        await expect(page.locator("h1")).to_have_text(question.view)
        await expect(page.locator("p.lead"), question.asked).to_contain_text(question.answer)
