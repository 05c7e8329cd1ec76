"""A status is extended once, asked for in time, and does not run out while the office decides (K1)."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from shared.testing.api import Api
from tests.kandas.families import Desk
from tests.kandas.test_application import noon
from tests.kandas.test_status import RUNS, STATUSES, granted

PATH = "/v1/kandas-extensions"
LAST = "2027-03-18"  # of the status that `granted` makes


@pytest.fixture(autouse=True)
def on_18_march_2026() -> Iterator[None]:
    with noon("2026-03-18"):
        yield


async def ask(desk: Desk, status: str, source_id: str = "X-1", **changes: Any) -> Any:
    body = {"source_id": source_id, "status": status, "until": "2027-09-18", "reason": "in hospital"} | changes
    return await desk.api.client.post(PATH, json=body, headers=desk.headers)


async def test_a_status_is_extended_once_and_does_not_expire_while_it_waits(kandas: Api) -> None:
    status = await granted(kandas)
    with noon(LAST):
        desk = Desk(kandas)
        asked = await ask(desk, status)
        again = await ask(desk, status)
        other = await ask(desk, status, reason="other")
        second = await ask(desk, status, "X-2")
        case = f"{PATH}/{asked.json()['id']}"
    with noon("2027-03-19"):
        waited = await kandas.client.post(RUNS, headers=kandas.token("operator"))
        desk = Desk(kandas)
        decided = await desk.act(f"{case}/decision", {}, 1, "once")
        repeated = await desk.act(f"{case}/decision", {}, 1, "once")
        twice = await desk.act(f"{case}/decision", {}, 2)
        record = (await desk.read(f"{STATUSES}/{status}")).json()["record"]
        more = await ask(desk, status, "X-3", until="2027-10-18")
        no_more = await desk.act(f"{PATH}/{more.json()['id']}/decision", {}, 1)
    with noon("2027-09-19"):
        run = await kandas.client.post(RUNS, headers=kandas.token("operator"))

    assert (asked.status_code, again.status_code) == (201, 200)
    assert asked.json()["decide_by"] == "2027-03-25"  # two working days, over Nauryz and a weekend
    assert (other.status_code, second.status_code) == (409, 409)
    assert waited.json()["expired"] == 0
    assert (decided.json()["state"], repeated.json()) == ("granted", decided.json())
    assert twice.status_code == 409
    assert (record["state"], record["valid_until"]) == ("granted", "2027-09-18")
    assert no_more.json()["state"] == "refused"
    failed = [c["rule"] for c in no_more.json()["decision"]["checks"] if c["outcome"] == "failed"]
    assert failed == ["extensions"]
    assert run.json()["expired"] == 1
    assert (await kandas.events())[2]["data"]["valid_until"] == "2027-09-18"


async def test_an_extension_taken_back_lets_the_status_expire(kandas: Api) -> None:
    status = await granted(kandas)
    with noon(LAST):
        asked = (await ask(Desk(kandas), status)).json()
        taken = await Desk(kandas).act(f"{PATH}/{asked['id']}:withdraw", {"reason": "citizenship is near"}, 1)
        shown = await Desk(kandas).read(f"{PATH}/{asked['id']}")
    with noon("2027-03-19"):
        run = await kandas.client.post(RUNS, headers=kandas.token("operator"))
        late = await ask(Desk(kandas), status, "X-9")

    assert (taken.json()["state"], shown.json()["state"]) == ("withdrawn", "withdrawn")
    assert run.json()["expired"] == 1
    assert late.status_code == 409


async def test_of_many_at_once_one_is_taken_and_no_other_region_sees_it(kandas: Api) -> None:
    status = await granted(kandas)
    desk = Desk(kandas)
    answers = await asyncio.gather(*(ask(desk, status, f"X-{number}") for number in range(6)))
    (taken,) = [answer.json() for answer in answers if answer.status_code == 201]
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]

    stranger = Desk(kandas, agency="11")
    assert (await stranger.read(f"{PATH}/{taken['id']}")).status_code == 404
    assert (await stranger.act(f"{PATH}/{taken['id']}/decision", {}, 1)).status_code == 404
    assert (await ask(stranger, status, "X-77")).status_code == 404


async def test_bad_input_is_named(kandas: Api) -> None:
    status = await granted(kandas)
    desk = Desk(kandas)
    wrong = await ask(desk, status, source_id="X 1", until="soon", reason="")
    unknown = await ask(desk, "00000000-0000-0000-0000-000000000001")
    far = (await ask(desk, status, "X-5", until="9999-12-31")).json()
    refused = await desk.act(f"{PATH}/{far['id']}/decision", {}, 1)

    assert {error["pointer"] for error in wrong.json()["errors"]} == {"/source_id", "/until", "/reason"}
    assert unknown.status_code == 404
    assert refused.json()["state"] == "refused"


async def test_who_waits_stands_in_the_work_list_and_a_refusal_lets_the_run_end_the_status(kandas: Api) -> None:
    statuses = [await granted(kandas) for _ in range(2)]
    with noon("2027-03-17"):
        first = (await ask(Desk(kandas), statuses[0], "X-1", until="9999-12-31")).json()
    with noon(LAST):
        second = (await ask(Desk(kandas), statuses[1], "X-2")).json()
    with noon("2027-03-26"):
        desk, stranger = Desk(kandas), Desk(kandas, agency="11")
        await kandas.client.post(RUNS, headers=kandas.token("operator"))
        listed = await kandas.client.get(PATH, headers=desk.headers, params={"limit": 1})
        onwards = {"cursor": listed.json()["next"], "region": "61"}
        rest = (await kandas.client.get(PATH, headers=desk.headers, params=onwards)).json()
        elsewhere = [
            (await kandas.client.get(PATH, headers=who.headers, params=asked)).json()["extensions"]
            for who, asked in ((stranger, {}), (desk, {"region": "11"}))
        ]
        bad = await kandas.client.get(PATH, headers=desk.headers, params={"cursor": "WyJ4IiwieSJd"})
        standing = f"{STATUSES}/{statuses[0]}/standing"
        pending = (await desk.read(standing)).json()
        refused = await desk.act(f"{PATH}/{first['id']}/decision", {}, 1)
        decided = (await desk.read(standing)).json()
        run = await kandas.client.post(RUNS, headers=kandas.token("operator"))
        record = (await desk.read(f"{STATUSES}/{statuses[0]}")).json()["record"]

    (line,), (other,) = listed.json()["extensions"], rest["extensions"]
    assert (line["id"], line["status_id"], line["region"]) == (first["id"], statuses[0], "61")
    assert (line["decide_by"], line["days_left"]) == (first["decide_by"], -7)
    assert (other["id"], other["days_left"], rest["next"]) == (second["id"], -1, None)
    assert (elsewhere, bad.status_code) == ([[], []], 422)
    assert (pending["in_force"], pending["past_last_day"], pending["extension_pending"]) == (True, True, True)
    assert (refused.json()["state"], run.json()["expired"]) == ("refused", 1)
    assert (decided["in_force"], decided["extension_pending"], decided["decide_by"]) == (False, False, None)
    assert (record["state"], record["ended_on"], record["end_reason"]) == ("ended", "2027-03-19", "expiry")
