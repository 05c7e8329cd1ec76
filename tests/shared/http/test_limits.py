"""Overload, oversize and slowness are refused early, with the way on, and leave the service as it was."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from ipaddress import IPv6Address
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from hypothesis import given
from hypothesis import strategies as st

from shared.http import limits, server
from shared.http.app import make_app
from shared.http.limits import Places
from shared.http.routes import router
from shared.identity import buckets
from shared.identity.buckets import Buckets, network_of
from shared.identity.callers import public, requires
from shared.identity.scope import no_record
from shared.testing.serving import serving
from tests.shared.http.conftest import TokenFor, api, client_of

SettingsWith = Callable[..., Any]
NDJSON = {"Content-Type": "application/x-ndjson"}
JSON = {"Content-Type": "application/json"}


async def parts(*sizes: int) -> AsyncIterator[bytes]:
    for size in sizes:
        yield b"x" * size


@pytest.fixture
def small(settings_with: SettingsWith) -> FastAPI:
    return make_app("sample", "Sample", settings_with(max_body=1_000), [api])


async def test_a_body_that_announces_too_much_is_not_read(small: FastAPI, border: dict[str, str]) -> None:
    async with client_of(small) as client:
        answer = await client.post("/v1/streams", content=b"x" * 1_001, headers=border)
    assert (answer.status_code, answer.headers["Connection"]) == (413, "close")
    assert answer.json()["type"].endswith("/body-too-large")
    assert "1000 bytes" in answer.json()["detail"]


async def test_a_body_that_announces_nothing_is_counted(small: FastAPI, border: dict[str, str]) -> None:
    async with client_of(small) as client:
        assert (await client.post("/v1/streams", content=parts(600, 400), headers=border)).json() == {"bytes": 1_000}
        assert (await client.post("/v1/streams", content=parts(600, 401), headers=border)).status_code == 413
        assert (
            await client.post("/v1/things/1", content=parts(600, 401), headers={**border, **JSON})
        ).status_code == 413


async def test_lines_may_be_without_end(small: FastAPI, border: dict[str, str]) -> None:
    async with client_of(small) as client:
        answer = await client.post("/v1/streams", content=parts(*[900] * 50), headers={**border, **NDJSON})
        assert answer.json() == {"bytes": 45_000}
        disguised = await client.post("/v1/things/1", content=parts(600, 600), headers={**border, **NDJSON})
        assert disguised.status_code == 415


async def test_a_client_that_asks_too_often_waits(settings_with: SettingsWith) -> None:
    app = make_app("sample", "Sample", settings_with(max_rate=0.001), [api])
    async with client_of(app) as client:
        assert (await client.get("/v1/figures")).status_code == 200
        refused = await client.get("/v1/figures")
        assert refused.status_code == 429
        assert 900 <= int(refused.headers["Retry-After"]) <= 1_000
        assert (await client.get("/health/live")).status_code == 200


async def test_made_up_tokens_are_of_one_address(settings_with: SettingsWith, as_role: TokenFor) -> None:
    app = make_app("sample", "Sample", settings_with(max_rate=0.001), [api])
    true = as_role()["Authorization"]
    made_up = ["Bearer made.up.one", "Bearer made.up.two", f"{true}x", "Basic eDp4", f"Bearer {'a' * 9_000}"]
    async with client_of(app) as client:
        answers = [await client.get("/v1/figures", headers={"Authorization": each}) for each in made_up]
    assert [answer.status_code for answer in answers] == [401, 429, 429, 429, 429]


async def test_a_verified_subject_has_a_bucket_of_its_own_however_many_tokens_and_addresses(
    settings_with: SettingsWith, as_role: TokenFor
) -> None:
    app = make_app("sample", "Sample", settings_with(max_rate=0.001), [api])
    app.state.subjects = Buckets(1.5)  # a burst of three
    first, second, other = as_role(subject="a"), as_role(subject="a", purpose="b"), as_role(subject="c")

    async def asked(host: str, headers: dict[str, str]) -> int:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(host, 1)), base_url="http://x") as each:
            return (await each.get("/v1/figures", headers=headers)).status_code

    assert [await asked("192.0.2.1", first), await asked("192.0.2.2", second)] == [200, 200]
    assert await asked("192.0.2.1", first) == 200, "a token that was verified is not counted by its address"
    assert [await asked(f"192.0.2.{host}", first) for host in (3, 4)] == [429, 429]
    assert await asked("192.0.2.5", other) == 200
    assert await asked("192.0.2.5", {}) == 429, "the first request with a token was counted by its address"


async def test_addresses_that_nobody_can_reach_us_from_choose_no_bucket(settings_with: SettingsWith) -> None:
    app = make_app("sample", "Sample", settings_with(max_rate=0.001), [api])
    async with serving(app) as served, httpx.AsyncClient(base_url=served.url) as client:
        answers = [await client.get("/v1/figures", headers={"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 429, 429]


async def test_the_address_is_what_the_trusted_proxy_says(settings_with: SettingsWith) -> None:
    app = make_app("sample", "Sample", settings_with(max_rate=0.001), [api])
    async with serving(app, trusted_proxies="127.0.0.0/8") as served:
        asked = "POST /v1/figures HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: {}\r\n"
        asked += "Transfer-Encoding: chunked\r\n\r\n0\r\nX-Forwarded-For: {}\r\n\r\n"
        said = [("192.0.2.1", "192.0.2.1"), ("192.0.2.2", "192.0.2.2"), ("192.0.2.1", "192.0.2.3")]
        answers = [await raw(served.port, asked.format(*each).encode()) for each in said]
    assert [answer[9:12] for answer in answers] == [b"405", b"405", b"429"], "a trailer is no header"


def test_patience_is_counted_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = [100.0]
    monkeypatch.setattr(buckets, "monotonic", lambda: moment[0])
    clients = Buckets(rate=2)
    assert [clients.wait("a") for _ in range(5)] == [0, 0, 0, 0, 0.5]
    moment[0] += 0.5
    assert [clients.wait("a"), clients.wait("a")] == [0, 0.5]
    moment[0] += 1_000
    assert [clients.wait("a") for _ in range(5)] == [0, 0, 0, 0, 0.5]


def test_only_so_many_clients_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "CLIENTS", 10)
    clients = Buckets(rate=1)
    for number in range(100):
        clients.wait(str(number))
    assert len(clients._left) == 10


@given(st.integers(0, 2**128 - 1), st.integers(0, 2**64 - 1))
def test_a_host_cannot_choose_its_bucket_within_its_network(address: int, other: int) -> None:
    host = IPv6Address(address)
    sibling = IPv6Address(address >> 64 << 64 | other)
    if host.ipv4_mapped is None and sibling.ipv4_mapped is None:
        assert network_of(str(host)) == network_of(str(sibling)) == network_of(f"{sibling}%eth0")
    beside = IPv6Address((address + 2**64) % 2**128)
    assert network_of(str(beside)) != network_of(str(host))


def test_an_address_of_the_older_kind_is_one_however_it_is_written() -> None:
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of("no:address") == "no:address"


@given(st.integers(1, 40), st.lists(st.tuples(st.sampled_from("abcde"), st.booleans()), max_size=200))
def test_places_are_never_too_many_and_a_newcomer_has_any_that_is_free(
    number: int, steps: list[tuple[str, bool]]
) -> None:
    places, held = Places(number), Counter[str]()
    for client, comes in steps:
        if comes:
            free = number - held.total()
            taken = places.take(client)
            assert taken == (held[client] < free), "as many as are left free: the first always while there is one"
            held[client] += taken
        elif held[client]:
            places.leave(client)
            held[client] -= 1
    for client in held.elements():
        places.leave(client)
    assert not places._held, "nobody is remembered who holds nothing"


@given(st.integers(1, 300), st.integers(1, 10))
def test_those_who_flood_leave_as_much_room_as_each_of_them_takes(number: int, clients: int) -> None:
    places = Places(number)
    held = [0] * clients
    while any(gained := [places.take(str(client)) for client in range(clients)]):
        held = [before + more for before, more in zip(held, gained, strict=True)]
    assert number - sum(held) >= number // (clients + 1)
    assert max(held) - min(held) <= 1


async def test_work_at_the_same_time_is_bounded_and_recovers(settings_with: SettingsWith) -> None:
    slow, go_on, running = router(), asyncio.Event(), asyncio.Semaphore(0)

    @slow.get("/v1/slow", dependencies=[public()])
    async def wait() -> str:
        running.release()
        await go_on.wait()
        return "done"

    app = make_app("sample", "Sample", settings_with(max_running=6), [slow])
    async with client_of(app) as client:
        waiting = [asyncio.create_task(client.get("/v1/slow")) for _ in range(3)]
        for _ in range(3):
            await running.acquire()
        refused = await client.get("/v1/slow")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert (await client.get("/health/ready")).status_code == 200
        elsewhere = httpx.ASGITransport(app, client=("192.0.2.7", 1))
        async with httpx.AsyncClient(transport=elsewhere, base_url="http://x") as other:
            assert (await other.get("/v1/nothing")).status_code == 404, "half of the places are for others"
        go_on.set()
        assert [answer.status_code for answer in await asyncio.gather(*waiting)] == [200, 200, 200]
        assert (await client.get("/v1/slow")).status_code == 200


async def test_bodies_that_do_not_come_leave_places_for_others(
    settings_with: SettingsWith, border: dict[str, str]
) -> None:
    """Half of the places at most wait for one client, and others pass."""
    lines, go_on, waiting = router(), asyncio.Event(), asyncio.Semaphore(0)

    @lines.post("/v1/lines", dependencies=[public()])
    async def read(request: Request) -> int:
        return len(await request.body())

    @lines.get("/v1/lines", dependencies=[requires("border", scope=no_record("a test"))])
    async def known() -> int:
        return 0

    async def stalled() -> AsyncIterator[bytes]:
        yield b"1"
        waiting.release()
        await go_on.wait()
        yield b"2"

    app = make_app("sample", "Sample", settings_with(max_running=4), [lines])
    async with client_of(app) as client:
        assert (await client.get("/v1/lines", headers=border)).status_code == 200  # its token is verified from now on
        held = [asyncio.create_task(client.post("/v1/lines", content=stalled())) for _ in range(2)]
        for _ in held:
            await waiting.acquire()
        refused = await client.post("/v1/lines", content=b"more")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert (await client.get("/v1/lines", headers=border)).status_code == 200
        assert (await client.post("/v1/lines", content=b"more", headers=border)).json() == 4
        go_on.set()
        assert [answer.json() for answer in await asyncio.gather(*held)] == [2, 2]
        assert (await client.post("/v1/lines", content=b"more")).json() == 4


async def test_too_many_headers(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/figures", headers=[(f"x-{number}", "1") for number in range(120)])
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (431, "headers-too-large")


async def raw(port: int, *chunks: bytes) -> bytes:
    """What the server says before it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for chunk in chunks:
            writer.write(chunk)
            await writer.drain()
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_a_head_without_end_is_cut(app: FastAPI) -> None:
    async with serving(app) as served:
        endless = [b"GET / HTTP/1.1\r\nHost: x\r\n", *[b"X-More: " + b"a" * 10_000 + b"\r\n"] * 10]
        assert (await raw(served.port, *endless))[:12] in (b"HTTP/1.1 431", b"")
        one_value = [b"GET / HTTP/1.1\r\nX-Long: ", *[b"a" * 10_000] * 10]
        assert (await raw(served.port, *one_value))[:12] in (b"HTTP/1.1 431", b"")
        assert not served.server.server_state.connections


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nX-Long: " + b"a" * 70_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X-Many: 1\r\n" * 8_000 + b"\r\n",
        b"GET /?" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
    ],
)
async def test_a_head_that_comes_at_once_is_counted_too(app: FastAPI, head: bytes) -> None:
    async with serving(app) as served:
        assert (await raw(served.port, head))[:12] in (b"HTTP/1.1 431", b"")
        fits = b"GET /health/live HTTP/1.1\r\nConnection: close\r\nX-Long: " + b"a" * 60_000 + b"\r\n\r\n"
        assert (await raw(served.port, fits))[:12] == b"HTTP/1.1 200"


