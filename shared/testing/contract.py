"""Answers held to the contract: whatever an application answers in a test is checked against its own OpenAPI.

Every FastAPI application in the process of such a test is watched, behind an ASGI client or a real socket: address
and method are known, the status and the media type declared, the declared headers there, the body as its schema says
(lines of NDJSON each as an item of it), a refusal a Problem. And the other way round: what was taken (2xx) must have
been sent as the description asks. What breaks the contract fails the test during which it happened.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from starlette.types import Message, Receive, Scope, Send

from shared.http.openapi import describe
from shared.http.problems import MEDIA_TYPE
from shared.http.routes import LINES, NDJSON, media_type_of, template

LARGEST = 256 * 1024  # bytes of a body that are looked at: what is longer is more of the same
LINES_READ = 200
UNROUTED = {400, 404, 413, 429, 431, 500, 503}
"""What may be refused before any operation is found."""

NOTABLE = {"etag", "location", "last-modified", "kosh-batch", "kosh-position"}
"""Headers that tell a client how to go on: where they are sent they are declared."""

_JSON = ("application/json", "+json")

broken: list[str] = []
"""What broke the contract since the last test ended."""


@dataclass(slots=True)
class Exchange:
    """One request and its answer, as they passed."""

    method: str
    scope: Scope
    sent: bytearray = field(default_factory=bytearray)
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytearray = field(default_factory=bytearray)
    whole: bool = False  # answered to the end
    received: bool = False  # the request's body was read to its end

    @property
    def asked(self) -> dict[str, str]:
        return _headers(self.scope["headers"])


class Contract:
    """The description of one application, and a validator for each schema in it, made when it is first needed."""

    def __init__(self, app: FastAPI) -> None:
        self._document = describe(app)
        self._hidden = {route.path_format for route in iter_route_contexts(app.routes) if not route.include_in_schema}
        self._validators: dict[tuple[str, ...], Draft202012Validator] = {}

    def faults(self, exchange: Exchange) -> Iterator[str]:
        """Everything in `exchange` that the description does not say."""
        if _is_preflight(exchange):
            return
        path = template(exchange.scope)
        operations = self._document["paths"].get(path)
        if operations is None:
            if path not in self._hidden:
                yield from self._unrouted(exchange, UNROUTED)
            return
        method = "get" if exchange.method == "HEAD" else exchange.method.lower()
        operation = operations.get(method)
        if operation is None:
            yield from self._unrouted(exchange, UNROUTED | {405})
            return
        place = ("paths", path, method)
        yield from self._answer_faults(place, operation, exchange)
        if exchange.status < 300:
            yield from self._request_faults(place, operation, exchange)

    def _unrouted(self, exchange: Exchange, statuses: set[int]) -> Iterator[str]:
        if exchange.status not in statuses:
            yield "the operation is not described"
        elif exchange.status == 405 and "allow" not in exchange.headers:
            yield "Allow is missing"
        elif exchange.method != "HEAD":
            yield from self._problem_faults(exchange)

    def _problem_faults(self, exchange: Exchange) -> Iterator[str]:
        if media_type_of(exchange.headers.get("content-type")) != MEDIA_TYPE:
            yield "the refusal is no problem"
        else:
            yield from self._json_faults(("components", "schemas", "Problem"), exchange.answer)

    def _answer_faults(self, place: tuple[str, ...], operation: Any, exchange: Exchange) -> Iterator[str]:
        status = str(exchange.status)
        declared = operation["responses"].get(status)
        if declared is None:
            yield "the status is not declared"
            return
        place, declared = self._resolved((*place, "responses", status), declared)
        for name, header in declared.get("headers", {}).items():
            if header.get("required") and name.lower() not in exchange.headers:
                yield f"the header {name} is missing"
        known = {name.lower() for name in declared.get("headers", {})}
        yield from (f"the header {name} is not declared" for name in NOTABLE & exchange.headers.keys() - known)
        if exchange.method != "HEAD":
            yield from self._content_faults(place, declared.get("content", {}), exchange.headers, exchange.answer)

    def _request_faults(self, place: tuple[str, ...], operation: Any, exchange: Exchange) -> Iterator[str]:
        asked = exchange.asked
        for parameter in operation.get("parameters", []):
            required = parameter["in"] == "header" and parameter.get("required")
            if required and parameter["name"].lower() not in asked:
                yield f"was taken without the header {parameter['name']}, which is said to be required"
        body = operation.get("requestBody")
        if body is None or not exchange.received or not (exchange.sent or body.get("required")):
            return
        answered = exchange.answer if media_type_of(asked.get("content-type")) in LINES else b""
        found = self._content_faults((*place, "requestBody"), body["content"], asked, exchange.sent, answered)
        yield from (f"was taken, but in the request {fault}" for fault in found)

    def _content_faults(
        self,
        place: tuple[str, ...],
        content: Mapping[str, Any],
        headers: Mapping[str, str],
        body: bytes | bytearray,
        answered: bytes | bytearray = b"",
    ) -> Iterator[str]:
        """`answered`: the lines that answer those of `body`, which tell which of them were taken."""
        media_type = media_type_of(headers.get("content-type"))
        if media_type in LINES:
            media_type = NDJSON
        declared = {media_type_of(name): name for name in content}
        if not body and not declared:
            return
        if media_type not in declared and not (media_type.endswith("+json") and "application/json" in declared):
            yield f"the media type {media_type or '(none)'} is not declared"
            return
        name = declared.get(media_type, "application/json")
        place = (*place, "content", name, "schema")
        if not content[name].get("schema"):
            if media_type.endswith(_JSON):
                yield "the body has no schema"
        elif media_type == NDJSON:
            yield from self._lines_faults((*place, "contentSchema", "items"), body, answered)
        elif media_type.endswith(_JSON):
            yield from self._json_faults(place, body)

    def _lines_faults(
        self, place: tuple[str, ...], body: bytes | bytearray, answered: bytes | bytearray
    ) -> Iterator[str]:
        if len(body) >= LARGEST or len(answered) >= LARGEST:
            return
        lines = bytes(body).removeprefix(b"\xef\xbb\xbf").rstrip().split(b"\n")[:LINES_READ] if body else []
        outcomes = [json.loads(line) for line in bytes(answered).splitlines()]
        for number, line in enumerate(lines):
            if number < len(outcomes) and outcomes[number].get("status") == "rejected":
                continue
            found = self._json_faults(place, line)
            yield from (f"line {number + 1}: {fault}" for fault in found)

    def _json_faults(self, place: tuple[str, ...], body: bytes | bytearray) -> Iterator[str]:
        if len(body) >= LARGEST:
            return
        fault = best_match(self._validator(place).iter_errors(json.loads(body)))
        if fault is not None:
            pointer = "".join(f"/{step}" for step in fault.absolute_path)
            yield f"{pointer or 'the body'} breaks {fault.validator}: {str(fault.validator_value)[:200]}"

    def _validator(self, place: tuple[str, ...]) -> Draft202012Validator:
        if place not in self._validators:
            schema: Any = self._document
            for step in place:
                schema = schema[step]
            # The references of the description begin at its root.
            whole = {"components": self._document["components"], **schema}
            self._validators[place] = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
        return self._validators[place]

    def _resolved(self, place: tuple[str, ...], declared: Any) -> tuple[tuple[str, ...], Any]:
        reference = declared.get("$ref")
        if reference is None:
            return place, declared
        place = tuple(reference.removeprefix("#/").split("/"))
        return place, self._document[place[0]][place[1]][place[2]]


_contracts: dict[object, Contract] = {}


def _is_preflight(exchange: Exchange) -> bool:
    """An answer of CORS, before any route: OpenAPI describes operations, and preflights are the browser's."""
    told = {"access-control-allow-origin", "access-control-allow-methods"} <= set(exchange.headers)
    return exchange.method == "OPTIONS" and exchange.status == 204 and told


