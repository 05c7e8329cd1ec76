"""The end of a process and the end of an answer, on a real socket."""

import asyncio
import json
import logging
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from deploy.local.issuer import environment
from shared.http.app import make_app
from shared.http.routes import router
from shared.identity.callers import public
from shared.testing.serving import serving


async def test_an_answer_that_breaks_off_is_seen_to_break_off(app: FastAPI) -> None:
    async with serving(app) as served, httpx.AsyncClient(base_url=served.url) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/v1/broken-stream")
        assert (await client.get("/health/live")).status_code == 200


async def test_what_runs_may_end_and_what_waits_is_told(settings_with: Any) -> None:
    patient, begun = router(), asyncio.Event()

    @patient.get("/v1/wait", dependencies=[public()])
    async def wait_for_the_end() -> str:
        begun.set()
        await app.state.stopping.wait()
        return "ended in order"

    app = make_app("sample", "Sample", settings_with(), [patient])
    async with serving(app) as served, httpx.AsyncClient(base_url=served.url) as client:
        waiting = asyncio.create_task(client.get("/v1/wait"))
        await begun.wait()
        served.server.handle_exit(signal.SIGUSR1, None)
        assert (await waiting).json() == "ended in order"
        served.server._captured_signals.clear()  # uvicorn would raise it again: here it was no signal
        await served.ended
        with pytest.raises(httpx.ConnectError):
            await client.get("/health/live")


PROCESS = """
from shared.http.app import make_app
from shared.http.server import run
from shared.settings import ServiceSettings
from tests.shared.http.conftest import api

run(make_app("sample", "Sample", ServiceSettings.of("sample"), [api]))
"""


@pytest.mark.parametrize("asked_by", [signal.SIGTERM, signal.SIGINT])
async def test_a_process_tells_in_json_and_ends_when_asked(issuer: Path, asked_by: signal.Signals) -> None:
    own = {"KOSH_SAMPLE_DATABASE_URL": "postgresql+asyncpg://nowhere/none", "KOSH_SAMPLE_PORT": "0"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROCESS),
        env={**os.environ, **environment(issuer), **own},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    told = []
    async for line in process.stdout:
        told.append(json.loads(line))
        if address := re.search(r"http://\S+", told[-1]["message"]):
            async with httpx.AsyncClient() as client:
                assert (await client.get(f"{address[0]}/v1/failures/KARIMOV")).status_code == 500
            process.send_signal(asked_by)
    assert await process.wait() in (0, -asked_by)
    (answered,) = [line for line in told if line["logger"] == "kosh.request" and line["level"] == "INFO"]
    assert (answered["service"], answered["route"], answered["status"]) == ("sample", "/v1/failures/{kind}", 500)
    assert "KARIMOV" not in str(told)


async def test_the_server_does_not_say_what_it_is(app: FastAPI) -> None:
    async with serving(app) as served, httpx.AsyncClient(base_url=served.url) as client:
        answer = await client.get("/v1/figures")
    assert "server" not in answer.headers
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_what_a_caller_was_shown_is_kept_by_no_cache(client: httpx.AsyncClient, border: dict[str, str]) -> None:
    assert (await client.get("/v1/figures", headers=border)).headers["Cache-Control"] == "no-store"
    assert "Cache-Control" not in (await client.get("/v1/figures")).headers


async def cut_off(url: str, path: str, token: dict[str, str], body: bytes, *framing: str) -> None:
    """Sends the head and the beginning of a body, and goes away."""
    at = httpx.URL(url)
    reader, writer = await asyncio.open_connection(at.host, at.port)
    head = [f"POST {path} HTTP/1.1", "Host: kosh", "Content-Type: application/json", *framing]
    head += [f"{name}: {value}" for name, value in token.items()]
    writer.write("\r\n".join([*head, "", ""]).encode() + body)
    writer.write_eof()
    await reader.read()
    writer.close()


@pytest.mark.parametrize("path", ["/v1/streams", "/v1/things/1"])
@pytest.mark.parametrize(
    ("body", "framing"), [(b'{"source', "Content-Length: 60"), (b"5\r\n{", "Transfer-Encoding: chunked")]
)
async def test_a_client_that_goes_away_is_no_failure_of_ours(
    app: FastAPI, border: dict[str, str], path: str, body: bytes, framing: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(app) as served:
        await cut_off(served.url, path, border, body, framing)
        await cut_off(served.url, path, border, body, framing)
    told = (await app.state.metrics.exposition()).decode()  # now that everything has ended
    answers = re.findall(r'kosh_http_answers_total\{method="POST",route="[^"]+",status="(\d+)"\} (\S+)', told)
    assert answers == [("499", "2.0")]
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == []


@pytest.mark.parametrize("target", ["http://kosh", "http://kosh?a=/b", "http://kosh/", "/"])
async def test_an_address_in_absolute_form_needs_no_path(app: FastAPI, target: str) -> None:
    async with serving(app) as served:
        at = httpx.URL(served.url)
        reader, writer = await asyncio.open_connection(at.host, at.port)
        writer.write(f"GET {target} HTTP/1.1\r\nHost: kosh\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 404 ")  # of the service's own: the sample has no first page
    assert b"application/problem+json" in answer
