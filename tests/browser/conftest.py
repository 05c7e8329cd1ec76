"""A real Chromium before a real server."""

import os
import shutil
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

# The API and its one writer, as accounting's own tests have them.
from tests.accounting.conftest import api, written
from tests.accounting.publish.conftest import address

__all__ = ["address", "api", "written"]

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install Debian's package chromium, or name one by CHROMIUM")
    async with async_playwright() as playwright:
        # Its own sandbox cannot be had in a container; it visits nothing but our own page.
        opened = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        await opened.close()