def contract_of(app: FastAPI) -> Contract:
    """The contract of `app`; of applications with the same routes there is one."""
    if not hasattr(app.state, "contract"):
        routes = iter_route_contexts(app.routes)
        key = (app.title, *((route.path, *sorted(route.methods or ()), _code(route)) for route in routes))
        if key not in _contracts:
            _contracts[key] = Contract(app)
        app.state.contract = _contracts[key]
    contract: Contract = app.state.contract
    return contract


def _code(route: Any) -> object:
    """What a route runs: two applications of one making share it."""
    endpoint = route.original_route.endpoint
    return getattr(endpoint, "__code__", endpoint)


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}


def _watched(exchange: Exchange, receive: Receive, send: Send) -> tuple[Receive, Send]:
    """`receive` and `send`, noted in `exchange`."""

    async def receiving() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            _note(exchange.sent, message)
            exchange.received = not message.get("more_body", False)
        return message

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            exchange.status, exchange.headers = message["status"], _headers(message["headers"])
        elif message["type"] == "http.response.body":
            _note(exchange.answer, message)
            exchange.whole = not message.get("more_body", False)
            if exchange.whole and exchange.headers.get("content-encoding") == "gzip":
                exchange.answer = bytearray(zlib.decompressobj(31).decompress(exchange.answer, LARGEST))
        await send(message)

    return receiving, sending


def _note(body: bytearray, message: MutableMapping[str, Any]) -> None:
    if len(body) < LARGEST:
        body += message.get("body", b"")


def check(app: FastAPI, exchange: Exchange) -> None:
    """Adds to `broken` what of `exchange` the description of `app` does not say."""
    told = f"{exchange.method} {template(exchange.scope)} {exchange.status}"
    broken.extend(f"{told}: {fault}" for fault in contract_of(app).faults(exchange))


@pytest.fixture(scope="session", autouse=True)
def _watching() -> Iterator[None]:
    """Every application of the tests' process is watched."""
    call = FastAPI.__call__

    async def watched(app: FastAPI, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not hasattr(app.state, "service"):
            await call(app, scope, receive, send)
            return
        exchange = Exchange(scope["method"], scope)
        try:
            await call(app, scope, *_watched(exchange, receive, send))
        finally:
            if exchange.whole:
                check(app, exchange)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FastAPI, "__call__", watched)
        yield


@pytest.fixture(autouse=True)
def _held_to_the_contract(_watching: None) -> Iterator[None]:
    """Whatever was answered since the last test was as the descriptions say."""
    yield
    found, broken[:] = list(dict.fromkeys(broken)), []
    if found:
        pytest.fail("\n".join(["the OpenAPI says otherwise:", *found]), pytrace=False)
