"""More than a server takes, by connections or by requests of one client: what is refused costs the others little.
Further connections are refused in the house's form, and open ones go on."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from shared.http import limits
from shared.http.app import make_app
from shared.testing.serving import Served, serving
from tests.shared.http.conftest import api, client_of


async def silent(stack: AsyncExitStack, served: Served) -> asyncio.StreamReader:
    """A connection by which nothing is asked, once the server knows of it or has closed it."""
    known = len(served.server.server_state.connections)
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    stack.callback(writer.close)
    async with asyncio.timeout(20):
        while len(served.server.server_state.connections) <= known and not reader.at_eof():  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    return reader


async def test_a_connection_too_many_is_told_when_to_come_again_and_open_ones_go_on(
    settings_with: Callable[..., Any], border: dict[str, str]
) -> None:
    app = make_app("sample", "Sample", settings_with(), [api])
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(serving(app, connections=2))
        known, late = [await stack.enter_async_context(httpx.AsyncClient(base_url=served.url)) for _ in range(2)]
        assert (await known.get("/v1/figures")).status_code == 200
        await silent(stack, served)

        refused = await late.get("/v1/figures", headers={"Accept-Language": "ru"})
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert refused.json()["type"].endswith("/problems/unavailable")
        assert refused.headers["Content-Language"] == "ru"
        assert refused.headers["Connection"] == "close", "no further connection is held"
        sent = await late.post("/v1/streams", content=b"x" * 10, headers=border)
        assert sent.status_code == 503
        assert (await late.get("/health/live")).status_code == 200, "health is told of in any case"

        for _ in range(3):
            assert (await known.get("/v1/figures")).status_code == 200, "the open connection is served as before"
        assert len(served.server.server_state.connections) == 3


async def test_beyond_twice_as_many_a_connection_is_closed_unread(settings_with: Callable[..., Any]) -> None:
    app = make_app("sample", "Sample", settings_with(), [api])
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(serving(app, connections=1))
        known = await stack.enter_async_context(httpx.AsyncClient(base_url=served.url))
        assert (await known.get("/v1/figures")).status_code == 200
        waiting = await silent(stack, served)
        closed = await silent(stack, served)
        assert await asyncio.wait_for(closed.read(), 20) == b""
        assert not waiting.at_eof()
        assert (await known.get("/v1/figures")).status_code == 200


async def test_who_waited_for_a_place_is_served_once_there_is_one(settings_with: Callable[..., Any]) -> None:
    app = make_app("sample", "Sample", settings_with(), [api])
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(serving(app, connections=1))
        first, second = [httpx.AsyncClient(base_url=served.url) for _ in range(2)]
        await stack.enter_async_context(second)
        assert (await first.get("/v1/figures")).status_code == 200
        assert (await second.get("/health/live")).status_code == 200  # surplus, and open from now on
        assert (await second.get("/v1/figures")).status_code == 503
        assert (await second.get("/health/live")).status_code == 200
        await first.aclose()
        async with asyncio.timeout(20):
            while len(served.server.server_state.connections) > 1:  # noqa: ASYNC110
                await asyncio.sleep(0.001)
        assert (await second.get("/v1/figures")).status_code == 200


async def test_a_refusal_is_held_back_while_others_are_served(
    settings_with: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks again at once, whatever Retry-After says, would take what those who are served need."""
    monkeypatch.setattr(limits, "HELD", 3_600)
    app = make_app("sample", "Sample", settings_with(max_rate=0.001), [api])
    async with client_of(app) as loud:
        assert (await loud.get("/v1/figures")).status_code == 200
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(loud.get("/v1/figures"), 0.1)
        assert (await loud.get("/health/live")).status_code == 200
        elsewhere = httpx.ASGITransport(app, client=("192.0.2.7", 1))
        async with httpx.AsyncClient(transport=elsewhere, base_url="http://x") as other:
            assert (await other.get("/v1/figures")).status_code == 200
