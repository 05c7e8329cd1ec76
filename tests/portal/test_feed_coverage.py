"""The border feed's word about the period that it has delivered: only one that figures can be counted by is taken."""

from typing import Any

import pytest

from shared.testing.api import Api

PATH = "/v1/feeds/berkut/coverage"
PERIOD = {"register_start": "2021-01-01", "complete_through": "2026-06-30"}

WRONG: list[tuple[dict[str, Any], set[str]]] = [
    (PERIOD | {"complete_throu": "2026-06-30"}, {"/complete_throu"}),
    (
        PERIOD | {"register_start": 1609459200, "complete_through": "1782777600"},
        {"/register_start", "/complete_through"},
    ),
    (PERIOD | {"register_start": "2026-07-01"}, {"/complete_through"}),
    (PERIOD | {"register_start": "2026-07-01", "feed": "sea"}, {"/feed", "/complete_through"}),
    (
        PERIOD | {"register_start": "1969-12-31", "complete_through": "9999-12-31"},
        {"/register_start", "/complete_through"},
    ),
    (PERIOD | {"complete_through": "2140-01-01"}, {"/complete_through"}),
]


@pytest.mark.parametrize(("period", "pointers"), WRONG)
async def test_a_period_that_cannot_be_is_refused_with_every_fault(
    portal: Api, period: dict[str, Any], pointers: set[str]
) -> None:
    answer = await portal.client.put(PATH, json=period, headers=portal.token("border"))
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == pointers
    assert await portal.events() == []


@pytest.mark.parametrize("days", [("1970-01-01", "1970-01-01"), ("2021-01-01", "2139-12-31")])
async def test_the_first_and_the_last_day_that_are_counted_can_be_covered(portal: Api, days: tuple[str, str]) -> None:
    period = dict(zip(PERIOD, days, strict=True))
    answer = await portal.client.put(PATH, json=period, headers=portal.token("border"))
    assert (answer.status_code, answer.json()) == (200, {"feed": "berkut"} | period)
    assert (await portal.client.get(PATH, headers=portal.token("operator"))).json() == {"feed": "berkut"} | period
