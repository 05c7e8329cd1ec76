"""A person sees to whom their records are passed on as a rule, what of them, and since when."""

from datetime import date
from typing import Any

import pytest

from services.portal.app import make_app
from shared import clock
from shared.events.grants import grants_of
from shared.events.portal import BorderCrossing
from shared.http.passed_on import told_of
from shared.testing.api import Api, StartApi
from shared.testing.people import crossing, person

IIN = "900501300120"
PATH = "/v1/me/access-log/passed-on"
POLICE = "migration-police"


@pytest.fixture
async def portal(start_api: StartApi) -> Api:
    return await start_api("portal", make_app)


async def record(portal: Api, path: str, body: dict[str, Any], role: str) -> None:
    """A record that an officer has looked at since."""
    made = await portal.client.post(path, json=body, headers=portal.token(role))
    assert made.status_code == 201, made.text
    read = await portal.client.get(f"{path}/{made.json()['id']}", headers=portal.token(role))
    assert read.status_code == 200


async def passed_on(portal: Api, iin: str = IIN) -> list[dict[str, Any]]:
    answer = await portal.client.get(PATH, headers=portal.token("citizen", iin=iin))
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["passed_on"]
    return found


async def test_each_kind_of_record_names_its_consumers_and_what_they_are_told(portal: Api) -> None:
    me = person(iin=IIN)
    await record(portal, "/v1/border-crossings", crossing(person=me), "border")
    ban = {"source_id": "EB-1", "person": me, "ground": "court", "barred_from": "2025-06-01"}
    await record(portal, "/v1/entry-bans", ban, POLICE)
    found = {(each["receiver"], each["record_kind"]): each for each in await passed_on(portal)}
    assert set(found) >= {("accounting", "border_crossing"), ("permits", "entry_ban")}
    assert ("accounting", "entry_ban") not in found
    told = found["permits", "entry_ban"]
    assert told["purpose"] == "no work permit for who is barred from entry"
    assert told["since"] == clock.now().date().isoformat()
    assert set(told["members"]) == {
        "person.iin", "person.document.issuing_state", "person.document.number", "person.name_birth_digest",
        "barred_from", "barred_until", "lifted_on",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("first", "since"), [(date(2020, 1, 1), date(2026, 11, 22)), (date(2027, 5, 4), date(2027, 5, 4))]
)
def test_it_begins_with_the_grant_or_with_the_first_record(first: date, since: date) -> None:
    (grant,) = (each for each in grants_of("portal") if each.consumer == "accounting")
    told = told_of(grant, BorderCrossing.TYPE, {"border_crossing": first})
    assert told is not None
    assert told.since == since


async def test_another_person_sees_nothing_of_it(portal: Api) -> None:
    await record(portal, "/v1/border-crossings", crossing(person=person(iin=IIN)), "border")
    assert await passed_on(portal, "910202300454") == []


async def test_who_is_not_known_by_iin_is_refused(portal: Api) -> None:
    assert (await portal.client.get(PATH, headers=portal.token("citizen"))).status_code == 403
