"""What intake accepts, every list and every run can reckon with: applications, permits and workers of extreme days."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from shared import clock
from shared.testing.api import Api
from shared.testing.people import person
from tests.permits.steps import (
    APPLICATIONS,
    DAY,
    application,
    decide,
    issue,
    officer,
    once,
    pool,
    register_employer,
    set_quota,
    submit,
    worker,
)

LAST, LAST_RECKONED, FIRST, TODAY = "9999-12-31", "2199-12-31", "1900-01-01", "2026-03-02"
WORKERS = "/v1/eaeu-workers"


@pytest.fixture(autouse=True)
def on_a_monday() -> Iterator[None]:
    with clock.set_to(DAY):
        yield


def foreigner(**changes: Any) -> dict[str, Any]:
    return person(birth_date=FIRST, document=person()["document"] | {"expires": LAST}, **changes)


async def test_no_application_of_any_term_breaks_a_reading_or_the_run(permits: Api) -> None:
    await register_employer(permits)
    await set_quota(permits, pool(100))
    terms = [pair for pair in product((FIRST, TODAY, LAST_RECKONED), repeat=2) if pair[0] <= pair[1]]
    ids = []
    for first, last in terms:
        asked = application(worker(person=foreigner(), valid_from=first, valid_until=last))
        submitted = await submit(permits, asked)
        decided = await decide(permits, submitted)
        ids.append(decided["id"])
    answers = [
        await permits.client.get(address, headers=officer(permits))
        for address in (APPLICATIONS, f"{APPLICATIONS}?limit=1", *(f"{APPLICATIONS}/{id}" for id in ids))
    ]
    answers += [await permits.client.post("/v1/quota-lapse-runs", headers=permits.token("operator")) for _ in range(2)]
    assert {(answer.request.url.path, answer.status_code) for answer in answers if answer.status_code != 200} == set()


@pytest.mark.parametrize("day", ["9999-12-31", "2200-01-01", "1899-12-31"])
async def test_a_term_that_no_norm_could_reckon_with_is_a_fault_of_its_field(permits: Api, day: str) -> None:
    body = application(worker(valid_until=day))
    answer = await permits.client.post(APPLICATIONS, json=body, headers=officer(permits))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/workers/0/valid_until"]


@pytest.mark.parametrize("day", [FIRST, TODAY, LAST])
async def test_a_permit_is_paid_and_revoked_on_any_day_without_a_failure(permits: Api, day: str) -> None:
    await register_employer(permits)
    await set_quota(permits, pool(100))
    granted = await decide(permits, await submit(permits, application(worker(person=foreigner()))))
    body = {"reference": "P-1", "paid_on": day, "tenge": granted["fee"]["tenge"]}
    headers = once(officer(permits), granted["version"])
    paid = await permits.client.post(f"{APPLICATIONS}/{granted['id']}/payment", json=body, headers=headers)
    issued = await issue(permits, application(worker(person=foreigner())))
    (permit,) = issued["permits"]
    path = f"/v1/work-permits/{permit}"
    ending = {"ended_on": day, "reason": "invented"}
    revoked = await permits.client.post(f"{path}:revoke", json=ending, headers=once(officer(permits), 1))
    read = await permits.client.get(f"{path}/history", headers=officer(permits))
    staff = await permits.client.put(
        f"/v1/employers/200340001008/staff/{day}", json={"citizens": dict.fromkeys("1234", 1)}, headers=officer(permits)
    )
    again = await permits.client.get(f"/v1/employers/200340001008/staff/{day}", headers=officer(permits))
    assert max(answer.status_code for answer in (paid, revoked, read, staff, again)) < 500
    assert read.status_code == 200
    assert day != TODAY or (paid.status_code, revoked.status_code) == (200, 200), revoked.text


async def test_no_declared_worker_breaks_a_reading(permits: Api) -> None:
    for first, last in ((FIRST, FIRST), (FIRST, LAST), (TODAY, None), (LAST, LAST)):
        body = {
            "source_id": f"E-{first}-{last}", "person": foreigner(citizenship="KGZ"), "employer_bin": "200340001008",
            "region": "75", "activity": "J", "occupation": None, "qualified": True, "country": "KGZ",
            "works_from": first, "works_until": last,
        }  # fmt: skip
        kept = await permits.client.post(WORKERS, json=body, headers=officer(permits))
        assert kept.status_code in (201, 422), kept.text
        if kept.status_code == 201:
            for rest in ("", "/history"):
                read = await permits.client.get(f"{WORKERS}/{kept.json()['id']}{rest}", headers=officer(permits))
                assert read.status_code == 200
