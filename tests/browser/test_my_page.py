"""The page for the person in a real browser, before a real register and a real accounting: signed in, merged by time,
whoever is silent named, nothing of a stranger's text become markup, the token kept nowhere; and the officer's page on
which the person's objection is answered."""

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect

from services.accounting.app import make_app as make_accounting
from services.accounting.settings import AccountingSettings
from services.portal.app import make_app as make_portal
from services.portal.cases.border.border_alert import PORTAL
from services.portal.cases.stays import overstay_run
from shared.audit import access_log
from shared.audit.access_log import Subject
from shared.identity.callers import Caller
from shared.inbox.feed import FeedSource
from shared.kernel.iin import check_digit
from shared.outbox.unit_of_work import unit_of_work
from shared.testing.api import Api, StartApi
from shared.testing.people import crossing, person
from tests.accounting.conftest import Accounting, intake_of
from tests.accounting.test_reconcile import AsConsumer, Both
from tests.browser.signing_in import issuer_of, served, sign_in
from tests.browser.test_site import CONTRASTS, DESK, PHONE, faults

pytestmark = pytest.mark.browser
expect.set_options(timeout=60_000)  # an outer limit: what is waited for is a state

IIN = f"90050130001{check_digit('90050130001')}"
OTHER = f"90050130002{check_digit('90050130002')}"
ATTACK = '<img src=x onerror="window.attacked=1"><script>window.attacked=1</script> \'"&amp;'
READS = 130
"""More than a page of the log."""


@dataclass(frozen=True)
class Servers:
    """Portal, accounting and the issuer at their addresses; permits is silent, the others have no address."""

    portal: Api
    address: str


@pytest.fixture
async def servers(start_api: StartApi, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Servers]:
    async with AsyncExitStack() as stack:
        own, portal, silent = (stack.enter_context(socket.socket()) for _ in range(3))
        for each in (own, portal, silent):
            each.bind(("127.0.0.1", 0))
        here, there, nowhere = (f"http://127.0.0.1:{each.getsockname()[1]}" for each in (own, portal, silent))
        monkeypatch.setenv("KOSH_FRONTENDS", here)
        monkeypatch.setenv("KOSH_REGISTER_ADDRESSES", f"portal={there} permits={nowhere}")
        monkeypatch.setenv("KOSH_ACCOUNTING_IDENTITY_SECRET", "a secret of the tests alone")
        monkeypatch.setenv("KOSH_FEED_PORTAL_URL", there)
        register = await start_api("portal", make_portal)
        accounting = await start_api("accounting", lambda _: make_accounting(AccountingSettings.of("accounting")))
        await fill(register, accounting)
        await lost_by(register, accounting, there, stack)
        for api, listening in ((register, portal), (accounting, own)):
            await stack.enter_async_context(served(api.app, listening))
        await stack.enter_async_context(issuer_of(accounting))
        yield Servers(register, here)


async def fill(portal: Api, accounting: Api) -> None:
    """Somebody who stays too long, whose record was read often and changed for a reason that is an attack; last,
    everybody's classification was read."""
    await portal.up_to_date_with("permits")
    body = crossing(person=person(iin=IIN, citizenship="KOR"), crossed_at="2026-01-01T10:00:00+05:00")
    entered = await portal.client.post("/v1/border-crossings", json=body, headers=portal.token("border"))
    assert (await overstay_run.run(portal.engine, date(2026, 3, 1), PORTAL)).recorded == 1
    officer = Caller("officer-7", frozenset({"migration-police"}), agency="police-75")
    aziz = Subject(iin=IIN)
    async with unit_of_work(portal.engine) as unit:
        read = [(str(number), aziz) for number in range(READS)]
        await access_log.log_search(unit.connection, officer, "residence_permit", read, "a check of the house")
        await access_log.log_access(
            unit.connection, officer, "change", "border_crossing", entered.json()["id"], aziz, ATTACK
        )
    async with unit_of_work(accounting.engine) as unit:
        await access_log.log_everybody(unit.connection, officer, "classification")


async def lost_by(portal: Api, accounting: Api, address: str, stack: AsyncExitStack) -> None:
    """Accounting has read all that the portal told, and lost it."""
    feed = FeedSource("portal", address, AsConsumer(portal.consumer("accounting")), httpx.ASGITransport(portal.app))
    stack.push_async_callback(feed.close)
    accounting.app.state.sources = accounting.app.state.feeds = [feed]
    connection = await intake_of(accounting.database)
    stack.push_async_callback(connection.close)
    await Both(portal, accounting, Accounting(accounting.database, connection), connection, feed, {}).take(lose=True)


