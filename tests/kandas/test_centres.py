"""Centres with capacity: their orders, who is housed, and never more than there are places (K2)."""

from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any

import httpx
import pytest

from shared.clock import ALMATY, set_to
from shared.testing.api import Api

CENTRES = "/v1/centres"
_numbers = count(1)


@pytest.fixture(autouse=True)
def spring() -> Iterator[None]:
    with set_to(datetime(2026, 3, 16, 9, tzinfo=ALMATY)):
        yield


def centre(kind: str = "placement", places: int = 2, **changes: Any) -> dict[str, Any]:
    opened = {"holds_from": "2026-01-05", "places": places, "act": "invented order"}
    return {
        "source_id": f"CT-{next(_numbers)}",
        "kind": kind,
        "region": "61",
        "name": "Invented centre",
        "opened_on": "2026-01-05",
        "orders": [opened],
    } | changes


async def open_centre(kandas: Api, *told: Any, **changes: Any) -> str:
    answer = await kandas.client.post(CENTRES, json=centre(*told, **changes), headers=kandas.token("kandas-officer"))
    return str(answer.raise_for_status().json()["id"])


async def act(kandas: Api, path: str, body: dict[str, Any], version: int = 1, **claims: Any) -> httpx.Response:
    headers = {"If-Match": f'"{version}"', "Idempotency-Key": f"k{next(_numbers)}"}
    return await kandas.client.post(path, json=body, headers=kandas.token("kandas-officer", **claims) | headers)


def pointers(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 422, answer.text
    return {error["pointer"] for error in answer.json()["errors"]}


async def test_places_are_ordered_from_a_later_day_each_time(kandas: Api) -> None:
    id = await open_centre(kandas)
    more = {"holds_from": "2026-06-01", "places": 5, "act": "another order"}
    ordered = await act(kandas, f"{CENTRES}/{id}:order", more)
    assert [each["places"] for each in ordered.json()["record"]["orders"]] == [2, 5]
    assert pointers(await act(kandas, f"{CENTRES}/{id}:order", more, 2)) == {"/holds_from"}
    assert (await act(kandas, f"{CENTRES}/{id}:order", more, 2, agency="akimat-55")).status_code == 404
    record = ordered.json()["record"] | {"region": "59", "kind": "adaptation"}
    headers = kandas.token("kandas-officer") | {"If-Match": '"2"'}
    moved = await kandas.client.put(f"{CENTRES}/{id}", json={"reason": "x", "record": record}, headers=headers)
    assert pointers(moved) == {"/record/region", "/record/kind"}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"orders": [], "name": "", "kind": "hotel"}, {"/orders", "/name", "/kind"}),
        ({"opened_on": "2026-01-06"}, {"/orders"}),
        ({"region": "99", "source_id": "Ж", "opened_on": "0001-01-01"}, {"/region", "/source_id", "/opened_on"}),
        (
            {"orders": [{"holds_from": "2026-01-05", "places": 2**63, "act": " "}]},
            {"/orders/0/places", "/orders/0/act"},
        ),
        ({"orders": [{"holds_from": "2026-01-05", "places": 1, "act": "x"}] * 2}, {"/orders"}),
    ],
)
async def test_of_a_centre_that_cannot_be_all_faults_are_told(
    kandas: Api, changes: dict[str, Any], found: set[str]
) -> None:
    headers = kandas.token("kandas-officer")
    assert pointers(await kandas.client.post(CENTRES, json=centre(**changes), headers=headers)) == found
