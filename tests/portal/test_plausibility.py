"""Time that cannot be: nothing that has happened lies after tomorrow or before the person's birth (validity edits)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consular.cases.consular_registration import REGISTRATIONS as CONSULAR
from services.consular.cases.host_country_figure import FIGURES
from services.kandas.cases.kandas_status import STATUSES
from services.permits.cases.eaeu_worker import EAEU_WORKERS
from services.permits.cases.work_permit import PERMITS
from services.portal.cases.border.border_crossing import CROSSINGS
from services.portal.cases.border.entry_ban import ENTRY_BANS
from services.portal.cases.border.lost_document import LOST_DOCUMENTS
from services.portal.cases.police.citizenship_change import CITIZENSHIP_CHANGES
from services.portal.cases.police.expulsion import EXPULSIONS
from services.portal.cases.police.protection_status import PROTECTION
from services.portal.cases.police.residence_permit import RESIDENCE_PERMITS
from services.portal.cases.police.residence_registration import REGISTRATIONS
from services.portal.cases.police.violation import VIOLATIONS
from services.portal.cases.stays.host_notification import NOTICES
from services.portal.cases.visas.visa import VISAS
from shared import clock
from shared.events.portal import BorderCrossing
from shared.records import plausibility
from shared.records.plausibility import BEFORE_BIRTH, IN_THE_FUTURE
from shared.testing.api import Api
from shared.testing.people import crossing, person
from tests.portal.guests import foreigner, invitation, key
from tests.portal.hosts import hand_in, notice
from tests.portal.test_visa import asked

TODAY = date(2026, 3, 4)
PLANS = {
    "/barred_from",
    "/barred_until",
    "/lifted_on",
    "/valid_from",
    "/valid_until",
    "/expected_until",
    "/stay_until",
    "/works_from",
    "/works_until",
    "/document/expires",
    "/former_document/expires",
}
"""The days of plans and orders: all others have happened."""
KINDS: list[Any] = [
    CROSSINGS, ENTRY_BANS, LOST_DOCUMENTS, CITIZENSHIP_CHANGES, EXPULSIONS, PROTECTION, RESIDENCE_PERMITS,
    REGISTRATIONS, VIOLATIONS, NOTICES, VISAS, STATUSES, PERMITS, EAEU_WORKERS, CONSULAR, FIGURES,
]  # fmt: skip


@pytest.fixture(autouse=True)
def in_march() -> Any:
    with clock.set_to(datetime(2026, 3, 4, 7, tzinfo=UTC)):
        yield


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_day_of_every_kind_has_happened_or_is_a_plan(kind: Any) -> None:
    days = {field.pointer: field.past for field in plausibility._days_of(kind.fact)}
    assert days
    assert {pointer for pointer, past in days.items() if not past} <= PLANS


@given(
    st.dates(date(1970, 1, 1), date(2139, 12, 31)),
    st.dates(date(1900, 1, 1), date(2139, 12, 31)),
    st.sampled_from([4, 7, 10]),
    st.integers(-12, 14),
)
def test_a_crossing_happens_between_birth_and_tomorrow(day: date, born: date, known: int, offset: int) -> None:
    birth = born.isoformat()[:known]
    body = crossing(crossed_at=f"{day}T00:30:00{offset:+03}:00", person=person(birth_date=birth))
    with clock.set_to(datetime(2026, 3, 4, 7, tzinfo=UTC)):
        found = plausibility.faults(BorderCrossing.model_validate_json(orjson.dumps(body)))
    latest = TODAY + timedelta(days=1)
    possible = day <= latest and birth <= latest.isoformat() and day.isoformat()[:known] >= birth
    assert (found == []) == possible


IMPOSSIBLE = [
    ({"crossed_at": "2026-03-06T00:00:00+05:00"}, "/crossed_at", IN_THE_FUTURE),
    ({"crossed_at": "2139-12-31T00:00:00+05:00"}, "/crossed_at", IN_THE_FUTURE),
    ({"person": person(birth_date="2026-03-06")}, "/person/birth_date", IN_THE_FUTURE),
    ({"person": person(birth_date="2027")}, "/person/birth_date", IN_THE_FUTURE),
    ({"person": person(birth_date="2026-03-02")}, "/crossed_at", BEFORE_BIRTH),
    ({"person": person(birth_date="9999-12-31")}, "/person/birth_date", IN_THE_FUTURE),
]


@pytest.mark.parametrize(("changes", "pointer", "detail"), IMPOSSIBLE)
async def test_what_cannot_be_is_refused_at_every_way_in(
    portal: Api, changes: dict[str, Any], pointer: str, detail: str
) -> None:
    headers, good = portal.token("border"), crossing()
    receipt = (await portal.client.post("/v1/border-crossings", json=good, headers=headers)).json()
    wrong = crossing(**changes)
    single = await portal.client.post("/v1/border-crossings", json=wrong, headers=headers)
    batch = await portal.client.post(
        "/v1/border-crossings:batch",
        content=orjson.dumps(wrong) + b"\n" + orjson.dumps(crossing()),
        headers=headers | {"Content-Type": "application/x-ndjson"},
    )
    correction = await portal.client.put(
        f"/v1/border-crossings/{receipt['id']}",
        json={"reason": "mistyped", "record": good | changes},
        headers=headers | {"If-Match": '"1"'},
    )

    refused, taken, _ = map(orjson.loads, batch.content.splitlines())
    assert single.json()["errors"] == refused["problems"] == [{"pointer": pointer, "detail": detail}]
    assert correction.json()["errors"] == [{"pointer": f"/record{pointer}", "detail": detail}]
    assert taken["status"] == "created"


@pytest.mark.parametrize("day", ["2026-03-04T00:00:00+05:00", "2026-03-05T23:59:59+14:00"])
async def test_today_and_a_day_of_grace_are_taken(portal: Api, day: str) -> None:
    answer = await portal.client.post(
        "/v1/border-crossings",
        json=crossing(crossed_at=day, person=person(birth_date="2026-03-04")),
        headers=portal.token("border"),
    )
    assert answer.status_code == 201


async def test_a_notice_of_the_future_is_refused(portal: Api) -> None:
    for on_paper in ({"paper": {"number": "1", "on": "2026-03-06"}}, {"stay_from": "2026-03-06"}):
        body = notice("office", **({"stay_from": "2026-03-02"} | on_paper))
        answer = await hand_in(portal, body)
        assert {error["detail"] for error in answer.json()["errors"]} == {IN_THE_FUTURE}


async def test_the_unborn_ask_for_no_visa_and_are_not_invited(portal: Api) -> None:
    unborn = foreigner(birth_date="2027-01-01")
    consul, clerk = portal.token("consul") | key(), portal.token("clerk") | key()
    visa = await portal.client.post("/v1/visas:issue", json=asked(unborn), headers=consul)
    invite = await portal.client.post("/v1/invitations", json=invitation(unborn), headers=clerk)

    for answer in (visa, invite):
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/person/birth_date"]
