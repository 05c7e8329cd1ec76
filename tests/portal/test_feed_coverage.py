"""The border feed's word about the period that it has delivered: only one that figures can be counted by is taken, put
in force, told, and repeated without harm."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from shared import clock
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
    with clock.set_to(datetime(2140, 1, 1, 7, tzinfo=UTC)):
        answer = await portal.client.put(PATH, json=period, headers=portal.token("border"))
    assert (answer.status_code, answer.json()) == (200, {"feed": "berkut"} | period)
    assert (await portal.client.get(PATH, headers=portal.token("operator"))).json() == {"feed": "berkut"} | period


async def declare(portal: Api, through: str, key: str | None = None) -> Any:
    headers = portal.token("border") | ({"Idempotency-Key": key} if key else {})
    body = {"register_start": "2021-01-01", "complete_through": through}
    return await portal.client.put(PATH, json=body, headers=headers)


@pytest.mark.parametrize(("through", "status"), [("2026-03-03", 200), ("2026-03-04", 422), ("2139-12-31", 422)])
async def test_a_day_that_is_not_over_cannot_be_covered(portal: Api, through: str, status: int) -> None:
    """At half past midnight in Almaty on 4 March; in Greenwich it is still the third."""
    with clock.set_to(datetime(2026, 3, 3, 19, 30, tzinfo=UTC)):
        answer = await declare(portal, through)
    assert answer.status_code == status
    if status == 422:
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/complete_through"]
        assert await told(portal) == []


@pytest.mark.parametrize(
    "less", [PERIOD | {"complete_through": "2026-06-29"}, PERIOD | {"register_start": "2021-01-02"}]
)
async def test_less_is_covered_only_with_a_reason(portal: Api, less: dict[str, str]) -> None:
    headers = portal.token("border")
    await portal.client.put(PATH, json=PERIOD, headers=headers)
    silent = await portal.client.put(PATH, json=less, headers=headers)
    said = await portal.client.put(PATH, json=less | {"reason": "June lacked a checkpoint"}, headers=headers)

    assert [error["pointer"] for error in silent.json()["errors"]] == ["/reason"]
    assert (said.status_code, said.json()) == (200, {"feed": "berkut"} | less)
    assert await told(portal) == [(1, PERIOD["complete_through"]), (2, less["complete_through"])]


async def told(portal: Api) -> list[tuple[int, str]]:
    return [(event["recordversion"], event["data"]["complete_through"]) for event in await portal.events()]


async def test_the_same_declaration_again_changes_nothing(portal: Api) -> None:
    first, again = await declare(portal, "2026-05-31"), await declare(portal, "2026-05-31")

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert await told(portal) == [(1, "2026-05-31")]


async def test_a_declaration_that_is_stored_otherwise_written_is_the_same(portal: Api) -> None:
    first = await declare(portal, "2026-05-31")
    async with portal.engine.begin() as connection:
        await connection.execute(text("UPDATE feed_coverage SET body = CAST(CAST(body AS jsonb) AS json)"))

    assert (await declare(portal, "2026-05-31")).content == first.content
    assert await told(portal) == [(1, "2026-05-31")]


async def test_a_late_repeat_under_its_key_does_not_bring_back_what_it_declared(portal: Api) -> None:
    first = await declare(portal, "2026-05-31", "may")
    await declare(portal, "2026-06-30", "june")
    again, other = await declare(portal, "2026-05-31", "may"), await declare(portal, "2026-07-31", "may")

    assert (again.status_code, again.content, other.status_code) == (200, first.content, 409)
    assert (await portal.client.get(PATH, headers=portal.token("border"))).json()["complete_through"] == "2026-06-30"
    assert await told(portal) == [(1, "2026-05-31"), (2, "2026-06-30")]
