"""The work pages in a real browser: signed in at a real issuer, worked by keyboard, refused in words, kept nowhere."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, Page, expect

from services.accounting.cases.releases.cut import cut_release
from shared.testing.api import Api
from tests.accounting.conftest import QUIET, Accounting
from tests.accounting.test_identity import IN, NODIRA, OUT
from tests.accounting.test_parked import park
from tests.accounting.test_status import Horizon
from tests.accounting.test_timeline import EVENTS, crossing
from tests.browser.signing_in import issuer_of, sign_in
from tests.browser.test_site import CONTRASTS, DESK, PHONE

pytestmark = pytest.mark.browser
expect.set_options(timeout=60_000)  # an outer limit: what is waited for is a state


@pytest.fixture
async def issuer(api: Api) -> AsyncIterator[str]:
    async with issuer_of(api) as url:
        yield url


async def opened(browser: Browser, address: str, size: tuple[int, int], language: str) -> tuple[Page, list[str]]:
    """The page, and whatever its console says."""
    width, height = size
    context = await browser.new_context(viewport={"width": width, "height": height}, color_scheme="dark")
    page, troubles = await context.new_page(), list[str]()
    page.on("console", lambda message: troubles.append(message.text) if "403" not in message.text else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    await page.goto(f"{address}/work/{language}")
    return page, troubles


async def show(page: Page, name: str) -> None:
    await page.locator(f"#pages [data-page={name}]").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#shown")).not_to_have_attribute("aria-busy", "true")


async def looks_right_on_a_phone(browser: Browser, address: str, language: str) -> None:
    page, troubles = await opened(browser, address, PHONE, language)
    await sign_in(page, "statistician", "#pages")
    await show(page, "reviews")
    await page.locator("#content .entries button").first.click()
    await expect(page.locator("#content .table")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    lowest = await page.evaluate(CONTRASTS)
    assert lowest[0][0] >= 4.5, lowest[:3]
    assert troubles == []


async def works_as_operator(page: Page) -> None:
    """Every page but the review: the register is ahead, and does not answer who reconciles."""
    said, content = page.locator("#said"), page.locator("#content")
    await show(page, "parked")
    await expect(said).to_have_text("Shown: 1.")
    for verb, state in (("Send again", "waits to be taken up again"), ("Not wanted", "marked as not wanted")):
        await content.get_by_role("button", name=verb).focus()
        await page.keyboard.press("Enter")
        await expect(content).to_contain_text(state)
    await show(page, "status")
    assert await content.locator("tbody td").all_inner_texts() == ["is read", "—", "5", "4", "0", "1"]
    await show(page, "reconciliation")
    await content.get_by_label("Register").fill("portal")
    await page.keyboard.press("Enter")
    await expect(said).to_contain_text("records out of place: ")
    await expect(content.locator("tbody").first).to_contain_text("portaldoes not answer")


async def reviews(page: Page) -> None:
    """The one doubt there is: compared, and a word said on it."""
    said, content = page.locator("#said"), page.locator("#content")
    await show(page, "reviews")
    await expect(said).to_have_text("Shown: 1.")
    await content.locator(".entries button").focus()
    await page.keyboard.press("Enter")
    await expect(said).to_have_text("The two records are shown side by side.")
    assert await page.evaluate("document.activeElement.tagName") == "H3"
    sexes = content.locator("tbody tr", has_text="Sex").locator("td")
    assert sorted(await sexes.all_inner_texts()) == ["F", "M"]
    await expect(content).to_contain_text("another sex")
    await content.locator("#verdict").select_option("same")
    await content.locator("#reason").select_option("entry_error")
    await content.locator("#note").fill("<b>The passport was seen.</b>")
    await page.keyboard.press("Enter")
    await expect(said).to_have_text("Your verdict is recorded; figures follow within seconds.")
    await expect(content).to_contain_text("<b>The passport was seen.</b>")


async def compares_releases(page: Page) -> None:
    said, content = page.locator("#said"), page.locator("#content")
    await show(page, "releases")
    await expect(said).to_have_text("Shown: 2.")
    await content.get_by_role("button", name="Compare with the one before: 2").press("Enter")
    await expect(content.locator("h3")).to_have_text("From release 1 to release 2")
    moved = content.locator("tbody tr", has_text="late records: 1")
    assert await moved.first.locator("td").all_inner_texts() == ["2024", "0", "1", "late records: 1"]


@pytest.mark.usefixtures("issuer")
async def test_a_reviewer_signs_in_compares_and_says_and_others_are_refused(
    browser: Browser, api: Api, written: Accounting, address: str
) -> None:
    await written.take([EVENTS[0], crossing(901, *IN, NODIRA), crossing(902, *OUT, NODIRA | {"sex": "M"})])
    await park(written, 1)
    await cut_release(written.connection, QUIET)
    await written.take([crossing(903, "entry", "2024-02-10T10:15:00+05:00")])
    await cut_release(written.connection, QUIET)
    api.app.state.sources = [Horizon(5)]
    for language in ("kk", "ru"):
        await looks_right_on_a_phone(browser, address, language)
    page, troubles = await opened(browser, address, DESK, "en")
    said, content = page.locator("#said"), page.locator("#content")
    await sign_in(page, "statistician", "#pages")
    await expect(said).to_have_text("You are signed in. Choose a page.")
    assert page.url == f"{address}/work/en"
    assert await page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]

    await reviews(page)
    left = await api.client.get("/v1/reviews", headers=api.token("statistician"))
    assert left.json()["items"] == [], "what a word settles is in doubt no more"
    await compares_releases(page)

    await page.locator("#sign-out").focus()
    await page.keyboard.press("Enter")
    await expect(content).to_be_empty()
    await sign_in(page, "operator", "#pages")
    await show(page, "reviews")
    await expect(said).to_contain_text("Your role does not allow this: This needs one of the roles: statistician")
    await works_as_operator(page)
    await page.goto(f"{address}/work/en?code=stolen&state=foreign")
    await expect(said).to_contain_text("this sign-in did not begin on this page")
    await expect(page.locator("#pages")).to_be_hidden()
    assert troubles == []
