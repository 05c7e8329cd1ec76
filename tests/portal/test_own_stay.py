"""Whoever is concerned asks the stay control: the foreigner about the own stay, the host about a guest who is there."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared import clock
from shared.testing.api import Api
from tests.portal.guests import cross, foreigner, key, with_visa
from tests.portal.hosts import HOTEL_BIN, PATH, hand_in, notice

IIN = "900501300120"
MARCH = datetime(2026, 3, 10, 7, tzinfo=UTC)
LOGGED = "SELECT record_kind AS kind, action, person_iin FROM access_log ORDER BY id"


@pytest.fixture(autouse=True)
def in_march() -> Any:
    with clock.set_to(MARCH):
        yield


async def stayed(portal: Api) -> tuple[dict[str, Any], str]:
    """A foreigner who entered on a visa, with the visa's number."""
    guest = foreigner(iin=IIN)
    await with_visa(portal, guest, valid_until="2026-06-30")
    number = await with_visa(portal, guest)
    await cross(portal, guest, "2026-03-02T10:00:00+05:00", visa_number=number)
    return guest, number


async def notified(portal: Api, guest: dict[str, Any]) -> str:
    paper = {"number": "17/26", "on": "2026-03-03"}
    stay = {"stay_from": "2026-03-02", "stay_until": "2026-03-31", "paper": paper}
    answer = await hand_in(portal, notice("office", person=guest, **stay))
    assert answer.status_code == 201, answer.text
    return str(answer.headers["Location"]).rsplit("/", 1)[1]


async def test_a_foreigner_sees_by_which_visa_and_until_when(portal: Api) -> None:
    _, number = await stayed(portal)
    answer = await portal.client.get("/v1/me/stay", headers=portal.token("citizen", iin=IIN))
    assert answer.status_code == 200, answer.text
    stay = answer.json()
    assert (stay["right"], stay["visa_number"], stay["last_day"]) == ("visa", number, "2026-04-30")
    later = await portal.client.get("/v1/me/stay?day=2026-05-01", headers=portal.token("citizen", iin=IIN))
    assert (later.json()["lawful"], later.json()["visa_number"]) == (False, None)


async def test_each_look_at_the_own_stay_leaves_a_row(portal: Api) -> None:
    headers = portal.token("citizen", iin=IIN)
    for path in ("stay", "violations"):  # nothing is on record: these are looks all the same
        await portal.client.get(f"/v1/me/{path}", headers=headers)
    rows = [(row["kind"], row["action"], row["person_iin"]) for row in await portal.rows(LOGGED)]
    assert rows == [("stay_control", "search", IIN), ("violation", "search", IIN)]


async def test_nobody_asks_about_the_own_stay_without_an_iin(portal: Api) -> None:
    answer = await portal.client.get("/v1/me/stay", headers=portal.token("citizen"))
    assert answer.status_code == 403


async def test_a_host_asks_about_its_own_guest_while_the_guest_is_there(portal: Api) -> None:
    guest, number = await stayed(portal)
    id = await notified(portal, guest)
    address, own = f"{PATH}/{id}/stay", portal.token("host", bin=HOTEL_BIN)
    stay = await portal.client.get(address, headers=own)
    assert (stay.status_code, stay.json()["visa_number"]) == (200, number)
    last = (await portal.rows(LOGGED))[-1]
    assert (last["kind"], last["action"], last["person_iin"]) == ("stay_control", "search", IIN)

    stranger = await portal.client.get(address, headers=portal.token("host", bin="050340001230"))
    assert stranger.status_code == 404
    leaving = own | key() | {"If-Match": '"1"'}
    left = await portal.client.post(f"{PATH}/{id}:check-out", json={"on": "2026-03-09"}, headers=leaving)
    assert left.status_code == 200, left.text
    assert (await portal.client.get(address, headers=own)).status_code == 409


async def test_of_a_guest_who_never_crossed_nothing_is_said(portal: Api) -> None:
    id = await notified(portal, foreigner())
    answer = await portal.client.get(f"{PATH}/{id}/stay", headers=portal.token("host", bin=HOTEL_BIN))
    assert answer.status_code == 404
