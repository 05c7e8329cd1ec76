"""Signing in at the development issuer, by keyboard alone, on the pages of accounting."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from playwright.async_api import Page, expect
from starlette.applications import Starlette

from deploy.local.sign_in import make_app as make_issuer
from shared.testing.api import Api


@asynccontextmanager
async def served(app: Starlette, listening: socket.socket) -> AsyncIterator[str]:
    """The application at its address."""
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_level="warning"))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


@asynccontextmanager
async def issuer_of(api: Api) -> AsyncIterator[str]:
    """The issuer's sign-in, at which the pages of `api` sign in."""
    listening = socket.create_server(("127.0.0.1", 0))
    api.app.state.sign_in_issuer = url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    async with served(make_issuer(api.keys, url), listening):
        yield url


async def sign_in(page: Page, role: str, shown: str, **claims: str) -> None:
    """As somebody with the role; `shown` is what the page then shows."""
    await page.locator("#sign-in").focus()
    await page.keyboard.press("Enter")
    await page.locator("#role").select_option(role)
    for name, value in claims.items():
        await page.locator(f"#{name}").fill(value)
    await page.locator("button[type=submit]").press("Enter")
    await expect(page.locator(shown)).to_be_visible()
