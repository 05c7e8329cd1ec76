"""Beside a proposed quota stands what the law asks to weigh, and nothing is set by it ([002] 4.1)."""

from datetime import datetime

from shared.clock import ALMATY, set_to
from shared.testing.api import Api
from tests.permits import steps
from tests.permits.steps import DAY, application, pool, worker

PATH = "/v1/quotas/2027:propose"
DECEMBER = datetime(2026, 12, 1, 9, tzinfo=ALMATY)


async def test_a_proposal_shows_checks_use_refusals_and_other_quotas_by_region(permits: Api) -> None:
    with set_to(DAY):
        await steps.register_employer(permits)
        await steps.set_quota(permits, pool(3))
        await steps.issue(permits, application(worker(), worker()))
        await steps.decide(permits, await steps.submit(permits, application(*[worker() for _ in range(3)])))
        reserved = application(region="71")
        await steps.decide(permits, await steps.submit(permits, reserved))
        body = {"act": "draft", "pools": [pool(30_000), pool(7, category="3", region="75")]}
    with set_to(DECEMBER):
        answer = await permits.client.post("/v1/quotas/2026:propose", json=body, headers=steps.officer(permits))
        next_year = (await permits.client.post(PATH, json=body, headers=steps.officer(permits))).json()
        nothing = await permits.client.get("/v1/quotas/2027", headers=steps.officer(permits))
    proposal = answer.raise_for_status().json()
    assert proposal["decision"]["outcome"] == "refused"
    by_region = {each["region"]: each for each in proposal["regions"]}
    assert (len(by_region), "51" in by_region) == (20, False)
    almaty = by_region["75"]
    assert (almaty["proposed"], almaty["labour_force"]["persons"], almaty["labour_force"]["year"]) == (7, 1173572, 2025)
    assert almaty["this_year"] == {"used": 2, "reserved": 0, "refused": 3}
    assert by_region["71"]["this_year"] == {"used": 0, "reserved": 1, "refused": 0}
    assert (almaty["kandas"], by_region["59"]["kandas"]["persons"]) == (None, 200)
    assert (proposal["country"]["proposed"], proposal["country"]["labour_force"]["persons"]) == (30_000, 9769536)
    assert (proposal["country"]["kandas"]["persons"], proposal["country"]["kandas"]["year"]) == (2309, 2025)
    assert {(p["category"], p["value"]) for p in proposal["published"]} >= {("1", "726"), ("seasonal", "4994")}
    assert {each["region"]: each for each in next_year["regions"]}["75"]["last_year"]["used"] == 2
    assert next_year["decision"]["checks"][0]["outcome"] == "unknown"
    assert nothing.status_code == 404


async def test_the_ledger_is_read_page_by_page_by_officers(permits: Api) -> None:
    with set_to(DAY):
        await steps.register_employer(permits)
        await steps.set_quota(permits, pool(3))
        submitted = await steps.submit(permits, application())
        await steps.decide(permits, submitted)
    path = "/v1/quotas/2026/ledger"
    first = (await permits.client.get(f"{path}?limit=1", headers=steps.officer(permits))).json()
    rest = await permits.client.get(f"{path}?after={first[0]['position']}", headers=steps.officer(permits))
    assert [(each["entry"], each["size"], each["version"]) for each in first] == [("set", 3, 1)]
    assert [(each["entry"], each["reserved"], each["application"]) for each in rest.json()] == [
        ("reserved", 1, submitted["id"])
    ]
    end = await permits.client.get(f"{path}?after={2**63 - 1}", headers=steps.officer(permits))
    beyond = await permits.client.get(f"{path}?after={2**63}", headers=steps.officer(permits))
    employer = await permits.client.get(path, headers=permits.token("employer"))
    assert (end.json(), beyond.status_code, employer.status_code) == ([], 422, 403)
