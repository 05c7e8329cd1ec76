"""Places of who did not pay in time are free for whoever asks, before anything has run that takes them back (L3)."""

from typing import Any

from services.permits.cases import quota_check
from shared.clock import set_to
from shared.testing.api import Api
from tests.permits import steps
from tests.permits.steps import APPLICATIONS, DAY, EMPLOYER, application, pool, worker

AFTER_TEN_WORKING_DAYS = DAY.replace(day=18)


async def at_most(permits: Api) -> int:
    """How many specialists more the employer may hire, by the hiring room."""
    path = f"/v1/employers/{EMPLOYER}/hiring-room"
    answer = await permits.client.get(path, headers=steps.employer(permits))
    (found,) = [room["at_most"] for room in answer.raise_for_status().json()["rooms"] if room["category"] == "3"]
    return int(found)


async def check(permits: Api) -> dict[str, Any]:
    path = f"{APPLICATIONS}:check"
    answer = await permits.client.post(path, json=application(), headers=steps.employer(permits))
    said: dict[str, Any] = answer.raise_for_status().json()
    return said


async def test_the_room_and_the_check_count_them_as_free(permits: Api) -> None:
    with set_to(DAY):
        await steps.register_employer(permits)
        await steps.set_quota(permits, pool(1), pool(1, category="3", region="75"))
        slow = await steps.decide(permits, await steps.submit(permits, application()))
        assert (slow["status"], await at_most(permits)) == ("granted", 0)
        assert (await check(permits))["decision"]["outcome"] == "refused"
    with set_to(AFTER_TEN_WORKING_DAYS):
        assert await at_most(permits) == 1
        path = f"{APPLICATIONS}/{slow['id']}"
        late = (await permits.client.get(path, headers=steps.officer(permits))).json()
        assert late["status"] == "lapsed", "the answer that counts a place as free has made it so"
        assert (await check(permits))["decision"]["outcome"] == "granted"


async def test_many_sorts_of_places_lapse_together_and_every_pool_is_right(permits: Api) -> None:
    """Of several kinds, citizens and employers, with more pools than cover them."""
    with set_to(DAY):
        for bin_number in (EMPLOYER, steps.OTHER_EMPLOYER):
            await steps.register_employer(permits, bin_number)
        pools = [pool(9), pool(9, category="2"), pool(9, kind="seasonal"), pool(9, category="3", region="75")]
        await steps.set_quota(permits, *pools, pool(9, category="3", region="71"))
        people = [worker(), worker(), worker(category="2")]
        for bin_number in (EMPLOYER, steps.OTHER_EMPLOYER):
            await steps.decide(permits, await steps.submit(permits, application(*people, employer_bin=bin_number)))
        summer = {"category": None, "valid_until": "2026-06-29"}
        asked = application(worker(**summer), kind="seasonal", further_regions=["71"])
        await steps.decide(permits, await steps.submit(permits, asked))
        assert sorted(await steps.pools(permits)) == sorted(
            [(9, 0, 4, 5), (9, 0, 2, 7), (9, 0, 2, 7), (9, 0, 4, 5), (9, 0, 0, 9)]
        )
    with set_to(AFTER_TEN_WORKING_DAYS):
        run = await permits.client.post("/v1/quota-lapse-runs", headers=permits.token("operator"))
        assert run.json() == {"lapsed": 3}
        assert await steps.pools(permits) == [(9, 0, 0, 9)] * 5
    assert (await quota_check.imbalances(permits.engine))[0] == []
