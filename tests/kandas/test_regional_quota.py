"""The regional quotas of a year: ordered, moved within the year, never below what was given (K3)."""

import asyncio
from datetime import datetime
from typing import Any

import httpx

from services.kandas.cases.regional_quota import take_effect
from services.kandas.cases.regional_quota_told import tell_all
from shared.clock import ALMATY, set_to
from shared.testing.api import Api

PATH = "/v1/regional-quotas/2024"
JANUARY, AUGUST = datetime(2024, 1, 20, 9, tzinfo=ALMATY), datetime(2024, 8, 24, 9, tzinfo=ALMATY)
ORDER = {
    "act": "order of January",
    "ordered_on": "2024-01-12",
    "holds_from": "2024-01-14",
    "pools": [
        {"kind": "kandas", "size": 2433},
        {"kind": "kandas", "region": "55", "size": 900},
        {"kind": "resettler", "size": 7050},
        {"kind": "resettler", "region": "59", "size": 2000},
    ],
}
RESETTLERS, KANDAS = {"kind": "resettler"}, {"kind": "kandas"}


async def put(kandas: Api, order: dict[str, Any] = ORDER, version: int | None = None, **claims: Any) -> httpx.Response:
    seen = {"If-Match": f'"{version}"'} if version else {}
    return await kandas.client.put(PATH, json=order, headers=kandas.token("kandas-officer", **claims) | seen)


async def move(kandas: Api, source: Any, target: Any, places: int, version: int = 1, **said: Any) -> httpx.Response:
    body = {"act": "order of August", "moves": [{"source": source, "target": target, "places": places}]} | said
    headers = kandas.token("kandas-officer") | {"If-Match": f'"{version}"'}
    return await kandas.client.post(f"{PATH}:move", json=body, headers=headers)


async def get(kandas: Api, path: str = PATH) -> Any:
    return (await kandas.client.get(path, headers=kandas.token("statistician"))).raise_for_status().json()


def sizes(state: Any) -> dict[str, int]:
    return {f"{each['kind']} {each['region'] or 'KZ'}": each["size"] for each in state["pools"]}


async def test_600_places_go_from_resettlers_to_kandas_on_their_day(kandas: Api) -> None:
    with set_to(JANUARY):
        decided = (await put(kandas)).json()
        moved = await move(kandas, RESETTLERS, KANDAS, 600, holds_from="2024-08-24")
        before = await get(kandas)
    assert [check["outcome"] for check in decided["decision"]["checks"]] == ["passed"] * 6
    assert moved.status_code == 200, moved.text
    assert sizes(before)["kandas KZ"] == 2433
    with set_to(AUGUST):
        after = await get(kandas)
        listed = (await get(kandas, f"{PATH}/versions"))["versions"]
        early = await get(kandas, f"{PATH}?on=2024-08-23")
    assert sizes(after) == {"kandas KZ": 3033, "kandas 55": 900, "resettler KZ": 6450, "resettler 59": 2000}
    assert (after["in_force"], early["in_force"]) == (2, 1)
    assert [(each["state"], each["kandas"], each["resettlers"]) for each in listed] == [
        ("past", 2433, 7050),
        ("in force", 3033, 6450),
    ]
    assert listed[1]["moved"]["act"] == "order of January"


async def test_a_quota_that_cannot_be_is_refused_with_what_would_mend_it(kandas: Api) -> None:
    with set_to(AUGUST):
        pools = [{"kind": "kandas", "size": 5}, {"kind": "kandas", "region": "55", "size": 6}]
        more = await put(kandas, ORDER | {"pools": pools})
        none = await put(kandas, ORDER | {"pools": pools[1:]})
        twice = await put(kandas, ORDER | {"pools": [pools[0], pools[0]]})
        nowhere = await put(kandas, ORDER | {"pools": [{"kind": "kandas", "region": "99", "size": 1}]})
        out_of_turn = await put(kandas, ORDER | {"holds_from": "2025-01-01"})
        huge = await put(kandas, ORDER | {"pools": [{"kind": "kandas", "size": 2**63}]})
        regional = await put(kandas, agency="akimat-55")
    assert more.status_code == 422
    assert "take 1 places from the regions" in more.json()["errors"][0]["detail"]
    assert "name the country's total" in none.json()["errors"][0]["detail"]
    assert {each.status_code for each in (twice, nowhere, out_of_turn, huge)} == {422}
    assert regional.status_code == 403


async def test_places_that_a_pool_has_not_are_not_moved(kandas: Api) -> None:
    with set_to(AUGUST):
        await put(kandas)
        much = await move(kandas, {"kind": "resettler", "region": "59"}, KANDAS, 2001)
        beyond = await move(kandas, RESETTLERS, KANDAS, 5051)
        stale = await move(kandas, RESETTLERS, KANDAS, 1, version=7)
        again = await put(kandas, ORDER | {"act": "another"})
    assert much.json()["errors"][0]["pointer"] == "/moves/0/places"
    assert "take 1 places from the regions" in beyond.json()["errors"][0]["detail"]
    assert (stale.status_code, again.status_code) == (412, 428)


async def told(kandas: Api) -> list[tuple[Any, ...]]:
    """Of each pool that was told: version of the quotas, the day it holds from, kind, region, size."""
    members = ("quota_version", "holds_from", "kind", "region", "size")
    return [
        tuple(event["data"][name] for name in members)
        for event in await kandas.events()
        if event["type"] == "kz.kosh.kandas.regional_quota_pool.v1"
    ]


async def test_the_pools_of_a_version_are_told_once_and_not_before_it_takes_effect(kandas: Api) -> None:
    with set_to(JANUARY):
        (await put(kandas)).raise_for_status()
        (await move(kandas, RESETTLERS, KANDAS, 600, holds_from="2024-08-24")).raise_for_status()
        await asyncio.gather(*(tell_all(kandas.engine) for _ in range(3)))  # beside itself: one tells
    first = await told(kandas)
    with set_to(AUGUST):
        await take_effect(kandas.engine)
        for _ in range(2):  # the second time there is nothing to tell
            await tell_all(kandas.engine)
    january, august = "2024-01-14", "2024-08-24"
    assert sorted(first, key=str) == sorted(
        [
            (1, january, "kandas", None, 2433),
            (1, january, "kandas", "55", 900),
            (1, january, "resettler", None, 7050),
            (1, january, "resettler", "59", 2000),
        ],
        key=str,
    )
    assert sorted((await told(kandas))[len(first) :], key=str) == sorted(
        [
            (2, august, "kandas", None, 3033),
            (2, august, "kandas", "55", 900),
            (2, august, "resettler", None, 6450),
            (2, august, "resettler", "59", 2000),
        ],
        key=str,
    )
