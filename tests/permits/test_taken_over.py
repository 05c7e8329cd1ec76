"""Permits that another register issued are taken over, and no quota is got round by it."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from services.permits.rules.taken_over import TakenOver, contradictions, is_issued_here
from shared.clock import set_to
from shared.testing.api import Api
from shared.testing.people import person
from tests.permits import steps

PATH = "/v1/work-permits"


def permit(source_id: str = "OLD-1", **changes: Any) -> dict[str, Any]:
    return {
        "source_id": source_id,
        "kind": "employer",
        "category": "3",
        "status": "issued",
        "person": person(),
        "employer_bin": steps.EMPLOYER,
        "region": "75",
        "activity": "J",
        "occupation": "25",
        "qualified": True,
        "issued_on": "2026-02-02",
        "valid_from": "2026-02-10",
        "valid_until": "2027-02-09",
    } | changes


async def take_over(permits: Api, body: dict[str, Any], **claims: Any) -> Any:
    return await permits.client.post(PATH, json=body, headers=permits.token("permits-officer", **claims))


async def test_a_permit_is_taken_over_corrected_revoked_and_told(permits: Api) -> None:
    with set_to(steps.DAY):
        body = permit()
        taken = (await take_over(permits, body)).raise_for_status().json()
        address, headers = f"{PATH}/{taken['id']}", steps.officer(permits)
        again = await take_over(permits, body)
        assert (again.status_code, again.json()["id"]) == (200, taken["id"])
        mended = permit(person=person(surname="OTHER"))
        put = {"reason": "misspelt", "record": mended}
        (await permits.client.put(address, json=put, headers=headers | {"If-Match": '"1"'})).raise_for_status()
        other = {"reason": "x", "record": mended | {"region": "71"}}
        refused = await permits.client.put(address, json=other, headers=headers | {"If-Match": '"2"'})
        assert refused.status_code == 422
        end = {"reason": "left", "ended_on": "2026-03-01"}
        (await permits.client.post(f"{address}:revoke", json=end, headers=steps.once(headers, 2))).raise_for_status()
        history = (await permits.client.get(f"{address}/history", headers=headers)).json()
    assert [version["version"] for version in history] == [1, 2, 3]
    assert [event["data"]["status"] for event in await permits.events()] == ["issued", "issued", "revoked"]


async def test_only_an_officer_of_the_permit_s_region_takes_over(permits: Api) -> None:
    with set_to(steps.DAY):
        other = await take_over(permits, permit(), agency="71")
        employer = await permits.client.post(PATH, json=permit(), headers=steps.employer(permits))
        here = await take_over(permits, permit(), agency="75")
    assert other.status_code == 422
    assert other.json()["errors"][0]["pointer"] == "/region"
    assert employer.status_code == 403
    assert here.status_code == 201


async def test_a_quota_counts_what_was_taken_over_before_it(permits: Api) -> None:
    """A permit takes a place of its year, so that a quota ordered afterwards has it in use; withdrawn, it goes back."""
    seasonal = permit("OLD-3", kind="seasonal", category=None, qualified=False, activity="A", region="61")
    with set_to(steps.DAY):
        first = (await take_over(permits, permit())).raise_for_status().json()
        (await take_over(permits, permit("OLD-2", issued_on="2025-11-03"))).raise_for_status()
        (await take_over(permits, seasonal)).raise_for_status()
        never = permit("OLD-4", status="revoked", ended_on="2026-02-10")  # before it was in force: its place is free
        (await take_over(permits, never)).raise_for_status()
        twice = await take_over(permits, permit("OLD-5", further_regions=["75"]))
        assert (twice.status_code, twice.json()["errors"][0]["pointer"]) == (422, "/further_regions")
        short = {"act": "invented order", "pools": [steps.pool(0), steps.pool(5, kind="seasonal")]}
        headers = steps.officer(permits)
        refused = await permits.client.put("/v1/quotas/2026", json=short, headers=headers)
        assert refused.status_code == 422
        await steps.set_quota(permits, steps.pool(1), steps.pool(5, kind="seasonal"))
        assert await steps.pools(permits) == [(1, 1, 0, 0), (5, 1, 0, 4)]
        await steps.register_employer(permits)
        lodged = await steps.submit(permits, steps.application())
        assert (await steps.decide(permits, lodged))["status"] == "refused"
        undone = {"reason": "taken over by mistake"}
        answer = await permits.client.post(
            f"{PATH}/{first['id']}:withdraw", json=undone, headers=headers | {"If-Match": '"1"'}
        )
        answer.raise_for_status()
        assert await steps.pools(permits) == [(1, 0, 0, 1), (5, 1, 0, 4)]
    sums = await permits.rows(
        "SELECT kind, sum(used) AS used FROM quota_ledger WHERE year = 2026 AND place_id IS NOT NULL"
        " GROUP BY kind ORDER BY kind"
    )
    assert [(row["kind"], row["used"]) for row in sums] == [("employer", 0), ("seasonal", 1)]


async def test_no_quota_is_got_round(permits: Api) -> None:
    """Of a year with a quota here, and of years after the first, permits come from the procedure alone; what it issued
    is revoked and never withdrawn."""
    with set_to(steps.DAY):
        await steps.register_employer(permits)
        await steps.set_quota(permits, steps.pool(2))
        refused = await take_over(permits, permit())
        before = await take_over(permits, permit("OLD-2", issued_on="2025-11-03", valid_from="2025-11-03"))
        lines = b"\n".join(
            [
                _line(permit("OLD-3")),
                _line(permit("OLD-4", issued_on="2025-10-01")),
                _line(permit("OLD-5", kind="business_immigrant")),
            ]
        )
        ndjson = steps.officer(permits) | {"Content-Type": "application/x-ndjson"}
        batch = await permits.client.post(f"{PATH}:batch", content=lines, headers=ndjson)
        issued = (await steps.issue(permits, steps.application()))["permits"][0]
        undone = await permits.client.post(
            f"{PATH}/{issued}:withdraw", json={"reason": "x"}, headers=steps.officer(permits) | {"If-Match": '"1"'}
        )
        assert await steps.pools(permits) == [(2, 1, 0, 1)]
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (422, "quota-kept-here")
    assert refused.json()["errors"][0]["pointer"] == "/issued_on"
    assert before.status_code == 201
    *answers, summary = batch.text.splitlines()
    assert ["created" in line for line in answers] == [False, True, False]
    assert '"rejected":2' in summary
    assert undone.status_code == 409


def _line(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


async def test_an_order_and_a_taking_over_at_the_same_time_agree(permits: Api) -> None:
    """Either the order came first and nothing is taken over, or what was is in use."""
    with set_to(steps.DAY):
        order = {"act": "invented order", "pools": [steps.pool(9)]}
        ordering = permits.client.put("/v1/quotas/2026", json=order, headers=steps.officer(permits))
        takings = [take_over(permits, permit(f"OLD-{number}")) for number in range(6)]
        answers = await asyncio.gather(*takings[:3], ordering, *takings[3:])
        taken = sum(answer.status_code == 201 and answer.request.method == "POST" for answer in answers)
        ((_, used, _, _),) = await steps.pools(permits)
    assert {answer.status_code for answer in answers} <= {200, 201, 422}
    assert used == taken


GOOD = TakenOver("employer", "3", "UZB", steps.EMPLOYER, revoked=False, ended=False, regions=("75",))


@pytest.mark.parametrize(
    ("wrong", "member"),
    [
        ({"citizenship": "KAZ"}, "/person/citizenship"),
        ({"kind": "business_immigrant", "employer_bin": None, "category": None}, "/kind"),
        ({"employer_bin": None}, "/employer_bin"),
        ({"kind": "labour_immigrant", "category": None}, "/employer_bin"),
        ({"kind": "seasonal"}, "/category"),
        ({"revoked": True}, "/ended_on"),
        ({"regions": ("75", "75")}, "/further_regions"),
        ({"regions": ("75", "71", "71")}, "/further_regions"),
    ],
)
def test_what_contradicts_itself_is_not_taken_over(wrong: dict[str, Any], member: str) -> None:
    assert [found.member for found in contradictions(replace(GOOD, **wrong))] == [member]
    assert list(contradictions(GOOD)) == []


def test_permits_come_from_the_procedure_from_the_first_quota_on() -> None:
    assert not is_issued_here(2026, None)
    assert [is_issued_here(year, 2025) for year in (2024, 2025, 2026)] == [False, True, True]
