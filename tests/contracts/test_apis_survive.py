"""Whatever is sent, valid or not by the API's own description: no answer is our failure, and each is a declared one
(quality R7)."""

import importlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from inspect import unwrap
from types import CodeType, FunctionType
from typing import Any

import httpx
import orjson
import pytest
import requests
import schemathesis
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis import Case
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode

from deploy.services import SERVICES
from services.accounting import app as accounting
from services.accounting.settings import AccountingSettings
from shared.http.routes import ApiRoute
from shared.identity.roles import ROLES
from shared.testing.api import Api, StartApi

EXAMPLES = 5  # valid ones, and as many invalid ones, for each operation
OF_ONE_CODE = 2  # the same for what one handler does for every kind of record: these examples times all the kinds
KINDS = 4  # that one handler serves, at the least, for that
OF_THE_KIND = {"submit", "correct"}
"""Handlers of all kinds that take a record: each kind's own checks are behind them."""
NDJSON = "application/x-ndjson"
AnyCase = Case[Any]
COPIED_FROM = {"portal": "permits", "permits": "portal"}
GENERATE = settings(
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    database=None,
    deadline=None,
    derandomize=True,
)


@schemathesis.serializer(NDJSON)
def lines(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """What is generated for a batch, as it is or as lines."""
    if isinstance(value, list):
        return b"\n".join(map(orjson.dumps, value))
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.fixture(params=SERVICES)
async def api(request: pytest.FixtureRequest, start_api: StartApi, monkeypatch: pytest.MonkeyPatch) -> Api:
    name: str = request.param
    if name == "accounting":
        monkeypatch.setenv("KOSH_ACCOUNTING_IDENTITY_SECRET", "only for this test")
        monkeypatch.setenv("KOSH_FEED_PORTAL_URL", "http://127.0.0.1:1")
        return await start_api(name, lambda _: accounting.make_app(AccountingSettings.of("accounting")))
    api = await start_api(name, importlib.import_module(f"services.{name}.app").make_app)
    if source := COPIED_FROM.get(name):
        await api.up_to_date_with(source)
    return api


def of_one_code(app: FastAPI) -> set[tuple[str, str]]:
    """(method, path) of the operations whose handler is that of other kinds of record too, and asks for no record."""
    found: dict[CodeType, set[tuple[str, str]]] = defaultdict(set)
    for route in iter_route_contexts(app.routes):
        handler = unwrap(route.original_route.endpoint) if isinstance(route.original_route, ApiRoute) else None
        if isinstance(handler, FunctionType):
            found[handler.__code__] |= {(method.lower(), str(route.path_format)) for method in route.methods or ()}
    shared = [each for code, each in found.items() if len(each) >= KINDS and code.co_name not in OF_THE_KIND]
    return set().union(*shared)


def cases(document: dict[str, Any], few: set[tuple[str, str]]) -> Iterator[AnyCase]:
    """Some valid and some invalid requests for each operation, less of those of `few`, the same in every run."""
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        assert isinstance(found, Ok), "our own description is not valid"
        operation = found.ok()
        number = OF_ONE_CODE if (operation.method.lower(), operation.path) in few else EXAMPLES
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            yield from examples(operation.as_strategy(generation_mode=mode), number)


def examples(strategy: SearchStrategy[AnyCase], number: int) -> list[AnyCase]:
    made: list[AnyCase] = []

    @settings(GENERATE, max_examples=number)
    @given(strategy)
    def collect(case: AnyCase) -> None:
        made.append(case)

    with suppress(Unsatisfiable):  # without input nothing can be invalid
        collect()
    return made


async def send(api: Api, case: AnyCase, token: dict[str, str]) -> httpx.Response:
    asked = requests.Request(**case.as_transport_kwargs(base_url="http://kosh.test")).prepare()
    texts = {name.lower(): str(value) for name, value in asked.headers.items()}
    signed = texts | {name.lower(): value for name, value in token.items()}
    headers = [(name.encode(), value.encode("utf-8", "replace")) for name, value in signed.items()]
    body = asked.body.encode() if isinstance(asked.body, str) else asked.body
    assert body is None or isinstance(body, bytes)
    return await api.client.request(str(asked.method), str(asked.url), headers=headers, content=body)


async def test_no_request_whatever_is_our_failure(api: Api) -> None:
    document = api.app.openapi()
    api.app.state.stopping.set()  # nobody waits for events that do not come
    token = api.token(*ROLES, iin="900501300120")
    for case in cases(document, of_one_code(api.app)):
        answer = await send(api, case, token)
        declared = document["paths"][case.path][case.method.lower()]["responses"]
        told = f"{case.as_curl_command()}\n{answer.status_code} {answer.text}"
        assert answer.status_code < 500, told
        assert str(answer.status_code) in declared, told
        if answer.status_code >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json", told