async def opened(browser: Browser, address: str, size: tuple[int, int]) -> tuple[Page, list[str]]:
    """The page at the address, and whatever its console says but that permits is silent."""
    width, height = size
    context = await browser.new_context(viewport={"width": width, "height": height}, color_scheme="dark")
    page, troubles = await context.new_page(), list[str]()
    expected = ("ERR_CONNECTION_REFUSED", "400 (Bad Request)")  # permits, and a code that the issuer refuses
    page.on(
        "console",
        lambda message: None if any(each in message.text for each in expected) else troubles.append(message.text),
    )
    page.on("pageerror", lambda error: troubles.append(str(error)))
    await page.goto(address)
    return page, troubles


async def awaiting(page: Page, agency: str) -> Locator:
    """The work page of findings, as an officer of that agency sees it."""
    await sign_in(page, "migration-police", "#pages", agency=agency)
    await page.locator("#pages [data-page=findings]").press("Enter")
    await expect(page.locator("#shown")).not_to_have_attribute("aria-busy", "true")
    return page.locator("#content .entries > li")


async def altered(route: Route) -> None:
    """The portal's answer, in which the person's name is markup: no register takes such a name."""
    answer = await route.fetch()
    told = await answer.json()
    for each in told["findings"]:
        each["violation"]["record"]["person"]["surname"] = ATTACK
    await route.fulfill(response=answer, json=told)


async def test_a_finding_is_contested_by_the_person_and_answered_by_an_officer_of_the_region(
    browser: Browser, servers: Servers
) -> None:
    page, troubles = await opened(browser, f"{servers.address}/me/en", DESK)
    said, keyboard = page.locator("#said"), page.keyboard
    for _ in range(6):
        await keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.id") == "sign-in"
    await page.clock.install()
    await sign_in(page, "citizen", "#inside", iin=IIN)
    await expect(said).to_have_text("Uses shown: 101.")

    await shows_uses_and_records(page)
    await page.locator("#more").press("Enter")
    await expect(page.locator("#more")).to_be_hidden()
    times = await page.eval_on_selector_all("#uses time", "all => all.map(each => Date.parse(each.dateTime))")
    assert (times == sorted(times, reverse=True), len(times) >= READS + 2) == (True, True)
    assert await page.evaluate("document.activeElement.id") == "uses-title"

    finding = page.locator("#findings li")
    await finding.locator("textarea").fill("I left on the train of 20 January.")
    await finding.locator("button").press("Enter")
    await expect(finding).to_contain_text("Your objection was taken.")
    assert page.url == f"{servers.address}/me/en"
    assert await page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
    await page.clock.fast_forward(3_600_000)  # a page that is left open shows nothing when its token has ended
    await expect(said).to_contain_text("The token has expired")
    await expect(page.locator("#inside li")).to_have_count(0)

    await answered_by_an_officer(browser, servers)
    await reconciled_by_an_operator(browser, servers)
    await sign_in(page, "citizen", "#inside", iin=IIN)
    await expect(finding).to_contain_text("confirmed by an officer")
    assert await finding.locator("form").count() == 0
    await page.locator("#sign-out").press("Enter")
    await expect(page.locator("#inside li")).to_have_count(0)
    assert troubles == []


async def shows_uses_and_records(page: Page) -> None:
    assert await page.locator("#silent li").all_inner_texts() == [
        "Permits for foreign labour: does not answer",
        "Kandas: its address is not known to this page",
        "Consular registration: its address is not known to this page",
    ]
    first, second = (await page.locator("#uses .entries li").all_inner_texts())[:2]
    assert ("classification of crossings" in first, "Statistics" in first) == (True, True)
    assert (ATTACK in second, "Police department: Almaty City" in second) == (True, True), second
    assert await page.locator("#uses img, #uses script").count() == 0
    assert await page.evaluate("window.attacked") is None
    assert "official statistics of migration" in await page.locator("#passed .entries").inner_text()
    crossing_held = page.locator("#records li", has_text="border crossing")
    await crossing_held.locator("summary").press("Enter")
    await expect(crossing_held).to_contain_text("CitizenshipRepublic of Korea")
    assert await page.locator("#records li").count() == 2  # the crossing, and the violation that a run found
    assert await faults(page) == []


