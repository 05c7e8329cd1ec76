"""Whoever asks others knows a connection that could not be had by httpx's own errors alone."""

import asyncio
import socket
import struct
from contextlib import suppress
from threading import Event
from typing import Any

import httpx
import pytest
import uvloop

from shared.client import HttpClient


class Transport(httpx.AsyncBaseTransport):
    """Fails as it is told."""

    def __init__(self, peer: Any) -> None:
        self._peer = peer

    async def handle_async_request(self, _request: httpx.Request) -> httpx.Response:
        self._peer.getpeername()
        raise AssertionError("it has no such attribute")


async def test_a_socket_that_is_gone_is_no_connection_and_a_mistake_of_ours_stays_one() -> None:
    async with HttpClient(transport=Transport(None)) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("http://peer.test/")
        with pytest.raises(httpx.ConnectError):
            async with client.stream("GET", "http://peer.test/"):
                raise AssertionError("it was answered")
    async with HttpClient(transport=Transport(object())) as client:
        with pytest.raises(AttributeError):
            await client.get("http://peer.test/")


def test_a_peer_that_resets_every_connection_is_told_by_httpx_errors_alone() -> None:
    """As a proxy before a service that is not there does."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.1)
        found = uvloop.run(ask_again_and_again(listening))
    assert found
    assert [each for each in found if not issubclass(each, httpx.HTTPError)] == []


async def ask_again_and_again(listening: socket.socket) -> list[type[BaseException]]:
    asked_all = Event()
    resetting = asyncio.create_task(asyncio.to_thread(reset_all, listening, asked_all))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
    async with HttpClient(timeout=5) as client:
        asked = (client.get(address) for _ in range(100))
        answers = [result for each in asked for result in await asyncio.gather(each, return_exceptions=True)]
    asked_all.set()
    await resetting
    return [type(answer) for answer in answers if isinstance(answer, BaseException)]


def reset_all(listening: socket.socket, asked_all: Event) -> None:
    """Resets (RST) each connection as it is accepted, until all was asked."""
    while not asked_all.is_set():
        with suppress(TimeoutError):
            accepted, _ = listening.accept()
            accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            accepted.close()
