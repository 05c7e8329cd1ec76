"""Decree 111 of 04.03.2022, point 4 of the rules: the ways by which hosts' notices reach the internal affairs bodies.

Each journey begins with the foreigner's entry and ends with the fact that the statistics read.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.portal.app import make_app
from services.portal.rules.stays.signature import MAY_SIGN
from shared import clock
from shared.testing.api import Api, StartApi
from shared.testing.people import crossing, person
from tests.portal.authority import NOW, Authority
from tests.portal.hosts import HOST_IIN, HOTEL_BIN, PERSON, eqonaq, hand_in, notice, number, step, submit


@pytest.fixture
async def portal(trusting: Path, start_api: StartApi) -> AsyncIterator[Api]:
    with clock.set_to(NOW):
        yield await start_api("portal", make_app)


@pytest.fixture
async def guest(portal: Api) -> dict[str, Any]:
    """A foreigner who entered on 20 March without a visa."""
    arrived = person()
    body = crossing(person=arrived, crossed_at="2026-03-20T08:00:00+05:00")
    answer = await portal.client.post("/v1/border-crossings", json=body, headers=portal.token("border"))
    assert answer.status_code == 201
    return arrived


async def stays(portal: Api) -> list[dict[str, Any]]:
    """The facts of stays in their newest versions."""
    events = [event for event in await portal.events() if event["type"].endswith("host_notification.v1")]
    return [event["data"] for event in {event["subject"]: event for event in events}.values()]


@pytest.mark.parametrize("channel", ["vmp", "egov"])
async def test_a_person_reports_through_the_portals_with_a_digital_signature(
    portal: Api, guest: dict[str, Any], authority: Authority, tmp_path: Path, channel: str
) -> None:
    document = orjson.dumps(notice(channel, person=guest, host=PERSON))
    answer = await submit(portal, document, authority.person(HOST_IIN).sign(document, tmp_path))

    receipt = answer.json()["receipt"]
    assert (receipt["entered_on"], receipt["due_on"], receipt["in_time"]) == ("2026-03-20", "2026-03-30", True)
    (stay,) = await stays(portal)
    assert (stay["channel"], stay["host_kind"], stay["region"]) == (channel, "person", "75")


async def test_an_organisation_reports_by_whoever_may_sign_for_it(
    portal: Api, guest: dict[str, Any], authority: Authority, tmp_path: Path
) -> None:
    document = orjson.dumps(notice("vmp", person=guest))
    signer = authority.of_organisation(HOTEL_BIN, number("90010130012"), MAY_SIGN)
    answer = await submit(portal, document, signer.sign(document, tmp_path))

    assert answer.json()["outcome"] == "valid"


@pytest.mark.parametrize(
    ("channel", "on", "late_by"), [("office", "2026-03-27", 0), ("post", "2026-03-27", 0), ("post", "2026-03-31", 1)]
)
async def test_the_notice_is_presented_at_the_office_or_sent_by_post(
    portal: Api, guest: dict[str, Any], channel: str, on: str, late_by: int
) -> None:
    """The day of receipt counts, or the postmark; not the day on which the clerk comes to enter it."""
    body = notice(channel, person=guest, host=PERSON, paper={"number": "А-17", "on": on})
    with clock.set_to(NOW.replace(month=4, day=20)):
        receipt = (await hand_in(portal, body)).json()

    assert (receipt["given_on"], receipt["late_by"], receipt["in_time"]) == (on, late_by, late_by == 0)
    assert receipt["check"]["rule"] == "host_notice_term"
    assert [stay["channel"] for stay in await stays(portal)] == [channel]


async def test_users_of_eqonaq_report_through_it(portal: Api, guest: dict[str, Any]) -> None:
    id = (await hand_in(portal, notice(person=guest))).json()["notification"]
    await step(portal, id, "check-out", eqonaq(portal), on="2026-03-26")

    (stay,) = await stays(portal)
    assert (stay["channel"], stay["state"], stay["checked_out_on"]) == ("eqonaq", "checked_out", "2026-03-26")


async def test_whatever_the_ways_it_is_one_stay(
    portal: Api, guest: dict[str, Any], authority: Authority, tmp_path: Path
) -> None:
    first = (await hand_in(portal, notice(person=guest))).json()
    document = orjson.dumps(notice("egov", person=guest))
    signature = authority.of_organisation(HOTEL_BIN, HOST_IIN).sign(document, tmp_path)
    await submit(portal, document, signature)
    await hand_in(portal, notice("post", person=guest))

    assert [stay["joins"] for stay in await stays(portal)] == [None, first["notification"], first["notification"]]
