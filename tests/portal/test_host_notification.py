"""Hosts' notices on paper and from e-Qonaq: receipts, terms over Nauryz, joins, and the way of a notice (P4)."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from shared import clock
from shared.testing.api import Api
from shared.testing.people import crossing, person
from tests.portal.hosts import HOST_IIN, HOTEL, PATH, PERSON, as_host, eqonaq, hand_in, notice, number, step

NOON = datetime(2026, 3, 27, 7, tzinfo=UTC)  # noon in Almaty, Friday after Nauryz


async def closed_by(portal: Api) -> str | None:
    (duty,) = await portal.rows("SELECT CAST(notification AS text) AS notification FROM host_duty")
    found: str | None = duty["notification"]
    return found


@pytest.fixture(autouse=True)
def after_nauryz() -> Any:
    with clock.set_to(NOON):
        yield


async def test_a_receipt_says_by_which_rule_the_notice_is_in_time(portal: Api) -> None:
    answer = await hand_in(portal, notice(reported_at="2026-03-20T18:00:00+05:00"))

    receipt = answer.json()
    assert answer.status_code == 201
    assert receipt["number"].startswith("HN-2026-")
    assert receipt["given_on"] == receipt["counted_from"] == "2026-03-20"
    assert (receipt["in_time"], receipt["late_by"], receipt["counted_of"]) == (True, 0, "arrival")
    assert (receipt["check"]["rule"], receipt["check"]["version"]) == ("host_notice_term", "2020-01-01")


@pytest.mark.parametrize(
    ("on", "late_by"),
    [("2026-03-20", 0), ("2026-03-30", 0), ("2026-03-31", 1), ("2026-04-02", 3), ("2026-04-05", 4)],
)
async def test_working_days_over_nauryz(portal: Api, on: str, late_by: int) -> None:
    """20 March 2026 is a Friday; 21 to 25 March are days off, so that the third working day is Monday, 30 March."""
    with clock.set_to(datetime(2026, 4, 6, 7, tzinfo=UTC)):
        body = notice("post", host=PERSON, paper={"number": "4", "on": on})
        receipt = (await hand_in(portal, body)).json()

    assert receipt["due_on"] == "2026-03-30"
    assert (receipt["late_by"], receipt["in_time"]) == (late_by, late_by == 0)
    assert (receipt["check"]["remedy"] is None) == (late_by == 0)


async def test_a_repeat_gets_the_first_receipt_and_other_content_is_a_conflict(portal: Api) -> None:
    body = notice()
    first, again = await hand_in(portal, body), await hand_in(portal, body)
    other = await hand_in(portal, body | {"stay_until": "2026-05-01"})
    assert len(await portal.events()) == 1
    await step(portal, first.json()["notification"], "check-out", eqonaq(portal), on="2026-03-25")
    later = await hand_in(portal, body)

    assert [answer.status_code for answer in (first, again, other, later)] == [201, 200, 409, 200]
    assert first.json() == again.json() == later.json()
    assert first.headers["ETag"] == later.headers["ETag"] == '"1"'


async def test_each_channel_numbers_its_notices_by_itself(portal: Api) -> None:
    first = await hand_in(portal, notice(source_id="1"))
    second = await hand_in(portal, notice("office", source_id="1"))

    assert (first.status_code, second.status_code) == (201, 201)


async def test_the_fact_tells_the_stay_and_not_the_host(portal: Api) -> None:
    body = notice("office", host=PERSON)
    await hand_in(portal, body)

    (event,) = await portal.events()
    assert event["type"] == "kz.kosh.portal.host_notification.v1"
    told = event["data"]
    assert (told["state"], told["region"], told["host_kind"]) == ("notified", "75", "person")
    assert told["person"] == body["person"]
    assert HOST_IIN not in json.dumps(told)


async def test_a_notice_belongs_to_the_latest_entry_of_its_person(portal: Api) -> None:
    guest = person()
    border = portal.token("border")
    for day in ("2026-01-05", "2026-03-21"):
        body = crossing(person=guest, crossed_at=f"{day}T10:00:00+05:00")
        last = (await portal.client.post("/v1/border-crossings", json=body, headers=border)).json()["id"]
    later = crossing(person=guest, crossed_at="2026-03-28T10:00:00+05:00")
    await portal.client.post("/v1/border-crossings", json=later, headers=border)
    receipt = (await hand_in(portal, notice(person=guest, stay_from="2026-03-20"))).json()

    assert (receipt["crossing"], receipt["entered_on"]) == (last, "2026-03-21")
    assert (receipt["counted_from"], receipt["counted_of"]) == ("2026-03-21", "crossing")


async def test_a_notice_closes_the_duty_of_the_entry_and_a_cancelled_one_opens_it_again(portal: Api) -> None:
    guest = person()
    body = crossing(person=guest, crossed_at="2026-03-20T10:00:00+05:00", visa_number="NOWHERE")
    await portal.client.post("/v1/border-crossings", json=body, headers=portal.token("border"))
    first = (await hand_in(portal, notice(person=guest))).json()["notification"]
    second = (await hand_in(portal, notice("office", person=guest))).json()["notification"]

    assert await closed_by(portal) == first
    await step(portal, first, "cancel", eqonaq(portal), reason="no such guest")
    assert await closed_by(portal) == second
    await step(portal, second, "cancel", portal.token("clerk"), reason="no such guest")
    assert await closed_by(portal) is None
    await step(portal, first, "reinstate", eqonaq(portal), 2, reason="there was")
    assert await closed_by(portal) == first


async def test_the_same_stay_through_two_channels_is_one_stay(portal: Api) -> None:
    guest = person()
    first = (await hand_in(portal, notice(person=guest))).json()
    second = (await hand_in(portal, notice("office", person=guest, stay_from="2026-03-21"))).json()
    third = (await hand_in(portal, notice("post", person=guest))).json()
    elsewhere = (await hand_in(portal, notice("office", person=guest, host=PERSON))).json()

    assert first["joins"] is None
    assert second["joins"] == third["joins"] == first["notification"]
    assert elsewhere["joins"] is None
    assert [event["data"]["joins"] for event in await portal.events()] == [
        None,
        first["notification"],
        first["notification"],
        None,
    ]


async def test_two_channels_at_the_same_moment_do_not_miss_each_other(portal: Api) -> None:
    guest = person()
    both = await asyncio.gather(*(hand_in(portal, notice(channel, person=guest)) for channel in ("eqonaq", "office")))
    joins = {answer.json()["notification"]: answer.json()["joins"] for answer in both}

    (joined,) = [join for join in joins.values() if join]
    assert joins[joined] is None


async def test_a_second_stay_at_the_same_host_is_another_stay(portal: Api) -> None:
    guest = person()
    await hand_in(portal, notice(person=guest, stay_from="2026-03-01", stay_until="2026-03-05"))
    again = (await hand_in(portal, notice(person=guest, stay_from="2026-03-05", stay_until="2026-03-08"))).json()

    assert again["joins"] is None


async def test_check_out_cancel_and_reinstate(portal: Api) -> None:
    id = (await hand_in(portal, notice())).json()["notification"]
    system = eqonaq(portal)
    out = await step(portal, id, "check-out", system, on="2026-03-25")
    cancelled = await step(portal, id, "cancel", system, 2, reason="the guest was another")
    again = await step(portal, id, "cancel", system, 3, reason="once more")
    reinstated = await step(portal, id, "reinstate", system, 3, reason="it was the guest after all")

    assert [a.status_code for a in (out, cancelled, again, reinstated)] == [200, 200, 409, 200]
    told = [(event["recordversion"], event["data"]["state"]) for event in await portal.events()]
    assert told == [(1, "notified"), (2, "checked_out"), (3, "cancelled"), (4, "checked_out")]
    assert reinstated.json()["record"]["checked_out_on"] == "2026-03-25"
    history = await portal.client.get(f"{PATH}/{id}/history", headers=system)
    assert [version["reason"] for version in history.json()][1:] == [
        "checked out",
        "the guest was another",
        "it was the guest after all",
    ]


@pytest.mark.parametrize("on", ["2026-03-19", "2026-03-28"])
async def test_nobody_checks_out_before_the_arrival_or_in_the_future(portal: Api, on: str) -> None:
    id = (await hand_in(portal, notice())).json()["notification"]
    answer = await step(portal, id, "check-out", eqonaq(portal), on=on)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/on"]


@pytest.mark.parametrize(
    ("channel", "roles", "agency", "pointer"),
    [
        ("eqonaq", "clerk", "development", "/channel"),
        ("eqonaq", "notifier", "vmp", "/channel"),
        ("office", "notifier", "eqonaq", "/channel"),
        ("vmp", "clerk", "development", "/channel"),
        ("self", "clerk", "development", "/channel"),
    ],
)
async def test_every_channel_has_its_own_callers(
    portal: Api, channel: str, roles: str, agency: str, pointer: str
) -> None:
    headers = portal.token(roles, agency=agency)
    one = await hand_in(portal, notice(channel), headers)
    ndjson = headers | {"Content-Type": "application/x-ndjson"}
    many = await portal.client.post(f"{PATH}:batch", content=orjson.dumps(notice(channel)), headers=ndjson)

    assert one.status_code == 422
    assert pointer in {error["pointer"] for error in one.json()["errors"]}
    assert json.loads(many.text.splitlines()[0])["status"] == "rejected"


async def test_what_contradicts_itself_is_refused(portal: Api) -> None:
    wrong = [
        notice(stay_until="2026-03-01"),
        notice(host={"kind": "person", "bin": HOTEL["bin"]}),
        notice(address={"kato": "990000000", "text": "Nowhere"}),
        notice("office", paper=None),
        notice(paper={"number": "1", "on": "2026-03-20"}),
        notice(state="cancelled"),
        notice(reported_at="2026-04-01T10:00:00+05:00"),
        notice(stay_from="2019-05-01"),
    ]
    answers = [await hand_in(portal, body) for body in wrong]

    assert [answer.status_code for answer in answers] == [422] * len(wrong)
    assert await portal.events() == []


async def test_a_batch_from_eqonaq_takes_check_ins_and_whole_stays(portal: Api) -> None:
    guest = person()
    lines = [
        notice(person=guest),
        notice(state="checked_out", checked_out_on="2026-03-22"),
        notice(stay_from="not a day"),
        notice(person=guest),
    ]
    content = b"\n".join(orjson.dumps(line) for line in lines)
    headers = eqonaq(portal) | {"Content-Type": "application/x-ndjson"}
    answer = await portal.client.post(f"{PATH}:batch", content=content, headers=headers)
    again = await portal.client.post(f"{PATH}:batch", content=content, headers=headers)

    told = [json.loads(line) for line in answer.text.splitlines()]
    assert told[-1] == {"summary": {"created": 3, "repeated": 0, "rejected": 1}}
    assert json.loads(again.text.splitlines()[-1]) == {"summary": {"created": 0, "repeated": 3, "rejected": 1}}
    receipt = await portal.client.get(f"{PATH}/{told[3]['id']}/receipt", headers=eqonaq(portal))
    assert receipt.json()["joins"] == told[0]["id"]
    assert {event["data"]["state"] for event in await portal.events()} == {"notified", "checked_out"}


async def test_a_host_sees_its_own_notices_only(portal: Api) -> None:
    ids = [(await hand_in(portal, notice())).json()["notification"] for _ in range(3)]
    other = {"kind": "organisation", "bin": number("06054000123")}
    foreign = (await hand_in(portal, notice(host=other))).json()["notification"]

    page = (await portal.client.get(f"{PATH}?limit=2", headers=as_host(portal))).json()
    rest = (await portal.client.get(f"{PATH}?cursor={page['next']}", headers=as_host(portal))).json()
    assert [each["id"] for each in page["notices"] + rest["notices"]] == ids[::-1]
    assert rest["next"] is None
    assert (await portal.client.get(f"{PATH}/{ids[0]}", headers=as_host(portal))).status_code == 200
    assert (await portal.client.get(f"{PATH}/{foreign}", headers=as_host(portal))).status_code == 404
    seen = await portal.rows("SELECT count(*) AS n FROM access_log WHERE action = 'search' AND record_id IS NOT NULL")
    assert seen == [{"n": 3}]


async def test_the_police_read_and_change_nothing(portal: Api) -> None:
    id = (await hand_in(portal, notice())).json()["notification"]
    police = portal.token("migration-police")

    assert (await portal.client.get(f"{PATH}/{id}", headers=police)).status_code == 200
    assert (await step(portal, id, "cancel", police, reason="no")).status_code == 403


async def test_a_clerk_corrects_but_never_the_host(portal: Api) -> None:
    body = notice("office")
    id = (await hand_in(portal, body)).json()["notification"]
    headers = portal.token("clerk") | {"If-Match": '"1"'}
    longer = {"reason": "misread", "record": body | {"stay_until": "2026-04-20"}}
    other = {"reason": "misread", "record": body | {"host": PERSON}}

    refused = await portal.client.put(f"{PATH}/{id}", json=other, headers=headers)
    done = await portal.client.put(f"{PATH}/{id}", json=longer, headers=headers)
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/record/host"]
    assert (done.status_code, done.json()["record"]["stay_until"]) == (200, "2026-04-20")
