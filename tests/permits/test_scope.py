"""Employers, their applications and permits belong to a region and to the employer; the quota to the whole country."""

from typing import Any

import pytest

from shared.clock import set_to
from shared.testing.api import Api
from tests.permits import steps
from tests.permits.steps import APPLICATIONS, DAY, EMPLOYER, OTHER_EMPLOYER, once

HERE, ELSEWHERE = "75", "11"
UNKNOWN = "an office of which nobody knows"
DETAILS = {"name": "Invented Systems LLP", "activity": "J", "region": HERE}
EMPLOYERS = f"/v1/employers/{EMPLOYER}"
MOVE = {"act": "a", "moves": [{"source": {"kind": "undistributed"}, "target": {"kind": "seasonal"}, "places": 1}]}
STAFF = f"{EMPLOYERS}/staff/2026-02-28"


def officer(permits: Api, agency: str = HERE) -> dict[str, str]:
    return permits.token("permits-officer", agency=agency)


@pytest.mark.parametrize("agency", [HERE, f"akimat-{HERE}", "labour-ministry"])
async def test_an_officer_reaches_the_employers_of_the_agency_s_region(permits: Api, agency: str) -> None:
    with set_to(DAY):
        await steps.register_employer(permits)
        for path in (EMPLOYERS, STAFF):
            assert (await permits.client.get(path, headers=officer(permits, agency))).status_code == 200


@pytest.mark.parametrize("agency", [ELSEWHERE, f"akimat-{ELSEWHERE}", UNKNOWN, EMPLOYER])
async def test_and_no_other(permits: Api, agency: str) -> None:
    moved = DETAILS | {"region": ELSEWHERE}
    with set_to(DAY):
        stranger = officer(permits, agency)
        await steps.register_employer(permits)
        for path in (EMPLOYERS, STAFF):
            there = await permits.client.get(path, headers=stranger)
            nowhere = await permits.client.get(path.replace(EMPLOYER, OTHER_EMPLOYER), headers=stranger)
            assert (there.status_code, there.json()["detail"]) == (404, nowhere.json()["detail"])
        for version in ({}, {"If-Match": '"1"'}, {"If-Match": '"7"'}):
            taken = await permits.client.put(EMPLOYERS, json=moved, headers=stranger | version)
            kept = await permits.client.put(STAFF, json={"citizens": {"1": 1}}, headers=stranger | version)
            assert taken.status_code == (404 if agency in (ELSEWHERE, f"akimat-{ELSEWHERE}") else 403)
            assert kept.status_code == 404
            assert (await permits.client.put(EMPLOYERS, json=DETAILS, headers=stranger | version)).status_code == 403


async def test_an_application_belongs_to_its_region_and_its_employer(permits: Api) -> None:
    with set_to(DAY):
        strangers: list[dict[str, str]] = [
            officer(permits, ELSEWHERE),
            officer(permits, UNKNOWN),
            steps.employer(permits, OTHER_EMPLOYER),
            permits.token("employer"),
            permits.token("employer", bin=OTHER_EMPLOYER, agency="labour-ministry"),
        ]
        await steps.register_employer(permits)
        id = (await steps.submit(permits, steps.application()))["id"]
        for headers in (officer(permits), steps.employer(permits), officer(permits, "development")):
            assert (await permits.client.get(f"{APPLICATIONS}/{id}", headers=headers)).status_code == 200
            assert await listed(permits, headers) == [id]
        for headers in strangers:
            assert (await permits.client.get(f"{APPLICATIONS}/{id}", headers=headers)).status_code == 404
            assert await listed(permits, headers) == []
            answer = await permits.client.post(APPLICATIONS, json=steps.application(), headers=headers)
            assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (403, "outside-your-reach")
            for version in (1, 7):
                body = {"reason": "x"}
                path = f"{APPLICATIONS}/{id}:withdraw"
                late = await permits.client.post(path, json=body, headers=once(headers, version))
                assert late.status_code == 404
        payment = {"reference": "P-1", "paid_on": "2026-03-02", "tenge": 1}
        for headers in strangers[:2]:
            for act, sent in (("decision", None), ("payment", payment)):
                path = f"{APPLICATIONS}/{id}/{act}"
                assert (await permits.client.post(path, json=sent, headers=once(headers, 7))).status_code == 404


async def listed(permits: Api, headers: dict[str, str]) -> list[str]:
    answer = await permits.client.get(APPLICATIONS, headers=headers)
    return [line["id"] for line in answer.raise_for_status().json()["applications"]]


async def test_the_quota_is_ordered_for_the_whole_country(permits: Api) -> None:
    body: dict[str, Any] = {"act": "invented order", "pools": [steps.pool(10)]}
    with set_to(DAY):
        for agency in (HERE, f"akimat-{HERE}"):
            answer = await permits.client.put("/v1/quotas/2026", json=body, headers=officer(permits, agency))
            assert answer.status_code == 403
            assert answer.json()["detail"] == "The quota of a year needs an agency that reaches the whole country."
            proposed = await permits.client.post("/v1/quotas/2026:propose", json=body, headers=officer(permits, agency))
            headers = steps.once(officer(permits, agency), 1)
            moved = await permits.client.post("/v1/quotas/2026:move", json=MOVE, headers=headers)
            assert (proposed.status_code, moved.status_code) == (403, 403)
        whole = officer(permits, "labour-ministry")
        assert (await permits.client.put("/v1/quotas/2026", json=body, headers=whole)).status_code == 200
