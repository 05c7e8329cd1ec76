"""The example front end of a stranger (docs/examples/front-end) in a real browser: built as its README says, served
from an origin of its own, before the running services and the development issuer's sign-in."""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
import uvicorn
from playwright.async_api import Browser, Page, expect

from contracts.export import FOLDER
from deploy.local.ports import free_block
from deploy.local.sign_in import make_app as make_issuer
from deploy.services import SERVICES
from services.consular.app import make_app as make_consular
from services.permits.app import make_app as make_permits
from services.portal.app import make_app as make_portal
from shared import clock
from shared.kernel.calendar import add_days
from shared.kernel.iin import check_digit
from shared.testing.api import Api, StartApi
from tests.browser.test_site import faults
from tests.permits import steps
from tests.portal.authority import Authority

pytestmark = pytest.mark.browser
expect.set_options(timeout=60_000)  # an outer limit: what is waited for is a state

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "front-end"
MODULES = Path(__file__).parents[1] / "contracts" / "node" / "node_modules"
"""The same versions as the example's own lock names."""
WHY = "<b>a call</b> from the employer"
RUSSIAN = re.compile("[а-я]")
HOST = f"80051530012{check_digit('80051530012')}"


@dataclass
class Abroad:
    """The example at its address, and all that its pages' consoles said."""

    address: str
    docs: str
    service: Api
    authority: Authority
    troubles: list[str] = field(default_factory=list)

    async def signed_in(self, browser: Browser, role: str, language: str, **numbers: str) -> Page:
        """The page of somebody who has come back from the issuer."""
        page = await (await browser.new_context()).new_page()
        page.on("console", lambda message: self.troubles.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        await page.goto(f"{self.address}/?lang={language}")
        await page.locator("#sign-in").click()
        await page.locator("#role").select_option(role)
        for name, value in numbers.items():
            await page.locator(f"#{name}").fill(value)
        await page.locator("button[type=submit]").click()
        await expect(page.locator("#stories")).to_be_visible()
        return page


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as its `build` makes it of today's contracts; what fits them no longer does not compile."""
    if not (shutil.which("node") and MODULES.exists()) and os.environ.get("CI") != "true":
        pytest.skip("the example's tools need node and npm; `make test` installs them where they are")
    folder = tmp_path_factory.mktemp("example") / "front-end"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("dist", "generated", "node_modules"))
    (folder / "node_modules").symlink_to(MODULES.resolve())
    made = subprocess.run(["node", "build.mjs", FOLDER / "http"], cwd=folder, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder


@pytest.fixture
async def abroad(
    built: Path, start_api: StartApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AsyncIterator[Abroad]:
    """Before the one service that the story asks; the others' addresses are silent."""
    authority = Authority("NCA TEST", clock.now())
    authority.write_trust(tmp_path)
    authority.write_list(tmp_path)
    own, sign_in, port, silent = free_block(4)
    here, issuer = f"http://127.0.0.1:{own}", f"http://127.0.0.1:{sign_in}"
    monkeypatch.setenv("KOSH_FRONTENDS", here)
    monkeypatch.setenv("KOSH_SIGNATURES_TRUSTED", str(tmp_path))
    monkeypatch.setenv("KOSH_SIGNATURES_REVOCATION", str(tmp_path))
    name, make_app, source = request.param
    service: Api = await start_api(name, make_app)
    if source is not None:
        await service.up_to_date_with(source)
    async with AsyncExitStack() as stack:
        for number, app in ((sign_in, make_issuer(service.keys, issuer)), (port, service.app)):
            server = uvicorn.Server(uvicorn.Config(app, port=number, lifespan="off", log_level="warning"))
            running = asyncio.create_task(server.serve())
            stack.push_async_callback(asyncio.wait, {running})
            stack.callback(setattr, server, "should_exit", True)
        told = {each.upper(): f"http://127.0.0.1:{port if each == name else silent}" for each in SERVICES}
        told |= {"PORT": str(own), "ISSUER": issuer}
        served = await asyncio.create_subprocess_exec(
            "node", "serve.mjs", cwd=built, env=os.environ | told, stdout=subprocess.PIPE
        )
        stack.push_async_callback(served.wait)
        stack.callback(served.terminate)
        assert served.stdout is not None
        assert await served.stdout.readline() == f"{here}/\n".encode()
        yield Abroad(here, f"http://127.0.0.1:{port}/docs", service, authority)


async def _asks_from_the_reference(page: Page, abroad: Abroad) -> None:
    """What whoever writes such a page reads (`/docs`): an operation is found, unfolded and asked, by keyboard alone."""
    await page.set_viewport_size({"width": 360, "height": 740})
    token = abroad.service.token("citizen", iin=HOST)["Authorization"].removeprefix("Bearer ")
    await page.goto(f"{abroad.docs}/en")
    assert await faults(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") == 360
    await page.locator("#token").fill(token)
    log = page.locator("#get_me_access_log")
    await log.locator("summary").focus()
    await page.keyboard.press("Enter")
    await log.get_by_role("button").focus()
    await page.keyboard.press("Enter")
    await expect(log.locator("pre[role=status]")).to_contain_text("200 application/json")
    assert token not in await page.content()
    assert [page.url, await page.evaluate("[localStorage.length, sessionStorage.length]")] == [
        f"{abroad.docs}/en",
        [0, 0],
    ]
    await page.goto(f"{abroad.docs}/kk#post_consular_registrations")
    sent = page.locator("#post_consular_registrations")
    await expect(sent.locator("textarea")).to_have_value(re.compile('"source_id"'))
    await sent.get_by_role("button").click()
    await expect(sent.locator("pre[role=status]")).to_contain_text(
        "401 application/problem+json"
    )  # the token went with the page
    abroad.troubles[:] = [trouble for trouble in abroad.troubles if "401" not in trouble]


async def fill(page: Page, values: dict[str, str]) -> None:
    for id, value in values.items():
        await page.locator(f"#{id}").fill(value)


async def sign(page: Page, authority: Authority, folder: Path) -> dict[str, Any]:
    """Downloads the document, signs it as the host's own program would, and chooses the file."""
    async with page.expect_download() as download:
        await page.locator("#document").click()
    document = await asyncio.to_thread((await (await download.value).path()).read_bytes)
    signature = await asyncio.to_thread(authority.person(HOST).sign, document, folder)
    return {"name": "notice.json.p7s", "mimeType": "application/pkcs7-signature", "buffer": signature}


def test_its_lock_names_the_tools_that_it_is_built_with_here() -> None:
    lock, installed = (
        orjson.loads((folder / "package-lock.json").read_bytes()) for folder in (EXAMPLE, MODULES.parent)
    )
    for tool in orjson.loads((EXAMPLE / "package.json").read_bytes())["devDependencies"]:
        named, there = (each["packages"][f"node_modules/{tool}"] for each in (lock, installed))
        assert (named["version"], named["integrity"]) == (there["version"], there["integrity"])
    assert [name for name, each in lock["packages"].items() if "resolved" in each] == []  # no registry's host


@pytest.mark.parametrize("abroad", [("portal", make_portal, "permits")], indirect=True)
async def test_a_host_reports_a_guest_and_gets_the_receipt(browser: Browser, abroad: Abroad, tmp_path: Path) -> None:
    page = await abroad.signed_in(browser, "host", "ru", iin=HOST)
    await page.locator("#host-story summary").click()
    assert page.url == f"{abroad.address}/?lang=ru"
    assert await page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
    today = clock.today().isoformat()
    guest = {
        "host-number": HOST,
        "surname": "KARIMOV",
        "given-names": "AZIZ",
        "birth-date": "1990-05-01",
        "citizenship": "UZZ",
    }
    guest |= {"passport-number": "FA1234567", "passport-state": "UZB", "address": "Abai avenue 10"}
    await fill(page, guest | {"kato": "750000000", "stay-from": today})
    await page.locator("#send").click()

    for wrong in ("sex", "citizenship"):  # each at its own field, in the page's language
        await expect(page.locator(f"#error-{wrong}")).to_have_text(RUSSIAN)
        assert await page.locator(f"#{wrong}").get_attribute("aria-describedby") == f"error-{wrong}"
    assert await page.locator(".error").count() == 2
    assert await page.evaluate("document.activeElement.id") in ("sex", "citizenship")
    await page.locator("#sex").select_option("M")
    await page.locator("#citizenship").fill("UZB")
    await expect(page.locator("#to-sign")).to_be_hidden()  # nothing is signed that would not be taken
    await page.locator("#send").click()
    await expect(page.locator("#to-sign")).to_be_visible()
    await page.locator("#send").click()
    await expect(page.locator("#error-signature")).to_have_text(RUSSIAN)
    await page.locator("#signature").set_input_files(await sign(page, abroad.authority, tmp_path))  # type: ignore[arg-type]
    await page.locator("#send").click()

    await expect(page.locator("#said")).to_have_text("Уведомление принято.")
    portal = abroad.service
    as_host = portal.token("host", iin=HOST)
    (kept,) = (await portal.client.get("/v1/host-notifications", headers=as_host)).json()["notices"]
    given = (await portal.client.get(f"/v1/host-notifications/{kept['id']}/receipt", headers=as_host)).json()
    shown = await page.locator("#receipt tr").all_inner_texts()
    assert shown[:2] == [f"Номер\t{given['number']}", f"Подано\t{today}"]
    assert [trouble for trouble in abroad.troubles if "422" not in trouble] == []


@pytest.mark.parametrize("abroad", [("permits", make_permits, "portal")], indirect=True)
async def test_an_employer_asks_how_many_it_may_hire_and_applies(browser: Browser, abroad: Abroad) -> None:
    permits, today = abroad.service, clock.today()
    await steps.register_employer(permits)
    await steps.set_quota(permits, steps.pool(3), year=today.year)
    page = await abroad.signed_in(browser, "employer", "en", bin=steps.EMPLOYER)
    await page.locator("#employer-story summary").click()
    await fill(page, {"bin": steps.EMPLOYER, "region": "75"})
    await page.locator("#ask-room").click()
    await expect(page.locator("#said")).to_have_text(f"May be hired on {today}")
    rooms = dict([row.split("\t", 1) for row in await page.locator("#rooms tr").all_inner_texts()])
    assert rooms["Category 3"].split(";")[0] == "3"
    assert rooms["Category 4"].startswith("0; ")  # with the reason: there is no such quota

    worker = {"surname": "KARIMOV", "birth-date": "1990-05-01", "citizenship": "UZB", "passport-number": "FA1234567"}
    await fill(page, {f"worker-{name}": value for name, value in (worker | {"passport-state": "UZB"}).items()})
    await page.locator("#worker-sex").select_option("M")
    await fill(page, {"category": "3", "occupation": "25", "wage": "-1", "valid-from": today.isoformat()})
    await page.locator("#apply").click()
    await expect(page.locator("#error-wage")).to_be_visible()
    await expect(page.locator("#error-valid-until")).to_have_text("Is required.")
    assert await page.locator(".error").count() == 2
    await fill(page, {"wage": "300000", "valid-until": add_days(today, 45).isoformat()})
    await page.locator("#apply").click()
    await expect(page.locator("#said")).to_have_text("The application was taken.")
    id = await page.locator("#applied td").first.inner_text()
    own = permits.token("employer", bin=steps.EMPLOYER)
    kept = (await permits.client.get(f"{steps.APPLICATIONS}/{id}", headers=own)).raise_for_status().json()
    assert kept["application"]["workers"][0]["wage"] == 300_000
    assert [trouble for trouble in abroad.troubles if "422" not in trouble] == []


@pytest.mark.parametrize("abroad", [("consular", make_consular, None)], indirect=True)
async def test_a_citizen_registers_and_sees_who_read_the_record(browser: Browser, abroad: Abroad) -> None:
    consular = abroad.service
    page = await abroad.signed_in(browser, "citizen", "kk", iin=HOST)
    await page.locator("#citizen-story summary").click()
    await fill(page, {"iin": HOST, "citizen-surname": "OSPANOV", "citizen-given-names": "DAULET", "city": "Ansan"})
    await fill(page, {"citizen-birth-date": "1980-05-15", "mission": "Seoul", "country": "KOR"})
    await page.locator("#citizen-sex").select_option("M")
    await page.locator("#purpose").select_option("work")
    await page.locator("#register").click()
    await expect(page.locator("#error-registered-on")).to_be_visible()
    await page.locator("#registered-on").fill(clock.today().isoformat())
    await page.locator("#register").click()
    await expect(page.locator("#said")).to_have_text("Сіз есепке тұрдыңыз.")
    mine = await consular.client.get("/v1/me/consular-registrations", headers=consular.token("citizen", iin=HOST))
    (entry,) = mine.json()
    consul = consular.token("consul", purpose=WHY)
    (await consular.client.get(f"/v1/consular-registrations/{entry['id']}", headers=consul)).raise_for_status()

    await page.locator("#ask-usage").click()
    await expect(page.locator("#usage tr").first).to_contain_text(WHY)
    assert await page.locator("#usage b").count() == 0
    await expect(page.locator("#said")).to_contain_text("Жауап бермегендер: portal, permits, kandas, accounting")
    await _asks_from_the_reference(page, abroad)
    expected = ("422", "ERR_CONNECTION_REFUSED")
    assert [trouble for trouble in abroad.troubles if not any(each in trouble for each in expected)] == []
