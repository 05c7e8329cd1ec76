"""A year's quota over HTTP (L2): set within the ceiling, never below what is in use, read with what is left."""

import asyncio
from typing import Any

from sqlalchemy import text

from shared.clock import set_to
from shared.testing.api import Api
from tests.permits import steps
from tests.permits.steps import APPLICATIONS, DAY, application, pool, worker

PATH = "/v1/quotas/2026"


def order(*pools: dict[str, Any]) -> dict[str, Any]:
    return {"act": "invented order", "pools": list(pools)}


async def test_above_the_ceiling_nothing_is_set(permits: Api) -> None:
    body = order(pool(24_425))
    with set_to(DAY):
        answer = await permits.client.put(PATH, json=body, headers=steps.officer(permits))
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["detail"].startswith("quota_ceiling 2026-01-02: 24425 places in national pools; at most 0.25%")
    assert (await permits.client.get(PATH, headers=steps.officer(permits))).status_code == 404


async def test_setting_it_lists_its_checks_and_setting_it_anew_needs_the_version(permits: Api) -> None:
    with set_to(DAY):
        first = await steps.set_quota(permits, pool(10))
        unseen = await permits.client.put(PATH, json=order(pool(11)), headers=steps.officer(permits))
        anew = await steps.set_quota(permits, pool(11), version=1)
    assert [check["rule"] for check in first["decision"]["checks"]] == ["quota_ceiling", "quota_kinds"]
    assert (unseen.status_code, anew["version"]) == (428, 2)
    assert await steps.pools(permits) == [(11, 0, 0, 11)]


async def test_an_order_that_an_older_model_stored_is_the_same_when_it_is_set_again(permits: Api) -> None:
    with set_to(DAY):
        await steps.set_quota(permits, pool(10))
        async with permits.engine.begin() as connection:
            await connection.execute(text("UPDATE quota_order SET body = json_strip_nulls(body)"))
        assert (await steps.set_quota(permits, pool(10)))["version"] == 1


async def test_an_order_can_be_repeated_under_its_key_though_another_followed(permits: Api) -> None:
    with set_to(DAY):
        keyed = steps.once(steps.officer(permits))
        first = await permits.client.put(PATH, json=order(pool(10)), headers=keyed)
        await steps.set_quota(permits, pool(11), version=1)
        again = await permits.client.put(PATH, json=order(pool(10)), headers=keyed)
        other = await permits.client.put(PATH, json=order(pool(12)), headers=keyed)
    assert [answer.status_code for answer in (first, again, other)] == [200, 200, 409]
    assert (again.content, again.headers["ETag"]) == (first.content, '"1"')
    assert await steps.pools(permits) == [(11, 0, 0, 11)]


async def test_every_wrong_line_is_refused_before_any_rule(permits: Api) -> None:
    wrong = order({"kind": "seasonal", "category": "1", "size": 1}, {"kind": "employer", "size": -1, "region": "99"})
    answer = await permits.client.put(PATH, json=wrong, headers=steps.officer(permits))
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/pools/0/category", "/pools/1/size", "/pools/1/region"}
    twice = await permits.client.put(PATH, json=order(pool(1), pool(2)), headers=steps.officer(permits))
    assert (twice.status_code, [error["pointer"] for error in twice.json()["errors"]]) == (422, ["/pools/1"])


async def test_set_anew_it_keeps_what_is_in_use_and_cannot_go_below(permits: Api) -> None:
    with set_to(DAY):
        await steps.register_employer(permits)
        await steps.set_quota(permits, pool(10))
        await steps.issue(permits, application(worker(), worker()))
        await steps.decide(permits, await steps.submit(permits, application()))
        below = order(pool(10), pool(2, region="75"))
        headers = steps.officer(permits) | {"If-Match": '"1"'}
        refused = await permits.client.put(PATH, json=below, headers=headers)
        await steps.set_quota(permits, pool(10), pool(4, region="75"), pool(3, activity="F"), version=1)
    assert refused.status_code == 422
    assert "set at least 3 for employer region 75" in refused.json()["errors"][0]["detail"]
    assert await steps.pools(permits) == [(10, 2, 1, 7), (3, 0, 0, 3), (4, 2, 1, 1)]


async def test_a_share_moves_from_one_region_to_another(permits: Api) -> None:
    with set_to(DAY):
        await steps.set_quota(permits, pool(10), pool(6, region="75"), pool(4, region="61"))
        await steps.set_quota(permits, pool(10), pool(4, region="75"), pool(6, region="61"), version=1)
    assert [size for size, *_ in await steps.pools(permits)] == [10, 6, 4]


async def test_parallel_decisions_grant_exactly_the_places_that_there_are(permits: Api) -> None:
    with set_to(DAY):
        await steps.register_employer(permits)
        await steps.register_employer(permits, steps.OTHER_EMPLOYER)
        await steps.set_quota(permits, pool(5), pool(3, region="75"))
        of = (steps.EMPLOYER, steps.OTHER_EMPLOYER)
        submitted = [await steps.submit(permits, application(employer_bin=of[n % 2])) for n in range(16)]
        decided = await asyncio.gather(*(steps.decide(permits, one) for one in submitted))
    assert sorted(one["status"] for one in decided) == ["granted"] * 3 + ["refused"] * 13
    assert await steps.pools(permits) == [(5, 0, 3, 2), (3, 0, 3, 0)]


async def test_only_an_officer_sets_it_and_those_concerned_read_it(permits: Api) -> None:
    refused = [await permits.client.put(PATH, json=order(), headers=permits.token(r)) for r in ("employer", "system")]
    assert [answer.status_code for answer in refused] == [403, 403]
    readers = ("employer", "statistician", "operator", "permits-officer")
    found = [await permits.client.get(PATH, headers=permits.token(role)) for role in readers]
    assert [answer.status_code for answer in found] == [404] * len(readers)
    strangers = [await permits.client.get(p, headers=permits.token("consul")) for p in (PATH, APPLICATIONS)]
    assert [answer.status_code for answer in strangers] == [403, 403]
