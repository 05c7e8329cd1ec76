"""gzip where it is asked for, of what is worth it, and never of what its reader must get byte by byte."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import Response
from fastapi.responses import StreamingResponse

from shared.http.app import make_app
from shared.http.compression import SMALLEST, takes_gzip
from shared.http.routes import router
from shared.identity.callers import public
from tests.shared.http.conftest import client_of

LARGE = b"[" + b'{"name": "value"},' * 1_000 + b"0]"
GZIP = {"Accept-Encoding": "gzip"}
ANSWER: Any = {
    "content": {"application/json": {"schema": {"type": ["array", "string"]}}},
    "headers": {"ETag": {"schema": {"type": "string"}}},
}
LINES: Any = {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}
OPTIONS: Any = {"dependencies": [public()], "response_class": Response, "responses": {200: ANSWER}}


@pytest.fixture
async def client(settings_with: Any) -> AsyncIterator[httpx.AsyncClient]:
    routes = router()

    @routes.get("/v1/large", **OPTIONS)
    async def large() -> Response:
        return Response(LARGE, media_type="application/json", headers={"Vary": "Accept", "ETag": 'W/"a"'})

    @routes.get("/v1/small", **OPTIONS)
    async def small() -> Response:
        return Response(b'"' + b"a" * (SMALLEST - 3) + b'"', media_type="application/json")

    @routes.get("/v1/versioned", **OPTIONS)
    async def versioned() -> Response:
        return Response(LARGE, media_type="application/json", headers={"ETag": '"3"'})

    async with client_of(make_app("sample", "Sample", settings_with(), [routes])) as found:
        yield found


async def raw(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> tuple[httpx.Headers, bytes]:
    async with client.stream("GET", path, headers=headers) as answer:
        return answer.headers, b"".join([part async for part in answer.aiter_raw()])


async def test_a_large_answer_is_coded_where_asked_and_says_to_caches_that_it_may_be(client: httpx.AsyncClient) -> None:
    headers, body = await raw(client, "/v1/large", GZIP)
    assert (headers["Content-Encoding"], headers["Content-Length"]) == ("gzip", str(len(body)))
    assert (zlib.decompress(body, 31), len(body) < len(LARGE) / 5) == (LARGE, True)
    plain, whole = await raw(client, "/v1/large", {"Accept-Encoding": "identity"})
    assert ("Content-Encoding" in plain, whole) == (False, LARGE)
    assert headers["Vary"] == plain["Vary"] == "Accept, Accept-Encoding"


@pytest.mark.parametrize("path", ["/v1/small", "/v1/versioned", "/v1/nothing"])
async def test_small_answers_problems_and_versions_of_records_stay_as_they_are(
    client: httpx.AsyncClient, path: str
) -> None:
    headers, _ = await raw(client, path, GZIP)
    assert "Content-Encoding" not in headers


async def test_a_problem_in_another_language_is_whole(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/nothing", headers={**GZIP, "Accept-Language": "ru"})
    assert (answer.status_code, answer.json()["title"]) == (404, "Не найдено")


async def test_each_part_of_a_stream_can_be_read_when_it_is_sent(settings_with: Any) -> None:
    """Of what was sent with a part its reader can decode that part, and need not wait for another."""
    routes = router()
    sent: list[Any] = []

    @routes.get("/v1/stream", dependencies=[public()], response_class=StreamingResponse, responses={200: LINES})
    async def stream() -> Response:
        async def parts() -> AsyncIterator[bytes]:
            for number in range(3):
                yield b"[%d]\n" % number

        return StreamingResponse(parts(), media_type="application/x-ndjson")

    app = make_app("sample", "Sample", settings_with(), [routes])

    async def send(message: Any) -> None:
        sent.append(message)

    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        return asked.pop() if asked else await asyncio.Event().wait()  # the client stays

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/v1/stream",
        "raw_path": b"/v1/stream",
        "query_string": b"",
        "headers": [(b"accept-encoding", b"gzip")],
        "client": ("127.0.0.1", 1),
        "app": app,
    }
    await app(scope, receive, send)
    decoder = zlib.decompressobj(31)
    decoded = [decoder.decompress(each["body"]) for each in sent[1:]]
    assert [part for part in decoded if part] == [b"[0]\n", b"[1]\n", b"[2]\n"]
    assert decoder.eof


async def test_head_tells_of_the_coding(client: httpx.AsyncClient) -> None:
    answer = await client.head("/v1/large", headers=GZIP)
    assert (answer.headers["Content-Encoding"], answer.content) == ("gzip", b"")


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        (None, False),
        ("", False),
        ("gzip", True),
        ("deflate, GZip;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000, *", False),
        ("*", True),
        ("*;q=0", False),
        ("identity", False),
        ("x-gzip", True),
        ("gzipped", False),
        ("gzip;q=2", False),
    ],
)
def test_what_a_reader_takes(accepted: str | None, taken: bool) -> None:
    assert takes_gzip(accepted) is taken
