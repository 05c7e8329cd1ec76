"""Permits for several regions: a place in the quota of each, a fee to the budget of each, all or none (L3)."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import orjson
import pytest

from services.permits.cases.work_permit import PERMITS
from services.permits.cases.work_permit_application import Application
from services.permits.store import quota_weighing
from shared import clock
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import unit_of_work
from shared.records.bulk_correction import CorrectionLines
from shared.testing.api import Api
from tests.permits import steps
from tests.permits.places import expect_consistent
from tests.permits.steps import APPLICATIONS, DAY, application, pool

FEE = 179 * 4325
EXTENSIONS = "/v1/work-permit-extensions"
REGISTER = "/v1/worker-registers/qualified-specialists"
REASON = {"reason": "x"}


@pytest.fixture(autouse=True)
def _on_a_monday() -> Iterator[None]:
    with clock.set_to(DAY):
        yield


async def ready(permits: Api, almaty: int, astana: int) -> None:
    await steps.register_employer(permits)
    national = pool(almaty + astana)
    await steps.set_quota(
        permits, national, pool(almaty, category="3", region="75"), pool(astana, category="3", region="71")
    )


async def free(permits: Api) -> dict[str | None, int]:
    """Places left by region; of the nation under None."""
    answer = await permits.client.get("/v1/quotas/2026", headers=steps.officer(permits))
    return {found["region"]: found["left"] for found in answer.raise_for_status().json()["pools"]}


def payment() -> dict[str, Any]:
    return {"reference": "P-1", "paid_on": "2026-03-02", "tenge": 1}


def both(*workers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return application(*workers, **({"further_regions": ["71"]} | changes))


async def pay(permits: Api, granted: dict[str, Any], **changes: Any) -> Any:
    shares = [
        {"region": share["region"], "reference": f"P-{share['region']}-{granted['id']}", "tenge": share["tenge"]}
        for share in granted["fee"]["shares"]
    ]
    fee = granted["fee"]["tenge"]
    body = {"reference": "P-1", "paid_on": "2026-03-02", "tenge": fee, "shares": shares} | changes
    headers = steps.once(steps.officer(permits), granted["version"])
    return await permits.client.post(f"{APPLICATIONS}/{granted['id']}/payment", json=body, headers=headers)


async def test_a_permit_of_two_regions_takes_a_place_and_a_fee_in_each(permits: Api) -> None:
    await ready(permits, 2, 3)
    granted = await steps.decide(permits, await steps.submit(permits, both()))
    assert await free(permits) == {None: 3, "75": 1, "71": 2}
    assert (granted["fee"]["tenge"], [share["tenge"] for share in granted["fee"]["shares"]]) == (2 * FEE, [FEE, FEE])
    short = await pay(permits, granted, shares=[{"region": "75", "reference": "P-2", "tenge": 2 * FEE}])
    assert [error["pointer"] for error in short.json()["errors"]] == ["/shares"]
    issued = (await pay(permits, granted)).raise_for_status().json()
    path = f"/v1/work-permits/{issued['permits'][0]}"
    permit = (await permits.client.get(path, headers=steps.officer(permits))).json()["record"]
    assert (permit["region"], permit["further_regions"]) == ("75", ["71"])
    trip = {"region": "71", "starts_on": "2026-06-01", "ends_on": "2026-06-02"}
    headers = steps.once(steps.officer(permits), 1)
    needless = await permits.client.post(f"{path}:add-business-trip", json=trip, headers=headers)
    assert needless.json()["errors"][0]["pointer"] == "/region"

    # Revoked before it was in force: every place goes back.
    revoked = {"reason": "no longer needed", "ended_on": "2026-03-02"}
    headers = steps.once(steps.officer(permits), 1)
    (await permits.client.post(f"{path}:revoke", json=revoked, headers=headers)).raise_for_status()
    assert await free(permits) == {None: 5, "75": 2, "71": 3}
    await expect_consistent(permits.engine)


async def test_what_one_region_has_no_place_for_takes_none_in_the_other(permits: Api) -> None:
    await ready(permits, 3, 1)
    answer = await permits.client.post(
        f"{APPLICATIONS}:check", json=both(steps.worker(), steps.worker()), headers=steps.employer(permits)
    )
    said = answer.raise_for_status().json()
    assert said["decision"]["outcome"] == "refused"
    room = {each["region"]: {r["category"]: r["at_most"] for r in each["rooms"]}["3"] for each in said["by_region"]}
    assert room == {"75": 3, "71": 1}
    assert {r["category"]: r["at_most"] for r in said["rooms"]}["3"] == 1
    refused = await steps.decide(permits, await steps.submit(permits, both(steps.worker(), steps.worker())))
    assert refused["status"] == "refused"
    assert await free(permits) == {None: 4, "75": 3, "71": 1}

    granted = await steps.decide(permits, await steps.submit(permits, both()))
    path = f"{APPLICATIONS}/{granted['id']}:withdraw"
    headers = steps.once(steps.officer(permits), granted["version"])
    (await permits.client.post(path, json={"reason": "no longer needed"}, headers=headers)).raise_for_status()
    assert await free(permits) == {None: 4, "75": 3, "71": 1}
    async with permits.engine.connect() as connection:
        used = await quota_weighing.use(connection, 2026)
    assert {region: use.refused for region, use in used.items()} == {"75": 2, "71": 2}, "asked for in vain in both"
    twice = await permits.client.post(
        APPLICATIONS, json=both(further_regions=["71", "75", "71"]), headers=steps.employer(permits)
    )
    assert [error["pointer"] for error in twice.json()["errors"]] == ["/further_regions/1", "/further_regions/2"]
    await expect_consistent(permits.engine)


async def test_regions_named_in_any_order_at_once_never_wait_in_a_ring(permits: Api) -> None:
    await ready(permits, 5, 3)
    bins = [steps.EMPLOYER, steps.OTHER_EMPLOYER]
    await steps.register_employer(permits, steps.OTHER_EMPLOYER)
    bodies = [
        both(employer_bin=bins[n % 2], region=("75", "71")[n % 2], further_regions=[("71", "75")[n % 2]])
        for n in range(8)
    ]
    submitted = [await steps.submit(permits, body) for body in bodies]
    decided = await asyncio.gather(*(steps.decide(permits, each) for each in submitted))
    granted = [each for each in decided if each["status"] == "granted"]
    assert len(granted) == 3
    assert await free(permits) == {None: 2, "75": 2, "71": 0}
    await asyncio.gather(*(pay(permits, each, reference=str(uuid4())) for each in granted))
    await expect_consistent(permits.engine)


async def test_the_officer_of_a_further_region_reads_and_finds_and_does_not_decide(permits: Api) -> None:
    """Application, permit and extension; the officer of any other region is told that there is none."""
    await ready(permits, 2, 3)
    submitted = await steps.submit(permits, both())
    path = f"{APPLICATIONS}/{submitted['id']}"
    here, further, other = (permits.token("permits-officer", agency=agency) for agency in ("75", "71", "11"))
    for headers, found in ((here, [submitted["id"]]), (further, [submitted["id"]]), (other, [])):
        listed = await permits.client.get(APPLICATIONS, headers=headers)
        assert [line["id"] for line in listed.json()["applications"]] == found
        assert (await permits.client.get(path, headers=headers)).status_code == (200 if found else 404)
    log = "SELECT action, record_id, person_document IS NOT NULL AS person FROM access_log WHERE agency = '71'"
    assert await permits.rows(log) == [{"action": "read", "record_id": submitted["id"], "person": True}]
    await expect_no_act(permits, further, path, {"decision": None, "payment": payment(), ":withdraw": REASON}, 403)
    await expect_no_act(permits, other, path, {"decision": None, "payment": payment(), ":withdraw": REASON}, 404)
    assert (await permits.client.post(APPLICATIONS, json=both(), headers=further)).status_code == 403

    granted = await steps.decide(permits, submitted)
    issued = (await pay(permits, granted)).raise_for_status().json()
    permit = issued["permits"][0]
    asked = {"source_id": "EXT-1", "permit_id": permit, "valid_until": "2027-12-31", "wage": 900_000}
    extension = (await permits.client.post(EXTENSIONS, json=asked, headers=here)).raise_for_status().json()
    for headers, times in ((here, 1), (further, 1), (other, 0)):
        for address in (f"/v1/work-permits/{permit}", f"/v1/work-permits/{permit}/history"):
            assert (await permits.client.get(address, headers=headers)).status_code == (200 if times else 404)
        for region in ({}, {"region": "71"}):
            wanted = {"day": "2026-03-02"} | region
            answer = await permits.client.post("/v1/work-permits:find", json=wanted, headers=headers)
            assert [each["id"] for each in answer.json()["records"]] == [permit] * times
        register = await permits.client.get(f"{REGISTER}?day=2026-06-01", headers=headers)
        assert [each["id"] for each in register.json()["workers"]] == [permit] * times
        listed = await permits.client.get(EXTENSIONS, headers=headers)
        assert [line["id"] for line in listed.json()["extensions"]] == [extension["id"]] * times
        read = await permits.client.get(f"{EXTENSIONS}/{extension['id']}", headers=headers)
        assert read.status_code == (200 if times else 404)
    trip = {"region": "11", "starts_on": "2026-06-01", "ends_on": "2026-06-02"}
    acts = {":revoke": {"reason": "x", "ended_on": "2026-03-02"}, ":add-business-trip": trip}
    for headers, status in ((further, 403), (other, 404)):
        await expect_no_act(permits, headers, f"/v1/work-permits/{permit}", acts, status)
        of_extension = {"decision": None, "payment": payment(), ":withdraw": REASON}
        await expect_no_act(permits, headers, f"{EXTENSIONS}/{extension['id']}", of_extension, status)
        again = asked | {"source_id": "EXT-2"}
        for address in (EXTENSIONS, f"{EXTENSIONS}:check"):
            assert (await permits.client.post(address, json=again, headers=headers)).status_code == status

    await expect_no_line(permits, permit)


async def expect_no_line(permits: Api, permit: str) -> None:
    """Nor in a batch of corrections, where a kind has one: the line is answered as that of an unknown record."""
    lines = CorrectionLines(PERMITS, Caller("x", frozenset({"permits-officer"}), agency="71"))
    line = lines.read(orjson.dumps({"id": permit, "version": 1, "reason": "x", "withdrawn": True}))
    async with unit_of_work(permits.engine) as unit:
        (result,) = await lines.store(unit, [line])
    assert [(result.status, fault.pointer, fault.detail) for fault in result.faults] == [
        ("rejected", "/id", "There is no such work permit.")
    ]


async def expect_no_act(permits: Api, headers: dict[str, str], path: str, acts: dict[str, Any], status: int) -> None:
    """Whatever version is named: none is told to who may not act."""
    for act, body in acts.items():
        address = path + (act if act.startswith(":") else f"/{act}")
        answer = await permits.client.post(address, json=body, headers=steps.once(headers, 7))
        assert answer.status_code == status, (act, answer.text)


def test_an_application_that_was_stored_before_is_for_one_region() -> None:
    held = Application.model_validate(application()).model_dump(mode="json")
    del held["further_regions"]
    assert Application.model_validate(held).regions == ("75",)
