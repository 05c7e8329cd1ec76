"""What intake accepts, every list and every run can reckon with: records of extreme days, walked through all."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared import clock
from shared.testing.api import Api
from shared.testing.people import crossing, person
from tests.portal.guests import visa
from tests.portal.hosts import notice
from tests.portal.test_police_feed import POLICE, RECORDS, record

LAST = "9999-12-31"
TODAY = "2026-03-04"
FIRST = "1900-01-01"
EARLY = "2019-12-31"  # before most norms
READERS = ["border", POLICE, "clerk", "operator", "consul", "statistician", "system", "notifier", "host"]


@pytest.fixture(autouse=True)
def in_march() -> Any:
    with clock.set_to(datetime(2026, 3, 4, 7, tzinfo=UTC)):
        yield


def guest() -> dict[str, Any]:
    return person(birth_date=FIRST, document=person()["document"] | {"expires": LAST})


def police(path: str, day: str) -> dict[str, Any]:
    """The record with every day that has happened at `day`, every plan at the end of the calendar."""
    days = {name: LAST if name.endswith("until") else day for name in RECORDS[path] if name.endswith(("_on", "date"))}
    own = {"since": day} if path == "violations" else {"valid_until": LAST} if path == "residence-permits" else {}
    return record(path, person=guest(), **days, **own)


def submissions(day: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Records of one day of every kind: path, role, body."""
    moment = f"{max(day, '1970-01-01')}T00:00:00+14:00"
    on_visa = guest()
    stay = visa(on_visa, category="C7", valid_from=max(day, FIRST), valid_until=LAST, issued_on=day)
    entry = crossing(person=on_visa, crossed_at=moment, visa_number=stay["number"])
    ban = {"ground": "court", "barred_from": day, "barred_until": LAST, "person": guest()}
    lost = {"document": guest()["document"], "report": "lost", "reported_on": day}
    return [
        ("visas", "consul", stay),
        ("border-crossings", "border", entry),
        ("border-crossings", "border", crossing(person=guest(), crossed_at=moment, direction="exit")),
        ("entry-bans", POLICE, ban | {"source_id": f"B-{day}"}),
        ("lost-documents", POLICE, lost | {"source_id": f"L-{day}"}),
        *((path, POLICE, police(path, day)) for path in RECORDS),
    ]


async def taken(portal: Api, path: str, roles: str, body: dict[str, Any]) -> Any:
    return await portal.client.post(f"/v1/{path}", json=body, headers=portal.token(roles))


async def test_no_stored_day_breaks_a_reading_or_a_run(portal: Api) -> None:
    kept = [(path, body, await taken(portal, path, role, body)) for day in (FIRST, EARLY, TODAY)
            for path, role, body in submissions(day)]  # fmt: skip
    assert {(path, answer.status_code) for path, _, answer in kept if answer.status_code != 201} == set()
    until_the_end = notice("office", stay_from=TODAY, stay_until=LAST, paper={"number": "1", "on": TODAY})
    assert (await taken(portal, "host-notifications", "clerk", until_the_end)).status_code == 201

    headers = portal.token(*READERS, bin="960440000111")
    answers = [
        await portal.client.get(f"/v1/{path}", headers=headers)
        for path in ("border-alerts", "host-notifications", "me/access-log", "events?limit=1000")
    ]
    for by in (FIRST, EARLY, TODAY, LAST):
        answers.append(await portal.client.get(f"/v1/protection-statuses/reviews-due?by={by}", headers=headers))
    for _, body, _ in kept:
        if "person" not in body:
            continue
        document = body["person"]["document"]
        who = {"document": document}
        for day in (FIRST, TODAY, "2199-12-31", LAST):
            for path in ("stay-control:check", "entry-bans:check"):
                answers.append(await portal.client.post(f"/v1/{path}", json=who | {"day": day}, headers=headers))
    for day in (FIRST, EARLY, TODAY):
        answers.append(await portal.client.post("/v1/overstay-runs", json={"day": day}, headers=headers))
    assert [(a.request.url.path, a.status_code) for a in answers if a.status_code >= 500] == []
    assert sum(answer.status_code == 200 for answer in answers) > 100


async def test_a_run_examines_no_day_that_is_still_to_come(portal: Api) -> None:
    answer = await portal.client.post("/v1/overstay-runs", json={"day": "2026-03-06"}, headers=portal.token("operator"))
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/day"]