@pytest.mark.parametrize("endless", [b"0\r\nX-Trailer: ", b"0\r\n" + b"X-Trailer: 1\r\n" * 30_000, b"1;extension="])
async def test_what_follows_a_body_has_an_end(app: FastAPI, border: dict[str, str], endless: bytes) -> None:
    head = f"POST /v1/streams HTTP/1.1\r\nHost: x\r\nAuthorization: {border['Authorization']}\r\n"
    async with serving(app) as served:
        chunks = [f"{head}Transfer-Encoding: chunked\r\n\r\n".encode(), endless, *[b"a" * 10_000] * 100]
        assert await raw(served.port, *chunks) == b"", "it is cut off before patience ends with 408"
        assert not served.server.server_state.connections


async def dripped(port: int, head: bytes, drop: bytes) -> None:
    """Ends when the server closes the connection, however often a drop comes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    reading = asyncio.create_task(reader.read())
    writer.write(head)
    try:
        while not reading.done():
            writer.write(drop)
            await asyncio.sleep(0.02)
    finally:
        writer.close()


@pytest.mark.parametrize(
    "head",
    [
        b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /v1/streams HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n",
    ],
)
async def test_empty_lines_and_the_rest_of_a_refused_body_hold_no_connection(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, head: bytes
) -> None:
    monkeypatch.setattr(server, "HEAD_PATIENCE", 0.2)
    async with serving(app) as served:
        await asyncio.wait_for(dripped(served.port, head, b"\r\n"), 10)
        assert not served.server.server_state.connections


async def test_a_refused_body_that_comes_whole_leaves_the_connection_open(app: FastAPI) -> None:
    refused = b"POST /v1/streams HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"
    async with serving(app) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(refused)
        assert (await reader.readuntil(b"}"))[:12] == b"HTTP/1.1 401"
        writer.write(b"late" + b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert b"HTTP/1.1 200" in await reader.read()
        writer.close()


async def test_a_head_that_does_not_come_is_not_waited_for(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "HEAD_PATIENCE", 0.05)
    async with serving(app) as served:
        assert await raw(served.port) == b""
        assert await raw(served.port, b"GET /v1/fig") == b""
        after_one = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\nGET /he"
        assert (await raw(served.port, after_one)).count(b"HTTP/1.1 200") == 1


async def test_a_body_that_does_not_come_is_not_waited_for(
    app: FastAPI, border: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PATIENCE", 0.05)
    head = f"POST /v1/things/1 HTTP/1.1\r\nHost: x\r\nAuthorization: {border['Authorization']}\r\n"
    async with serving(app) as served:
        asked = f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{".encode()
        answer = await raw(served.port, asked)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"/problems/too-slow" in answer


async def test_our_own_slowness_is_not_the_clients(border: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PATIENCE", 0.2)
    scope = {"headers": [], "type": "http"}
    messages = iter([{"type": "http.request", "body": b"x", "more_body": more} for more in (True, True, False)])

    async def receive() -> dict[str, Any]:
        return next(messages)

    bounded = limits._bounded(scope, receive, 1_000)
    for _ in range(3):
        await asyncio.sleep(0.15)  # the work between two chunks
        assert (await bounded())["body"] == b"x"


async def test_waiting_for_a_disconnect_has_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PATIENCE", 0.01)
    gone = asyncio.Event()
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    bounded = limits._bounded({"headers": [], "type": "http"}, receive, 1_000)
    await bounded()
    listening = asyncio.ensure_future(bounded())
    await asyncio.sleep(0.05)
    assert not listening.done()
    gone.set()
    assert (await listening)["type"] == "http.disconnect"


async def test_an_answer_that_is_not_read_is_not_kept(
    settings_with: SettingsWith, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "READER_PATIENCE", 0.1)
    endless, ended = router(), asyncio.Event()

    @endless.get("/v1/endless", dependencies=[public()])
    async def stream() -> StreamingResponse:
        async def chunks() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"x" * 65_536
                    await asyncio.sleep(0)
            finally:
                ended.set()

        return StreamingResponse(chunks())

    app = make_app("sample", "Sample", settings_with(), [endless])
    async with serving(app) as served:
        _, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1_024)
        writer.write(b"GET /v1/endless HTTP/1.1\r\nHost: x\r\n\r\n")
        await asyncio.wait_for(ended.wait(), 20)
        writer.close()
