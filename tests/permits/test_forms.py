"""Every form of the permits register, all of its members wrong: each fault is told at once, and nothing is kept."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from services.permits.store.tables import metadata
from shared.testing.api import Api
from tests.permits import steps

JSON = "application/json"
WRONG = 0.5  # no text, whole number, truth value, day, object or list, and none of an enumeration
PLACES = {"bin": steps.EMPLOYER, "year": "2026", "as_of": "2026-02-28"}
ROLES = ("permits-officer", "employer", "migration-police")


def forms(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, address and schema of every form."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            if JSON in content:
                yield method.upper(), path, content[JSON]["schema"]


def spoiled(schema: dict[str, Any], document: dict[str, Any], at: str = "") -> tuple[Any, set[str]]:
    """A value that is wrong in every member of every object within, with the pointers of its faults."""
    if "$ref" in schema:
        return spoiled(document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document, at)
    if "anyOf" in schema:
        return spoiled(next(each for each in schema["anyOf"] if each.get("type") != "null"), document, at)
    if "items" in schema and ("$ref" in schema["items"] or "properties" in schema["items"]):
        item, faults = spoiled(schema["items"], document, f"{at}/0")
        return [item], faults
    if "properties" not in schema:
        return WRONG, {at}
    value, faults = {}, set[str]()
    for name, member in schema["properties"].items():
        value[name], found = spoiled(member, document, f"{at}/{name}")
        faults |= found
    if schema.get("additionalProperties") is False:
        value["invented"] = WRONG
        faults.add(f"{at}/invented")
    return value, faults


@pytest.fixture
def document(permits: Api) -> dict[str, Any]:
    described: dict[str, Any] = permits.app.openapi()
    return described


async def kept(permits: Api) -> dict[str, int]:
    """How many rows each table holds."""
    names = [table.name for table in metadata.sorted_tables]
    return {name: (await permits.rows(f"SELECT count(*) AS n FROM {name}"))[0]["n"] for name in names}  # noqa: S608


async def test_of_every_form_each_fault_is_told_at_once_and_nothing_is_kept(
    permits: Api, document: dict[str, Any]
) -> None:
    before, told = await kept(permits), []
    for method, path, schema in forms(document):
        body, faults = spoiled(schema, document)
        address = path.format(**(PLACES | {"id": str(uuid4())}))
        headers = steps.once(permits.token(*ROLES, bin=steps.EMPLOYER), 1)
        answer = await permits.client.request(method, address, json=body, headers=headers)
        assert answer.status_code == 422, (method, path, answer.text)
        assert {each["pointer"] for each in answer.json()["errors"]} == faults, (method, path)
        told.append(path)
    assert len(told) >= 40
    assert await kept(permits) == before
