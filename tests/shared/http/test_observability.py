"""A record can be followed, a failure found, a load seen: and nobody's data with it."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from shared.http.app import make_app
from shared.http.metrics_port import metrics_served
from shared.http.routes import router
from shared.identity.callers import public
from shared.telemetry.logs import JsonLines, failure
from shared.telemetry.metrics import CONTENT_TYPE, Metrics
from shared.telemetry.tracing import Tracing, current_trace_id, current_traceparent
from tests.shared.http.conftest import TokenFor, client_of

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
traced = router()


@traced.get("/v1/persons/{name}", dependencies=[public()])
async def trace_of(name: str) -> dict[str, str | None]:
    return {"traceparent": current_traceparent()}


@pytest.fixture
def traced_app(settings_with: Any) -> FastAPI:
    return make_app("sample", "Sample", settings_with(), [traced])


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    yield exporter
    exporter.shutdown()


async def asked(app: FastAPI, path: str = "/v1/persons/KARIMOV?iin=900501300123", **headers: str) -> str:
    async with client_of(app) as client:
        found: str = (await client.get(path, headers=headers)).json()["traceparent"]
    return found


async def test_a_trace_goes_through_though_nothing_is_exported(traced_app: FastAPI) -> None:
    assert await asked(traced_app, traceparent=PARENT) == PARENT


async def test_every_request_has_a_trace_of_its_own(traced_app: FastAPI) -> None:
    first, second = await asked(traced_app), await asked(traced_app)
    assert first != second
    assert (len(first), first[:3], first[-3:]) == (55, "00-", "-01")
    assert current_traceparent() is None


@pytest.mark.parametrize(
    "bad",
    ["", "x", PARENT[:-1], PARENT + "0", PARENT.upper(), PARENT.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32)],
)
async def test_what_is_no_traceparent_begins_a_new_trace(traced_app: FastAPI, bad: str) -> None:
    assert (await asked(traced_app, traceparent=bad))[3:35] != PARENT[3:35]


def spans_of(exporter: InMemorySpanExporter, tracing: Tracing) -> dict[str, ReadableSpan]:
    tracing.close()
    return {span.name: span for span in exporter.get_finished_spans()}


async def test_a_request_is_a_span_without_what_was_asked(settings_with: Any, exporter: InMemorySpanExporter) -> None:
    tracing = Tracing("sample", exporter)
    app = make_app("sample", "Sample", settings_with(), [traced], tracing=tracing)
    handed_on = await asked(app, traceparent=PARENT)
    span = spans_of(exporter, tracing)["GET /v1/persons/{name}"]
    assert span.context is not None
    assert span.parent is not None
    assert span.kind is SpanKind.SERVER
    assert handed_on == f"{PARENT[:35]}-{span.context.span_id:016x}-01"
    assert f"{span.parent.span_id:016x}" == PARENT[36:52]
    assert dict(span.attributes or {}) == {
        "http.request.method": "GET",
        "http.route": "/v1/persons/{name}",
        "http.response.status_code": 200,
    }
    assert dict(span.resource.attributes) == {"service.name": "kosh-sample"}


def test_steps_lie_in_each_other_and_a_batch_names_those_it_serves(exporter: InMemorySpanExporter) -> None:
    tracing = Tracing("accounting", exporter)
    with tracing.span("batch", links=[PARENT, "nonsense"]) as batch, tracing.span("cube"):
        assert current_trace_id() == f"{batch.get_span_context().trace_id:032x}"
    with tracing.span("follows", parent=PARENT):
        assert current_trace_id() == PARENT[3:35]
    spans = spans_of(exporter, tracing)
    assert spans["cube"].parent == spans["batch"].context
    assert [f"{link.context.trace_id:032x}" for link in spans["batch"].links] == [PARENT[3:35]]
    assert spans["batch"].parent is None


def test_a_failing_step_keeps_the_failures_text_to_itself(exporter: InMemorySpanExporter) -> None:
    tracing = Tracing("sample", exporter)
    with pytest.raises(ValueError, match="KARIMOV"), tracing.span("step"):
        raise ValueError("KARIMOV")
    assert "KARIMOV" not in spans_of(exporter, tracing)["step"].to_json()


async def test_a_request_is_one_line_without_what_was_asked(
    traced_app: FastAPI, as_role: TokenFor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    lines: list[str] = []
    formatter = JsonLines("sample")
    async with client_of(traced_app) as client:
        await client.get("/v1/persons/KARIMOV?iin=900501300123", headers=as_role("clerk", iin="900501300123"))
        await client.get("/v1/nowhere/KARIMOV")
    lines = [formatter.format(record) for record in caplog.records if record.name == "kosh.request"]
    told = [json.loads(line) for line in lines]
    assert [(line["method"], line["route"], line["status"]) for line in told] == [
        ("GET", "/v1/persons/{name}", 200),
        ("GET", "(none)", 404),
    ]
    assert {"at", "level", "service", "logger", "message", "ms"} <= told[0].keys()
    assert not any(secret in line for line in lines for secret in ("KARIMOV", "900501300123", "Bearer"))


def test_a_failure_is_told_by_its_way_not_by_its_words() -> None:
    try:
        try:
            raise KeyError("900501300123")
        except KeyError as error:
            raise ValueError("KARIMOV") from error
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "failed\n<Task KARIMOV>", (), (ValueError, error, None))
    line = JsonLines("sample").format(record)
    told = json.loads(line)
    assert [step["type"] for step in told["failure"]] == ["builtins.ValueError", "builtins.KeyError"]
    assert told["message"] == "failed"
    assert "KARIMOV" not in line
    assert "900501300123" not in line


def test_of_failures_in_a_group_each_is_told() -> None:
    group = ExceptionGroup("tasks", [KeyError("a name"), ExceptionGroup("more", [OSError("a number")])])
    assert [step["type"].partition(".")[2] for step in failure(group)] == [
        "ExceptionGroup", "KeyError", "ExceptionGroup", "OSError",
    ]  # fmt: skip


async def test_answers_are_counted_by_route_and_never_by_address(traced_app: FastAPI) -> None:
    async with client_of(traced_app) as client:
        for name in ("KARIMOV", "ASANOVA"):
            await client.get(f"/v1/persons/{name}")
        await client.get("/v1/nowhere/KARIMOV")
        figures = (await traced_app.state.metrics.exposition()).decode()
    assert 'kosh_http_answers_total{method="GET",route="/v1/persons/{name}",status="200"} 2.0' in figures
    assert 'kosh_http_answers_total{method="GET",route="(none)",status="404"} 1.0' in figures
    assert 'kosh_http_request_seconds_count{method="GET",route="/v1/persons/{name}"} 2.0' in figures
    assert 'kosh_service{service="sample"} 1.0' in figures
    assert "KARIMOV" not in figures


async def test_a_gauge_is_read_when_it_is_asked_for_and_is_no_number_when_it_cannot_be(
    client: httpx.AsyncClient, app: FastAPI
) -> None:
    metrics: Metrics = app.state.metrics
    values: dict[str, Any] = {"one": 1.0, "many": {"portal": 3.0}}

    async def one() -> float:
        return float(values["one"])

    async def many() -> dict[str, float]:
        return dict(values["many"])

    metrics.watch("kosh_one", "One number", one)
    metrics.watch("kosh_many", "One for each source", many, label="source")
    figures = (await metrics.exposition()).decode()
    assert "kosh_one 1.0" in figures
    assert 'kosh_many{source="portal"} 3.0' in figures
    values.update(one="broken", many=None)
    figures = (await metrics.exposition()).decode()
    assert "kosh_one NaN" in figures
    assert 'kosh_many{source="portal"}' not in figures


async def test_figures_have_a_port_of_their_own_and_no_other(client: httpx.AsyncClient, app: FastAPI) -> None:
    assert (await client.get("/metrics")).status_code == 404
    async with metrics_served(app.state.metrics, "127.0.0.1", 0) as port, httpx.AsyncClient() as prometheus:
        answer = await prometheus.get(f"http://127.0.0.1:{port}/metrics")
        assert (answer.status_code, answer.headers["content-type"]) == (200, CONTENT_TYPE)
        assert "kosh_http_answers" in answer.text
        assert (await prometheus.get(f"http://127.0.0.1:{port}/v1/things")).status_code == 404
    async with metrics_served(app.state.metrics, "127.0.0.1", None) as port:
        assert port is None
