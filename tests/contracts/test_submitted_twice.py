"""What was taken once is known again: by a source that writes it otherwise, and by a model that has grown since."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import create_model

from contracts import export
from deploy.services import REGISTERS
from shared.events.envelope import Fact
from shared.identity.callers import Caller
from shared.records import intake
from shared.records.record_type import RecordType
from shared.testing.api import Api, StartApi
from tests.portal.hosts import notice

COPIED_FROM = {"portal": "permits", "permits": "portal"}
BEGUN = {"statistics-requests": {"state": "asked", "settled_on": None, "figure": None, "declined_because": None}}
"""What a record tells that is handed in: later members are written by the acts of its procedure."""
SOURCE = Caller("a source", frozenset())
JSON, NDJSON = {"Content-Type": "application/json"}, {"Content-Type": "application/x-ndjson"}


@pytest.fixture(params=REGISTERS)
def service(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
async def api(service: str, start_api: StartApi) -> Api:
    api = await start_api(service, importlib.import_module(f"services.{service}.app").make_app)
    if source := COPIED_FROM.get(service):
        await api.up_to_date_with(source)
    return api


@pytest.fixture
def kinds(service: str, api: Api) -> list[RecordType[Any]]:
    """What the service takes over HTTP."""
    cases = importlib.import_module(f"services.{service}.cases")
    names = [each.name for each in pkgutil.walk_packages(cases.__path__, f"{cases.__name__}.")]
    found = [
        each for name in names for each in vars(importlib.import_module(name)).values() if isinstance(each, RecordType)
    ]
    paths = api.app.openapi()["paths"]
    taken = {kind.path: kind for kind in found if f"/v1/{kind.path}:batch" in paths}
    assert {f"/v1/{path}:batch" for path in taken} == {path for path in paths if path.endswith(":batch")}
    return list(taken.values())


def examples(kind: RecordType[Any]) -> Iterator[str]:
    """Contents of the kind, whole as this version of its model writes them, each under a number of its own."""
    if kind.path == "host-notifications":  # it tells less than it takes
        told = [notice("office")]
    else:
        folder = export.FOLDER / "examples" / kind.fact.PRODUCER / kind.fact.NAME
        told = [json.loads(path.read_text("utf-8"))["data"] for path in sorted(folder.glob("*.json"))]
    for number, each in enumerate(told):
        # a visa is known by its number, others pass it over
        own = {"source_id": f"{kind.path}/{number}", "number": f"T{number}"} | BEGUN.get(kind.path, {})
        yield kind.fact.read(json.dumps(each | own)).model_dump_json()


def bin_of(text: str) -> str | None:
    """The organisation whose record it is: whoever submits it may have to be that one."""
    return next((value for name, value in json.loads(text).items() if name.endswith("_bin")), None)


def older(kind: RecordType[Any], text: str) -> str:
    """As a source writes it that knows none of the members which may be left out."""
    return json.dumps(kind.fact.read(text).model_dump(mode="json", exclude_defaults=True))


def otherwise(text: str) -> str:
    return json.dumps(dict(reversed(json.loads(text).items())), indent=1)


async def test_of_every_example_members_at_their_defaults_and_their_order_make_no_other_record(
    api: Api, kinds: list[RecordType[Any]]
) -> None:
    for kind in kinds:
        path = f"/v1/{kind.path}"
        for text in examples(kind):
            headers = api.token(*kind.writers, bin=bin_of(text))
            first = await api.client.post(path, content=older(kind, text), headers=headers | JSON)
            assert first.status_code == 201, (path, first.text)
            before = await api.events()
            for again in (text, otherwise(text)):
                answer = await api.client.post(path, content=again, headers=headers | JSON)
                assert (answer.status_code, answer.content) == (200, first.content)
            lines = f"{older(kind, text)}\n{text}".encode()
            batch = await api.client.post(f"{path}:batch", content=lines, headers=headers | NDJSON)
            assert [json.loads(line).get("status") for line in batch.text.splitlines()[:2]] == ["repeated"] * 2
            assert await versions(api, kind) == {1}
            assert await api.events() == before


async def test_a_model_that_got_an_optional_member_knows_what_was_taken_before(
    api: Api, kinds: list[RecordType[Any]]
) -> None:
    for kind in kinds:
        newer = with_one_more(kind)
        for text in examples(kind):
            (first,) = await intake.submit(api.engine, kind, [kind.fact.read(text)], SOURCE)
            before = await api.events()
            (again,) = await intake.submit(api.engine, newer, [newer.fact.read(text)], SOURCE)
            assert (first.outcome, again.outcome, again.id) == ("created", "repeated", first.id)
            said = newer.fact.read(json.dumps(json.loads(text) | {"added": "something"}))
            (other,) = await intake.submit(api.engine, newer, [said], SOURCE)
            assert other.outcome == "conflict"
            assert await versions(api, kind) == {1}
            assert await api.events() == before


def with_one_more(kind: RecordType[Any]) -> RecordType[Any]:
    of_fact = {"producer": "portal", "name": "newer", "version": 1} if issubclass(kind.fact, Fact) else None
    members: dict[str, Any] = {"added": (str | None, None)}
    newer: Any = create_model("Newer", __base__=kind.fact, __cls_kwargs__=of_fact, **members)
    return replace(kind, fact=newer)


async def versions(api: Api, kind: RecordType[Any]) -> set[int]:
    return {row["version"] for row in await api.rows(f"SELECT version FROM {kind.table.name}")}  # noqa: S608
