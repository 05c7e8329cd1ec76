"""A year's quota has versions: orders and moves take effect one after the other, and what is in use stays so (L2)."""

from datetime import datetime
from typing import Any

import httpx

from shared.clock import ALMATY, set_to
from shared.testing.api import Api
from shared.testing.people import person
from tests.permits import steps
from tests.permits.steps import DAY, application, pool, worker

PATH = "/v1/quotas/2026"
AUGUST = datetime(2026, 8, 31, 9, tzinfo=ALMATY)
SPARE = {"kind": "undistributed", "size": 20}


async def put(permits: Api, *pools: dict[str, Any], version: Any = None, **said: Any) -> httpx.Response:
    seen = {"If-Match": f'"{version}"'} if version else {}
    path = said.pop("path", PATH)
    body = {"act": "invented order", "pools": list(pools)} | said
    return await permits.client.put(path, json=body, headers=steps.officer(permits) | seen)


async def move(permits: Api, source: Any, target: Any, places: int, version: int, **said: Any) -> httpx.Response:
    body = {"act": "invented move", "moves": [{"source": source, "target": target, "places": places}]} | said
    return await permits.client.post(f"{PATH}:move", json=body, headers=steps.once(steps.officer(permits), version))


async def get(permits: Api, path: str = PATH) -> dict[str, Any]:
    answer = await permits.client.get(path, headers=permits.token("employer"))
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def test_an_order_takes_effect_on_its_day_and_any_day_s_version_can_be_read(permits: Api) -> None:
    with set_to(DAY):
        first = await put(permits, pool(10), holds_from="2026-01-02", ordered_on="2025-12-12", act="order 397")
        later = await put(permits, pool(7), SPARE, holds_from="2026-08-31", act="order of August", version=1)
        early = await put(permits, pool(8), holds_from="2026-08-30", version=2)
        unsaid = await put(permits, pool(8), version=2)
        before = await get(permits)
        versions = (await get(permits, f"{PATH}/versions"))["versions"]
    assert [answer.status_code for answer in (first, later, early, unsaid)] == [200, 200, 422, 422]
    assert early.json()["errors"][0]["pointer"] == "/holds_from"
    assert (before["version"], before["in_force"], before["order"]["act"]) == (2, 1, "order 397")
    assert [(v["act"], v["holds_from"], v["state"]) for v in versions] == [
        ("order 397", "2026-01-02", "in force"),
        ("order of August", "2026-08-31", "to come"),
    ]
    assert [(v["national"], v["undistributed"]) for v in versions] == [(10, 0), (27, 20)]
    with set_to(AUGUST):
        after = await get(permits)
        of_july, of_new_year = (
            await get(permits, f"{PATH}?on=2026-07-01"),
            await permits.client.get(f"{PATH}?on=2026-01-01", headers=permits.token("employer")),
        )
    assert (after["in_force"], [p["left"] for p in after["pools"]]) == (2, [7, 20])
    assert (of_july["in_force"], of_july["pools"][0]["size"], of_july["pools"][0]["left"]) == (1, 10, None)
    assert of_new_year.status_code == 404


async def test_a_decision_goes_by_the_version_of_its_day_though_the_clock_was_late(permits: Api) -> None:
    with set_to(DAY):
        await steps.register_employer(permits)
        await put(permits, pool(10))
        await put(permits, pool(1), holds_from="2026-08-31", version=1)
        await steps.issue(permits, application())
        waiting = await steps.submit(permits, application(worker(valid_from="2026-09-01", valid_until="2027-08-31")))
    with set_to(AUGUST):
        decided = await steps.decide(permits, waiting)
    assert decided["status"] == "refused"


async def test_a_version_below_what_is_in_use_by_its_day_waits_until_an_order_mends_it(permits: Api) -> None:
    with set_to(DAY):
        await steps.register_employer(permits)
        await put(permits, pool(10))
        await put(permits, pool(1), holds_from="2026-08-31", version=1)
        await steps.issue(permits, application(worker(), worker()))
    with set_to(AUGUST):
        assert ((await get(permits))["in_force"], await steps.pools(permits)) == (1, [(10, 2, 0, 8)])
        assert (await put(permits, pool(2), version=2)).status_code == 200
        assert ((await get(permits))["in_force"], await steps.pools(permits)) == (3, [(2, 2, 0, 0)])


async def test_no_permit_draws_on_what_is_not_distributed_until_it_is_moved(permits: Api) -> None:
    with set_to(DAY):
        await steps.register_employer(permits)
        await put(permits, pool(1), pool(1, category="3", region="75"), SPARE, act="order 397")
        await steps.issue(permits, application())
        refused = await steps.decide(permits, await steps.submit(permits, application()))
        target = {"kind": "employer", "category": "3", "region": "75"}
        moved = await move(permits, {"kind": "undistributed"}, target, 2, version=1)
        granted = await steps.decide(permits, await steps.submit(permits, application()))
        versions = (await get(permits, f"{PATH}/versions"))["versions"]
    assert (refused["status"], granted["status"], moved.status_code) == ("refused", "granted", 200)
    assert await steps.pools(permits) == [(3, 1, 1, 1), (3, 1, 1, 1), (18, 0, 0, 18)]
    assert [v["national"] for v in versions] == [21, 21]
    assert (versions[1]["act"], versions[1]["moved"]["version"], versions[1]["moved"]["act"]) == (
        *("invented move", 1),
        "order 397",
    )


