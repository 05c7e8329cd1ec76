"""`:check` and the hiring room say beforehand what a decision would, and keep nothing (L3)."""

from typing import Any

from shared.clock import set_to
from shared.testing.api import Api
from shared.testing.people import person
from tests.permits import steps
from tests.permits.steps import APPLICATIONS, DAY, EMPLOYER, OTHER_EMPLOYER, application, pool, worker


async def check(permits: Api, body: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
    return await permits.client.post(f"{APPLICATIONS}:check", json=body, headers=headers or steps.employer(permits))


async def test_a_check_says_what_the_decision_says_and_keeps_nothing(permits: Api) -> None:
    bad = [worker(wage=1, vacancy=None), worker(person=person(citizenship="KGZ")), worker(), worker(), worker()]
    with set_to(DAY):
        await steps.register_employer(permits)
        await steps.set_quota(permits, pool(3))
        asked = application(*bad)
        checked = (await check(permits, asked)).raise_for_status().json()
        assert await permits.rows("SELECT id FROM work_permit_application") == []
        assert await steps.pools(permits) == [(3, 0, 0, 3)]
        decided = await steps.decide(permits, await steps.submit(permits, asked))
        assert checked["decision"] == decided["decision"]
        remedies = {one["rule"]: one["remedy"] for one in checked["decision"]["checks"] if one["remedy"]}
        assert set(remedies) == {"vacancy_term", "free_of_permit", "minimum_wage", "quota_kinds"}

        # mended as the answer says, all at once, it passes
        mended = application(worker(wage=85_000), worker(), worker())
        passing = (await check(permits, mended)).json()
        granted = await steps.decide(permits, await steps.submit(permits, mended))
        assert (passing["decision"], passing["fee"]) == (granted["decision"], granted["fee"])
        assert granted["status"] == "granted"
    asked_of = await permits.rows("SELECT action FROM access_log WHERE record_id LIKE '%:%'")
    assert asked_of == [{"action": "read"}] * 8, "who is barred shows in the answer: asking leaves a row a worker"


async def test_the_hiring_room_is_what_a_decision_grants_and_not_one_more(permits: Api) -> None:
    path = f"/v1/employers/{EMPLOYER}/hiring-room"
    with set_to(DAY):
        await steps.register_employer(permits)
        await steps.set_quota(permits, pool(3), pool(2, category="1"), pool(200, category="2"))
        counts = {"citizens": {"1": 10, "2": 3, "3": 1_000}}
        (
            await permits.client.put(
                f"/v1/employers/{EMPLOYER}/staff/2026-03-01", json=counts, headers=steps.employer(permits)
            )
        ).raise_for_status()
        await steps.decide(permits, await steps.submit(permits, application()))
        answer = (await permits.client.get(path, headers=steps.employer(permits))).raise_for_status().json()
        rooms = {room["category"]: room for room in answer["rooms"]}
        assert {category: room["at_most"] for category, room in rooms.items()} == {"1": 2, "2": 5, "3": 2, "4": 0}
        assert [limit["rule"] for limit in rooms["2"]["limits"]] == ["local_content_heads"]
        assert [limit["remedy"] for limit in rooms["3"]["limits"]] == ["ask for at most 2 in employer category 3"]
        assert [limit["remedy"] for limit in rooms["4"]["limits"]] == ["apply when it is set"]
        as_asked = (await check(permits, application())).json()["rooms"]
        assert as_asked == answer["rooms"]

        for category, status in (("2", "granted"), ("2", "refused")):
            number = rooms[category]["at_most"] + (status == "refused")
            workers = [worker(category=category) for _ in range(number)]
            decided = await check(permits, application(*workers))
            assert decided.json()["decision"]["outcome"] == status


async def test_nobody_asks_for_another_employer(permits: Api) -> None:
    with set_to(DAY):
        stranger = steps.employer(permits, OTHER_EMPLOYER)
        await steps.register_employer(permits)
        assert (await check(permits, application(), stranger)).status_code == 403
        path = f"/v1/employers/{EMPLOYER}/hiring-room"
        assert (await permits.client.get(path, headers=stranger)).status_code == 404
        odd = await permits.client.get(f"{path}?region=99&kind=none", headers=steps.employer(permits))
        assert odd.status_code == 422


async def test_every_day_that_cannot_be_meant_is_named_at_once(permits: Api) -> None:
    early = {"code": "V-1", "published_on": "2026-03-09"}
    with set_to(DAY):
        await steps.register_employer(permits)
        for path in (APPLICATIONS, f"{APPLICATIONS}:check"):
            body = application(worker(vacancy=early), worker(), worker(vacancy=early))
            answer = await permits.client.post(path, json=body, headers=steps.employer(permits))
            pointers = [error["pointer"] for error in answer.json()["errors"]]
            assert pointers == ["/workers/0/vacancy/published_on", "/workers/2/vacancy/published_on"]
