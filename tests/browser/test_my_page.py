"""The page for the person in a real browser, before a real register and a real accounting: merged by time, whoever is
silent named, nothing of a stranger's text become markup, the token kept nowhere."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
import uvicorn
from playwright.async_api import Browser, Page, expect

from services.accounting.app import make_app as make_accounting
from services.accounting.settings import AccountingSettings
from services.portal.app import make_app as make_portal
from services.portal.cases.border.border_alert import PORTAL
from services.portal.cases.stays import overstay_run
from shared.audit import access_log
from shared.audit.access_log import Subject
from shared.identity.callers import Caller
from shared.kernel.iin import check_digit
from shared.outbox.unit_of_work import unit_of_work
from shared.testing.api import Api, StartApi
from shared.testing.people import crossing, person
from tests.browser.test_site import CONTRASTS, DESK, PHONE

pytestmark = pytest.mark.browser
expect.set_options(timeout=60_000)  # an outer limit: what is waited for is a state

IIN = f"90050130001{check_digit('90050130001')}"
OTHER = f"90050130002{check_digit('90050130002')}"
ATTACK = '<img src=x onerror="window.attacked=1"><script>window.attacked=1</script> \'"&amp;'
READS = 130
"""More than a page of the log."""


@dataclass(frozen=True)
class Servers:
    """Portal and accounting at their addresses; permits is silent, the others have no address."""

    portal: Api
    address: str

    def token(self, **claims: Any) -> str:
        headers = self.portal.token("citizen", **({"iin": IIN} | claims))
        return headers["Authorization"].removeprefix("Bearer ")


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
        for api, listening in ((register, portal), (accounting, own)):
            server = uvicorn.Server(uvicorn.Config(api.app, lifespan="off", log_level="warning"))
            running = asyncio.create_task(server.serve(sockets=[listening]))
            stack.push_async_callback(asyncio.wait, {running})
            stack.callback(setattr, server, "should_exit", True)
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


async def opened(browser: Browser, servers: Servers, size: tuple[int, int], language: str) -> tuple[Page, list[str]]:
    """The page, and whatever its console says but that permits is silent."""
    width, height = size
    context = await browser.new_context(viewport={"width": width, "height": height}, color_scheme="dark")
    page, troubles = await context.new_page(), list[str]()
    page.on(
        "console",
        lambda message: None if "ERR_CONNECTION_REFUSED" in message.text else troubles.append(message.text),
    )
    page.on("pageerror", lambda error: troubles.append(str(error)))
    await page.goto(f"{servers.address}/me?lang={language}")
    return page, troubles


async def test_by_keyboard_alone_one_sees_everything_and_contests(browser: Browser, servers: Servers) -> None:
    page, troubles = await opened(browser, servers, DESK, "en")
    said, keyboard = page.locator("#said"), page.keyboard
    for _ in range(6):
        await keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.id") == "token"
    await keyboard.type(servers.token())
    await keyboard.press("Enter")
    await expect(said).to_have_text("Uses shown: 101.")

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
    passed = await page.locator("#passed .entries").inner_text()
    assert "official statistics of migration" in passed

    await page.locator("#more").focus()
    await keyboard.press("Enter")
    await expect(page.locator("#more")).to_be_hidden()
    times = await page.eval_on_selector_all("#uses time", "all => all.map(each => Date.parse(each.dateTime))")
    assert times == sorted(times, reverse=True)
    assert len(times) >= READS + 2
    assert await page.evaluate("document.activeElement.id") == "uses-title"

    finding = page.locator("#findings li")
    await finding.locator("textarea").focus()
    await keyboard.type("I left on the train of 20 January.")
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    await expect(finding).to_contain_text("Your objection was taken.")
    state = await servers.portal.client.get("/v1/me/violations", headers=servers.portal.token("citizen", iin=IIN))
    assert [each["state"] for each in state.json()["findings"]] == ["contested"]

    assert page.url == f"{servers.address}/me?lang=en"
    kept = "[document.cookie, localStorage.length, sessionStorage.length, document.getElementById('token').value]"
    assert await page.evaluate(kept) == ["", 0, 0, ""]
    await page.locator("#forget").focus()
    await keyboard.press("Enter")
    await expect(page.locator("#found li")).to_have_count(0)
    assert troubles == []


async def test_on_a_phone_in_three_languages_and_for_nobody_by_a_bad_token(browser: Browser, servers: Servers) -> None:
    expected = {"kk": "Көрсетілген пайдалану: 101.", "ru": "Показано обращений: 101.", "en": "Uses shown: 101."}
    for language, sentence in expected.items():
        page, troubles = await opened(browser, servers, PHONE, language)
        await page.locator("#token").fill(f"Bearer {servers.token()}")
        await page.locator("#ask button[type=submit]").click()
        await expect(page.locator("#said")).to_have_text(sentence)
        assert await page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
        lowest = await page.evaluate(CONTRASTS)
        assert (len(lowest) > 100, lowest[0][0] >= 4.5) == (True, True), lowest[:3]
        assert troubles == []
    for token in ("не токен", servers.token(ttl=timedelta(seconds=-60))):
        await page.locator("#token").fill(token)
        await page.locator("#token").press("Enter")
        await expect(page.locator("#said")).to_contain_text("token")
        assert await page.locator("#found").is_hidden()
    await page.locator("#token").fill(servers.token(iin=OTHER))
    await page.locator("#token").press("Enter")
    await expect(page.locator("#said")).to_have_text("Uses shown: 1.")
    assert await page.locator("#findings .entries li").count() == 0
