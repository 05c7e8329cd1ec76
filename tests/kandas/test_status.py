"""A status after the decision: its ends, its expiry, corrections, and statuses taken over from elsewhere."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest

from shared.testing.api import Api
from shared.testing.people import person
from tests.kandas.families import PATH, Desk, findings, lodgement
from tests.kandas.test_application import noon

STATUSES = "/v1/kandas-statuses"
RUNS = "/v1/kandas-expiry-runs"


@pytest.fixture(autouse=True)
def on_18_march_2026() -> Iterator[None]:
    with noon("2026-03-18"):
        yield


async def granted(kandas: Api) -> str:
    """The record of a status granted on 18 March 2026, at version 2."""
    desk, body = Desk(kandas), lodgement()
    lodged = (await desk.lodge(body)).json()
    decided = await desk.act(f"{PATH}/{lodged['id']}/decision", findings(body), 1)
    assert decided.json()["members"][0]["outcome"] == "granted"
    return str(lodged["members"][0]["status_id"])


def taken_over(**changes: Any) -> dict[str, Any]:
    """A status that another register granted."""
    identity = person()
    return {
        "source_id": f"OLD-{identity['surname']}",
        "case": f"OLD-CASE-{identity['surname']}",
        "member": "applicant",
        "person": identity,
        "country_of_origin": "MNG",
        "region": "61",
        "state": "granted",
        "applied_on": "2025-06-02",
        "decided_on": "2025-06-05",
        "valid_until": "2026-06-05",
    } | changes


@pytest.mark.parametrize("reason", ["citizenship", "withdrawal", "leaving"])
async def test_a_status_ends_once_with_its_reason(kandas: Api, reason: str) -> None:
    id = await granted(kandas)
    with noon("2026-09-01"):
        desk = Desk(kandas)
        ended = await desk.act(f"{STATUSES}/{id}:end", {"ended_on": "2026-08-31", "reason": reason}, 2)
        again = await desk.act(f"{STATUSES}/{id}:end", {"ended_on": "2026-08-31", "reason": reason}, 3)

    assert ended.status_code == 200
    assert ended.json()["record"]["end_reason"] == reason
    assert again.status_code == 409
    newest = (await kandas.events())[-1]
    assert (newest["data"]["state"], newest["data"]["ended_on"], newest["recordversion"]) == ("ended", "2026-08-31", 3)


@pytest.mark.parametrize("day", ["2026-03-17", "2027-03-19", "2026-09-02"])
async def test_no_end_before_the_beginning_after_the_expiry_or_in_the_future(kandas: Api, day: str) -> None:
    id = await granted(kandas)
    with noon("2026-09-01"):
        answer = await Desk(kandas).act(f"{STATUSES}/{id}:end", {"ended_on": day, "reason": "leaving"}, 2)

    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/ended_on"}


async def test_the_expiry_run_finds_each_status_once_on_the_day_after_its_last(kandas: Api) -> None:
    await granted(kandas)
    await kandas.client.post(STATUSES, json=taken_over(), headers=Desk(kandas).headers)
    found = []
    for day in ("2026-06-05", "2026-06-06", "2026-06-06", "2027-03-18", "2027-03-19", "2027-03-20"):
        with noon(day):
            answer = await kandas.client.post(RUNS, headers=kandas.token("operator"))
            found.append(answer.json()["expired"])

    assert found == [0, 1, 0, 0, 1, 0]
    ends = [(e["data"]["ended_on"], e["data"]["end_reason"]) for e in (await kandas.events())[-2:]]
    assert ends == [("2026-06-06", "expiry"), ("2027-03-19", "expiry")]


async def test_a_correction_mends_the_person_and_leaves_the_state_to_the_procedure(kandas: Api) -> None:
    desk, body = Desk(kandas), lodgement()
    id = (await desk.lodge(body)).json()["members"][0]["status_id"]
    record = (await desk.read(f"{STATUSES}/{id}")).json()["record"]
    mended = record | {"person": record["person"] | {"given_names": "NURLAN"}}
    smuggled = record | {"state": "granted", "decided_on": "2026-03-18", "case": "another"}
    headers = desk.headers | {"If-Match": '"1"'}

    refused = await kandas.client.put(
        f"{STATUSES}/{id}", json={"reason": "granted by hand", "record": smuggled}, headers=headers
    )
    done = await kandas.client.put(
        f"{STATUSES}/{id}", json={"reason": "misread passport", "record": mended}, headers=headers
    )

    assert refused.status_code == 422
    assert {error["pointer"] for error in refused.json()["errors"]} == {"/record/state", "/record/case"}
    assert done.status_code == 200
    assert (await kandas.events())[-1]["data"]["person"]["given_names"] == "NURLAN"
    history = (await desk.read(f"{STATUSES}/{id}/history")).json()
    assert [version["record"]["person"]["given_names"] for version in history] == ["AZIZ", "NURLAN"]


async def test_a_withdrawn_status_is_not_in_force(kandas: Api) -> None:
    id = await granted(kandas)
    headers = Desk(kandas).headers | {"If-Match": '"2"'}
    answer = await kandas.client.post(f"{STATUSES}/{id}:withdraw", json={"reason": "wrong person"}, headers=headers)
    with noon("2028-01-01"):
        run = await kandas.client.post(RUNS, headers=kandas.token("operator"))

    assert answer.status_code == 200
    assert run.json()["expired"] == 0
    assert (await kandas.events())[-1]["recordwithdrawn"] is True


async def test_statuses_of_another_register_are_taken_over_in_bulk_and_contradictions_refused(kandas: Api) -> None:
    lines = [
        taken_over(),
        taken_over(state="ended", ended_on="2025-05-01", end_reason="leaving"),
        taken_over(state="granted", decided_on=None),
    ]
    answer = await kandas.client.post(
        f"{STATUSES}:batch",
        content=b"\n".join(map(orjson.dumps, lines)),
        headers=Desk(kandas).headers | {"Content-Type": "application/x-ndjson"},
    )
    results = [orjson.loads(line) for line in answer.text.splitlines()]

    assert [result.get("status") for result in results[:-1]] == ["created", "rejected", "rejected"]
    assert "must not end before it begins" in results[1]["problems"][0]["detail"]
    assert results[-1] == {"summary": {"created": 1, "repeated": 0, "rejected": 2}}
    assert len(await kandas.events()) == 1


async def test_only_entitled_roles_end_expire_and_read(kandas: Api) -> None:
    id = await granted(kandas)
    consul = Desk(kandas, "consul")
    ended = await consul.act(f"{STATUSES}/{id}:end", {"ended_on": "2026-03-18", "reason": "leaving"}, 2)

    assert ended.status_code == 403
    assert (await consul.read(f"{STATUSES}/{id}")).status_code == 403
    assert (await kandas.client.post(RUNS, headers=Desk(kandas).headers)).status_code == 403
