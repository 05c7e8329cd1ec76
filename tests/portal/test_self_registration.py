"""Self-registration with the host's consent (order 923), switched by its norm."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from shared import clock
from shared.testing.api import Api
from shared.testing.people import crossing, person
from tests.portal.hosts import HOST_IIN, PATH, PERSON, as_host, notice, number, step

GUEST_IIN = number("95010150012")


@pytest.fixture(autouse=True)
def in_august() -> Iterator[None]:
    with clock.set_to(datetime(2026, 8, 10, 7, tzinfo=UTC)):
        yield


def registration(**changes: Any) -> dict[str, Any]:
    own = {"state": "awaiting_host", "host": PERSON, "stay_from": "2026-08-01", "stay_until": "2026-09-15"}
    return notice("self", **(own | {"person": person(iin=GUEST_IIN)} | changes))


async def register(portal: Api, body: dict[str, Any], iin: str = GUEST_IIN) -> Any:
    return await portal.client.post("/v1/self-registrations", json=body, headers=portal.token("citizen", iin=iin))


async def test_the_host_confirms_and_only_then_it_is_a_stay(portal: Api) -> None:
    answer = await register(portal, registration())
    id, host = answer.json()["notification"], as_host(portal, iin=HOST_IIN)
    confirmed = await step(portal, id, "confirm", host, reason="he lives here")

    assert (answer.status_code, confirmed.status_code) == (201, 200)
    assert answer.json()["check"]["rule"] == "self_registration_term"
    assert [event["data"]["state"] for event in await portal.events()] == ["awaiting_host", "notified"]


async def test_the_host_refuses_and_it_never_becomes_a_stay(portal: Api) -> None:
    id, host = (await register(portal, registration())).json()["notification"], as_host(portal, iin=HOST_IIN)
    refused = await step(portal, id, "refuse", host, reason="I do not know him")
    late = await step(portal, id, "confirm", host, 2, reason="after all")

    assert (refused.status_code, late.status_code) == (200, 409)
    assert [event["data"]["state"] for event in await portal.events()] == ["awaiting_host", "refused_by_host"]


async def test_nobody_but_the_host_confirms(portal: Api) -> None:
    id = (await register(portal, registration())).json()["notification"]
    other, eqonaq = as_host(portal, iin=number("70010150012")), portal.token("notifier", agency="eqonaq")

    assert (await step(portal, id, "confirm", other, reason="me too")).status_code == 404
    assert (await step(portal, id, "confirm", eqonaq, reason="a system")).status_code == 403


@pytest.mark.parametrize(("entered", "late_by"), [("2026-07-11", 0), ("2026-07-10", 1), ("2026-07-01", 10)])
async def test_the_thirtieth_calendar_day_after_the_entry_is_the_last(portal: Api, entered: str, late_by: int) -> None:
    guest = person(iin=GUEST_IIN)
    body = crossing(person=guest, crossed_at=f"{entered}T10:00:00+05:00")
    await portal.client.post("/v1/border-crossings", json=body, headers=portal.token("border"))
    receipt = (await register(portal, registration(person=guest))).json()

    assert (receipt["counted_from"], receipt["counted_of"]) == (entered, "crossing")
    assert (receipt["late_by"], receipt["counted_in"], receipt["in_time"]) == (late_by, "days", late_by == 0)


async def test_who_moves_within_the_stay_has_five_working_days_from_the_new_address(portal: Api) -> None:
    guest = person(iin=GUEST_IIN)
    body = crossing(person=guest, crossed_at="2026-07-20T10:00:00+05:00")
    await portal.client.post("/v1/border-crossings", json=body, headers=portal.token("border"))
    first = (await register(portal, registration(person=guest, stay_from="2026-07-21"))).json()
    there = {"kato": "710000000", "text": "Abay avenue 1"}
    moved = (await register(portal, registration(person=guest, stay_from="2026-07-27", address=there))).json()

    assert first["check"]["rule"] == "self_registration_term"
    assert (moved["check"]["rule"], moved["counted_from"], moved["due_on"]) == (
        "readdress_term",
        "2026-07-27",
        "2026-08-03",
    )
    assert (moved["late_by"], moved["counted_in"]) == (5, "working days")


async def test_before_the_order_is_in_force_the_host_reports(portal: Api) -> None:
    with clock.set_to(datetime(2026, 6, 30, 7, tzinfo=UTC)):
        answer = await register(portal, registration(stay_from="2026-06-20"))

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/self-registration-not-in-force")


async def test_everybody_registers_only_themselves(portal: Api) -> None:
    stranger = await register(portal, registration(), number("99010150012"))
    office = await portal.client.post("/v1/self-registrations", json=registration(), headers=portal.token("clerk"))

    assert [error["pointer"] for error in stranger.json()["errors"]] == ["/person/iin"]
    assert office.status_code == 201


async def test_moving_house_is_a_registration_of_its_own(portal: Api) -> None:
    guest = person(iin=GUEST_IIN)
    first = (await register(portal, registration(person=guest, stay_until="2026-08-05"))).json()
    moved = {"host": {"kind": "person", "iin": number("70010150012")}, "stay_from": "2026-08-05"}
    second = (await register(portal, registration(person=guest, **moved))).json()

    assert second["joins"] is None
    assert first["number"] != second["number"]
    assert (await portal.client.get(f"{PATH}/{second['notification']}", headers=portal.token("clerk"))).is_success
