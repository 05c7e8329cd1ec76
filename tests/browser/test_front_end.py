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
from services.portal.app import make_app as make_portal
from shared import clock
from shared.kernel.iin import check_digit
from shared.testing.api import Api, StartApi
from tests.portal.authority import Authority

pytestmark = pytest.mark.browser
expect.set_options(timeout=60_000)  # an outer limit: what is waited for is a state

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "front-end"
MODULES = Path(__file__).parents[1] / "contracts" / "node" / "node_modules"
"""The same versions as the example's own lock names."""
RUSSIAN = re.compile("[а-я]")
HOST = f"80051530012{check_digit('80051530012')}"


@dataclass
class Abroad:
    """The example at its address, and all that its pages' consoles said."""

    address: str
    services: dict[str, Api]
    authority: Authority
    issuer: str
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
    built: Path, start_api: StartApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Abroad]:
    authority = Authority("NCA TEST", clock.now())
    authority.write_trust(tmp_path)
    authority.write_list(tmp_path)
    own, sign_in, *ports = free_block(3)
    here, issuer = f"http://127.0.0.1:{own}", f"http://127.0.0.1:{sign_in}"
    monkeypatch.setenv("KOSH_FRONTENDS", here)
    monkeypatch.setenv("KOSH_SIGNATURES_TRUSTED", str(tmp_path))
    monkeypatch.setenv("KOSH_SIGNATURES_REVOCATION", str(tmp_path))
    services = {"portal": await start_api("portal", make_portal)}
    await services["portal"].up_to_date_with("permits")
    addresses = {name: f"http://127.0.0.1:{port}" for name, port in zip(services, ports, strict=True)}
    async with AsyncExitStack() as stack:
        apps = {sign_in: make_issuer(services["portal"].keys, issuer)}
        apps |= {port: api.app for port, api in zip(ports, services.values(), strict=True)}
        for port, app in apps.items():
            server = uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_level="warning"))
            running = asyncio.create_task(server.serve())
            stack.push_async_callback(asyncio.wait, {running})
            stack.callback(setattr, server, "should_exit", True)
        told = {name.upper(): address for name, address in addresses.items()} | {"PORT": str(own), "ISSUER": issuer}
        served = await asyncio.create_subprocess_exec(
            "node", "serve.mjs", cwd=built, env=os.environ | told, stdout=subprocess.PIPE
        )
        stack.push_async_callback(served.wait)
        stack.callback(served.terminate)
        assert served.stdout is not None
        assert await served.stdout.readline() == f"{here}/\n".encode()
        yield Abroad(here, services, authority, issuer)


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


async def test_a_host_reports_a_guest_and_gets_the_receipt(browser: Browser, abroad: Abroad, tmp_path: Path) -> None:
    page = await abroad.signed_in(browser, "host", "ru", iin=HOST)
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
    await page.locator("#signature").set_input_files(await sign(page, abroad.authority, tmp_path))  # type: ignore[arg-type]
    await page.locator("#send").click()

    for wrong in ("sex", "citizenship"):  # each at its own field, in the page's language
        await expect(page.locator(f"#error-{wrong}")).to_have_text(RUSSIAN)
        assert await page.locator(f"#{wrong}").get_attribute("aria-describedby") == f"error-{wrong}"
    assert await page.locator(".error").count() == 2
    assert await page.evaluate("document.activeElement.id") in ("sex", "citizenship")
    await page.locator("#sex").select_option("M")
    await page.locator("#citizenship").fill("UZB")
    await expect(page.locator("#to-sign")).to_be_hidden()  # what was signed is another document
    await page.locator("#send").click()
    await page.locator("#send").click()
    await expect(page.locator("#error-signature")).to_have_text(RUSSIAN)
    await page.locator("#signature").set_input_files(await sign(page, abroad.authority, tmp_path))  # type: ignore[arg-type]
    await page.locator("#send").click()

    await expect(page.locator("#said")).to_have_text("Уведомление принято.")
    portal = abroad.services["portal"]
    as_host = portal.token("host", iin=HOST)
    (kept,) = (await portal.client.get("/v1/host-notifications", headers=as_host)).json()["notices"]
    given = (await portal.client.get(f"/v1/host-notifications/{kept['id']}/receipt", headers=as_host)).json()
    shown = await page.locator("#receipt tr").all_inner_texts()
    assert shown[:2] == [f"Номер\t{given['number']}", f"Подано\t{today}"]
    assert [trouble for trouble in abroad.troubles if "422" not in trouble] == []