async def test_a_move_takes_nothing_that_is_used_and_all_of_its_places_or_none(permits: Api) -> None:
    region, other = {"kind": "employer", "category": "3", "region": "75"}, {"kind": "seasonal"}
    with set_to(DAY):
        await steps.register_employer(permits)
        await put(permits, pool(5), pool(2, category="3", region="75"), other | {"size": 1})
        await steps.issue(permits, application())
        used = await move(permits, region, other, 2, version=1)
        none = await move(permits, other, region, 2, version=1)
        stale = await move(permits, other, region, 1, version=7)
        fitting = await move(permits, region, other, 1, version=1)
        late = await move(permits, region, other, 1, version=2, holds_from="2025-12-31")
    assert [answer.status_code for answer in (used, none, stale, fitting, late)] == [422, 422, 412, 200, 422]
    assert "set at least 1 for employer category 3 region 75" in used.json()["errors"][0]["detail"]
    assert none.json()["errors"] == [{"pointer": "/moves/0/places", "detail": "Takes 1 places more than seasonal has."}]
    assert await steps.pools(permits) == [(4, 1, 0, 3), (1, 1, 0, 0), (2, 0, 0, 2)]


async def test_a_treaty_s_pool_holds_for_its_citizens_alone(permits: Api) -> None:
    treaty = {"kind": "employer", "category": "3", "country": "UZB", "size": 0, "treaty": "invented treaty"}
    with set_to(DAY):
        await steps.register_employer(permits)
        unnamed = await put(permits, pool(5), treaty | {"treaty": None})
        await put(permits, pool(5), treaty)
        uzbek = application(worker(person=person(citizenship="UZB")))
        other = application(worker(person=person(citizenship="CHN")))
        decided = [await steps.decide(permits, await steps.submit(permits, each)) for each in (uzbek, other)]
    assert unnamed.json()["errors"][0]["pointer"] == "/pools/1/treaty"
    assert [each["status"] for each in decided] == ["refused", "granted"]


async def test_a_stated_labour_force_is_held_to_the_one_on_record(permits: Api) -> None:
    with set_to(DAY):
        wrong = await put(permits, pool(5), labour_force=9_700_000)
        right = await put(permits, pool(5), labour_force=9_769_536)
        next_year = {"path": "/v1/quotas/2028"}
        bare = await put(permits, pool(5), labour_force=10_000_000, **next_year)
        sourced = await put(permits, pool(5), labour_force=10_000_000, labour_force_source="forecast", **next_year)
        silent = await put(permits, pool(5), path="/v1/quotas/2029")
    assert [answer.status_code for answer in (wrong, right, bare, sourced, silent)] == [422, 200, 422, 200, 200]
    assert wrong.json()["errors"] == [
        {"pointer": "/labour_force", "detail": "On record are 9769536 of 2025: leave it out, or state that."}
    ]
    assert bare.json()["errors"][0]["pointer"] == "/labour_force_source"
    check = sourced.json()["decision"]["checks"][0]
    assert (check["outcome"], "of 2028, as stated: forecast" in check["explanation"]) == ("passed", True)
    assert silent.json()["decision"]["checks"][0]["outcome"] == "unknown"


async def test_every_fault_of_an_order_and_of_a_move_is_told_at_its_member(permits: Api) -> None:
    treaty = {"kind": "employer", "region": "75", "treaty": "of no country", "size": 1}
    with set_to(DAY):
        await put(permits, pool(5), {"kind": "seasonal", "size": 5})
        days = await put(permits, pool(5), ordered_on="2026-12-31", version=1)
        wrong = await put(permits, {"kind": "undistributed", "region": "75", "size": 2**63}, treaty, version=1)
        big = await move(permits, {"kind": "seasonal"}, {"kind": "employer"}, 2**63, version=1, act="")
        gone = await move(permits, {"kind": "seasonal"}, {"kind": "seasonal", "region": "51"}, 1, version=1)
        end = await put(permits, pool(5), holds_from="9999-12-31", version=1)
        never = await permits.client.get(f"{PATH}?on=0001-01-01", headers=steps.officer(permits))
    pointers = [{e["pointer"] for e in answer.json()["errors"]} for answer in (days, wrong, big, gone, end)]
    assert pointers == [
        {"/ordered_on"},
        {"/pools/0/kind", "/pools/0/size", "/pools/1/country"},
        {"/act", "/moves/0/target/category", "/moves/0/places"},
        {"/moves/0/target/region"},
        {"/holds_from"},
    ]
    assert never.status_code == 404
