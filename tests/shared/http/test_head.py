"""HEAD is answered wherever GET is, alike but for the content (RFC 9110, 9.3.2)."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from shared.http.app import make_app
from shared.http.openapi import describe
from shared.http.routes import Lines, requirements, router
from shared.identity.callers import public
from shared.testing.serving import serving
from tests.shared.http.conftest import TokenFor, client_of

begun: list[str] = []
streams = router()


BATCH = {"Kosh-Batch": {"schema": {"type": "string"}}}


@streams.get(
    "/v1/lines", dependencies=[public()], response_class=Lines, responses={200: {"model": Any, "headers": BATCH}}
)
async def lines() -> Lines:
    async def produced() -> AsyncIterator[bytes]:
        begun.append("lines")
        yield b"1\n"

    return Lines(produced(), headers={"Kosh-Batch": "b"})


async def both(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> tuple[httpx.Response, httpx.Response]:
    return await client.get(path, headers=headers), await client.head(path, headers=headers)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/whoami", 200),
        ("/v1/figures", 200),
        ("/health/live", 200),
        ("/openapi.json", 200),
        ("/v1/failures/conflict", 409),
        ("/v1/failures/unforeseen", 500),
        ("/v1/nothing", 404),
    ],
)
async def test_head_has_status_and_headers_of_get_and_no_content(
    client: httpx.AsyncClient, as_role: TokenFor, path: str, status: int
) -> None:
    get, head = await both(client, path, as_role(iin="900501300120"))
    assert (get.status_code, head.status_code) == (status, status)
    assert get.content
    assert head.content == b""
    assert head.headers == get.headers


async def test_head_passes_the_same_gate(client: httpx.AsyncClient) -> None:
    get, head = await both(client, "/v1/whoami", {})
    assert head.status_code == get.status_code == 401
    assert head.headers["WWW-Authenticate"] == get.headers["WWW-Authenticate"]


async def test_where_there_is_no_get_there_is_no_head(client: httpx.AsyncClient, as_role: TokenFor) -> None:
    refused = await client.head("/v1/things/1", headers=as_role())
    assert (refused.status_code, refused.headers["Allow"], refused.content) == (405, "POST, PUT", b"")


async def test_a_stream_of_which_only_the_head_is_asked_is_not_begun(settings_with: Any) -> None:
    async with client_of(make_app("sample", "Sample", settings_with(), [streams])) as client:
        head = await client.head("/v1/lines")
        assert begun == []
        get = await client.get("/v1/lines")
    assert begun == ["lines"]
    assert (head.status_code, head.content, head.headers) == (200, b"", get.headers)


async def test_no_content_leaves_the_application(app: FastAPI) -> None:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    asked: dict[str, Any] = {
        "type": "http",
        "method": "HEAD",
        "path": "/v1/figures",
        "query_string": b"",
        "headers": [],
        "client": None,
    }
    await app(asked, receive, send)
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert (sent[0]["status"], sent[1]["body"], asked["method"]) == (200, b"", "HEAD")


async def test_over_a_real_connection_the_next_request_is_understood(app: FastAPI) -> None:
    async with serving(app) as served, httpx.AsyncClient(base_url=served.url) as client:
        get, head = await both(client, "/openapi.json", {})
        assert head.headers["Content-Length"] == get.headers["Content-Length"] == str(get.num_bytes_downloaded)
        assert (await client.get("/v1/figures")).json() == {"subject": None}


async def test_the_log_tells_that_it_was_a_head(client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "kosh.request"):
        await client.head("/v1/figures")
    (told,) = [record.fields for record in caplog.records if record.name == "kosh.request"]  # type: ignore[attr-defined]
    assert (told["method"], told["route"], told["status"]) == ("HEAD", "/v1/figures", 200)


def test_description_and_table_of_access_name_every_operation_once(app: FastAPI) -> None:
    assert not [path for path, operations in describe(app)["paths"].items() if "head" in operations]
    assert not [path for method, path in requirements(app.routes) if method == "HEAD"]