async def answered_by_an_officer(browser: Browser, servers: Servers) -> None:
    elsewhere, _ = await opened(browser, f"{servers.address}/work/en", DESK)
    await expect(await awaiting(elsewhere, "police-11")).to_have_count(0)
    await expect(elsewhere.locator("#said")).to_have_text("There is nothing here.")
    page, troubles = await opened(browser, f"{servers.address}/work/en", DESK)
    await page.route("**/v1/violations:awaiting?*", altered)
    finding = await awaiting(page, "police-75")
    await expect(finding).to_contain_text(ATTACK)
    await expect(finding).to_contain_text("I left on the train of 20 January.")
    assert (await page.locator("#content img").count(), await page.evaluate("window.attacked")) == (0, None)
    assert await faults(page) == []
    await finding.locator("textarea").fill("The carrier's list does not name you.")
    await finding.get_by_role("button", name="Confirm").press("Enter")
    await expect(finding).to_contain_text("it counts as a violation from now on")
    await page.locator("#pages [data-page=findings]").press("Enter")
    await expect(page.locator("#said")).to_have_text("There is nothing here.")
    assert troubles == []


async def reconciled_by_an_operator(browser: Browser, servers: Servers) -> None:
    page, troubles = await opened(browser, f"{servers.address}/work/en", DESK)
    await sign_in(page, "operator", "#pages")
    await page.locator("#pages [data-page=reconciliation]").press("Enter")
    await page.get_by_label("Register").fill("portal")
    await page.keyboard.press("Enter")
    await expect(page.locator("#said")).to_contain_text("records out of place: ")
    sources, days, records = await page.locator("#content .table").all()
    await expect(sources).to_contain_text("portaldiffers")
    lost = days.locator("tr", has_text="border_crossing.v1").locator("td")
    assert await lost.all_inner_texts() == ["portal", "border_crossing.v1", "1", "0", "0", "0", "1"]
    await expect(records.locator("tr", has_text="border_crossing.v1")).to_contain_text("missing")
    assert troubles == []


async def test_on_a_phone_in_three_languages_and_for_nobody_by_a_forged_sign_in(
    browser: Browser, servers: Servers
) -> None:
    expected = {"kk": "Көрсетілген пайдалану: 101.", "ru": "Показано обращений: 101.", "en": "Uses shown: 101."}
    for language, sentence in expected.items():
        page, troubles = await opened(browser, f"{servers.address}/me/{language}", PHONE)
        await sign_in(page, "citizen", "#inside", iin=IIN)
        await expect(page.locator("#said")).to_have_text(sentence)
        for whole in await page.locator("#records summary").all():
            await whole.press("Enter")
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
        lowest = await page.evaluate(CONTRASTS)
        assert (len(lowest) > 100, lowest[0][0] >= 4.5) == (True, True), lowest[:3]
        assert troubles == []
    await page.locator("#sign-out").press("Enter")
    await sign_in(page, "citizen", "#inside", iin=OTHER)
    await expect(page.locator("#said")).to_have_text("Uses shown: 1.")
    assert await page.locator("#findings .entries li, #records .entries li").count() == 0
    await page.locator("#sign-out").press("Enter")
    here, token = f"{servers.address}/me/en", servers.portal.token("citizen", iin=IIN)["Authorization"].split()[1]
    for forged, refused in {
        "?code=stolen&state=foreign": "this sign-in did not begin on this page",
        f"?access_token={token}#access_token={token}&token_type=Bearer": "",
        "?code=forged&state={state}": "The code is unknown, used or too old.",
        "?code=forged&state={state}&iss=https://evil.example": "answered otherwise than expected",
    }.items():
        asked = {"state": [""]}
        if "{state}" in forged:
            await page.locator("#sign-in").press("Enter")
            await page.wait_for_url("**/authorize?*")
            asked = parse_qs(urlsplit(page.url).query)
        await page.goto(here + forged.format(state=asked["state"][0]))
        await expect(page.locator("#said")).to_contain_text(refused)
        assert (await page.locator("#sign-in").is_visible(), await page.locator("#inside").is_hidden()) == (True, True)
    assert troubles == []
