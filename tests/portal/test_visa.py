"""Invitations and visas over HTTP: decided with every check, looked up at the border, annulled (P2)."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from services.portal.cases.visas.invitation_body import HostAddress
from shared import clock
from shared.testing.api import Api
from tests.portal.guests import HOST_BIN, cross, foreigner, invitation, invited, key, visa, with_visa

MARCH = datetime(2026, 3, 4, 7, tzinfo=UTC)


@pytest.fixture(autouse=True)
def in_march() -> Any:
    with clock.set_to(MARCH):
        yield


def asked(guest: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = visa(guest, entries="single", valid_from="2026-03-10", valid_until="2026-06-07", stay_days=30) | changes
    return {name: body[name] for name in body if name not in ("number", "issued_on", "state", "annulled_on")}


async def issue(portal: Api, body: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
    answer = await portal.client.post("/v1/visas:issue", json=body, headers=portal.token("consul") | (headers or key()))
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def look_up(portal: Api, number: str, document: dict[str, Any] | None = None) -> dict[str, Any]:
    body = {"number": number, "document": document}
    answer = await portal.client.post("/v1/visas:look-up", json=body, headers=portal.token("border"))
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def test_a_host_invites_and_the_decision_lists_every_check(portal: Api) -> None:
    granted = await invited(portal, foreigner())

    assert granted["number"] == "KZI-2026-0000001"
    assert granted["decision"]["outcome"] == "granted"
    assert [check["rule"] for check in granted["decision"]["checks"]] == [
        "visa_of_foreigners",
        "visa_invitation",
        "visa_validity_multiple",
        "visa_registration",
    ]
    assert await portal.events() == []  # invitations stay inside the portal


async def test_a_refused_invitation_says_what_would_make_it_pass(portal: Api) -> None:
    refused = await invited(portal, foreigner(), stay_until="2028-02-28")

    assert (refused["id"], refused["number"]) == (None, None)
    (failed,) = [check for check in refused["decision"]["checks"] if check["outcome"] == "failed"]
    assert failed["remedy"] == "Invite for a period up to 2027-03-01."


async def test_a_host_invites_for_itself_and_sees_its_own_only(portal: Api) -> None:
    granted = await invited(portal, foreigner())
    stranger = portal.token("host", bin="050340001230")
    for_another = await portal.client.post("/v1/invitations", json=invitation(foreigner()), headers=stranger | key())
    read = await portal.client.get(f"/v1/invitations/{granted['id']}", headers=stranger)
    own = await portal.client.get(f"/v1/invitations/{granted['id']}", headers=portal.token("host", bin=HOST_BIN))

    assert (for_another.status_code, read.status_code, own.status_code) == (422, 404, 200)
    assert own.json()["invitation"]["host_address"]["kato"] == "751110000"


def test_addresses_of_before_are_read() -> None:
    kept = '{"region": "75", "locality": "751110000", "address": "Abay avenue 10"}'
    assert HostAddress.read(kept).model_dump() == {"region": "75", "kato": "751110000", "text": "Abay avenue 10"}


async def test_a_locality_in_another_region_is_a_fault(portal: Api) -> None:
    body = invitation(foreigner(), host_address={"region": "71", "kato": "751110000", "text": "Abay avenue 10"})
    answer = await portal.client.post("/v1/invitations", json=body, headers=portal.token("migration-police") | key())

    assert [error["pointer"] for error in answer.json()["errors"]] == ["/host_address/kato"]


async def test_a_visa_is_issued_on_its_invitation(portal: Api) -> None:
    guest = foreigner()
    number = (await invited(portal, guest))["number"]
    once = key()
    issued = await issue(portal, asked(guest, invitation=number), once)
    again = await issue(portal, asked(guest, invitation=number) | {"source_id": "MFA-9"}, key())

    assert issued["number"] == "KZV-2026-0000001"
    assert again["number"] is None, "an invitation bears one visa"
    (first,) = await portal.events()
    assert first["type"] == "kz.kosh.portal.visa.v1"
    assert (first["data"]["stay_days"], first["data"]["valid_until"]) == (30, "2026-06-07")
    kept = await portal.client.get(f"/v1/visas/{issued['id']}/decision", headers=portal.token("consul"))
    assert kept.json() == issued["decision"]


async def test_a_repeated_application_answers_as_the_first_did(portal: Api) -> None:
    guest = foreigner()
    body, once = asked(guest, category="A5", entries="multiple", stay_days=None), key()

    assert await issue(portal, body, once) == await issue(portal, body, once)
    assert len(await portal.events()) == 1


@pytest.mark.parametrize("category", ["A5", "B9-1", "B12-1", "C4", "C5", "C6"])
async def test_a_limit_of_a_category_holds_for_a_single_entry_too(portal: Api, category: str) -> None:
    guest = foreigner()
    number = (await invited(portal, guest, category=category))["number"]
    term = {"valid_from": "2026-12-01", "valid_until": "2060-01-01", "stay_days": None}
    refused = await issue(portal, asked(guest, category=category, invitation=number, **term))

    failed = [check["rule"] for check in refused["decision"]["checks"] if check["outcome"] == "failed"]
    assert (refused["number"], failed) == (None, ["visa_validity", "visa_invitation"])


@pytest.mark.parametrize("wrong", ["nobody's", "another person's", "annulled"])
async def test_a_visa_needs_an_invitation_of_this_person(portal: Api, wrong: str) -> None:
    guest = foreigner()
    granted = await invited(portal, foreigner() if wrong == "another person's" else guest)
    number = None if wrong == "nobody's" else granted["number"]
    if wrong == "annulled":
        headers = portal.token("host", bin=HOST_BIN) | key() | {"If-Match": '"1"'}
        path = f"/v1/invitations/{granted['id']}:annul"
        (await portal.client.post(path, json={"reason": "the visit is off"}, headers=headers)).raise_for_status()
    refused = await issue(portal, asked(guest, invitation=number))

    assert refused["number"] is None
    failed = [check["rule"] for check in refused["decision"]["checks"] if check["outcome"] == "failed"]
    assert failed == ["visa_invitation"]


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({}, []),
        ({"valid_from": "2026-03-05"}, ["not-yet-valid"]),
        ({"valid_from": "2025-03-05", "valid_until": "2026-03-03"}, ["expired"]),
        ({"state": "annulled", "annulled_on": "2026-03-04"}, ["annulled"]),
    ],
)
async def test_the_border_learns_whether_a_visa_admits_and_why_not(
    portal: Api, changes: dict[str, Any], reasons: list[str]
) -> None:
    guest = foreigner()
    found = await look_up(portal, await with_visa(portal, guest, **changes), guest["document"])

    assert (found["valid"], found["reasons"]) == (not reasons, reasons)
    assert set(found["visa"]) == {"category", "entries", "valid_from", "valid_until", "stay_days"}


async def test_the_border_learns_that_a_visa_is_unknown_anothers_or_used_up(portal: Api) -> None:
    guest = foreigner()
    number = await with_visa(portal, guest, entries="single", stay_days=30)
    assert (await look_up(portal, "NOWHERE"))["reasons"] == ["unknown"]
    assert (await look_up(portal, number, foreigner()["document"]))["reasons"] == ["another-person"]

    await cross(portal, guest, "2026-03-04T08:20:00+05:00", visa_number=number)
    assert (await look_up(portal, number, guest["document"]))["reasons"] == ["used-up"]


async def test_a_look_up_is_logged_for_the_holder(portal: Api) -> None:
    await look_up(portal, await with_visa(portal, foreigner(iin="900501300120")))

    logged = "SELECT person_iin FROM access_log WHERE record_kind = 'visa' AND action = 'search' ORDER BY id"
    assert await portal.rows(logged) == [{"person_iin": None}, {"person_iin": "900501300120"}]


async def test_an_annulled_visa_says_why_and_is_annulled_once(portal: Api) -> None:
    number = await with_visa(portal, foreigner())
    (row,) = await portal.rows("SELECT CAST(id AS text) AS id FROM visa")
    path, police = f"/v1/visas/{row['id']}:annul", portal.token("migration-police")
    first = await portal.client.post(
        path, json={"reason": "obtained by deceit"}, headers=police | key() | {"If-Match": '"1"'}
    )
    again = await portal.client.post(path, json={"reason": "again"}, headers=police | key() | {"If-Match": '"2"'})

    assert first.json()["reason"] == "obtained by deceit"
    assert again.status_code == 409
    assert (await look_up(portal, number))["reasons"] == ["annulled"]
    assert (await portal.events())[-1]["data"]["annulled_on"] == "2026-03-04"


async def failed_on(portal: Api, guest: dict[str, Any], number: str, **changes: Any) -> list[str]:
    answer = await issue(portal, asked(guest, invitation=number, **changes))
    assert (answer["number"] is None) == (answer["decision"]["outcome"] != "granted")
    return [check["explanation"] for check in answer["decision"]["checks"] if check["outcome"] == "failed"]


@pytest.mark.parametrize(
    ("period", "fits"),
    [
        ({"stay_from": "2026-03-10", "stay_until": "2026-06-07"}, True),
        ({"stay_from": "2026-03-11", "stay_until": "2026-06-07"}, False),
        ({"stay_from": "2026-03-10", "stay_until": "2026-06-06"}, False),
    ],
)
async def test_a_visa_lies_within_the_period_of_its_invitation(portal: Api, period: dict[str, Any], fits: bool) -> None:
    guest = foreigner()
    number = (await invited(portal, guest, **period))["number"]
    assert await failed_on(portal, guest, number) == ([] if fits else ["It invites for another time."])


async def test_of_two_visas_asked_for_at_once_an_invitation_bears_one(portal: Api) -> None:
    guest = foreigner()
    number = (await invited(portal, guest))["number"]
    failed = await asyncio.gather(*(failed_on(portal, guest, number, source_id=f"MFA-{n}") for n in range(4)))
    assert sorted(failed) == [[], *[["Another visa was issued on it."]] * 3]


async def test_an_invitation_whose_visa_was_annulled_unused_bears_another(portal: Api) -> None:
    guest = foreigner()
    number = (await invited(portal, guest))["number"]
    issued = await issue(portal, asked(guest, invitation=number))
    headers = portal.token("consul") | key() | {"If-Match": '"1"'}
    annulled = await portal.client.post(f"/v1/visas/{issued['id']}:annul", json={"reason": "misprint"}, headers=headers)
    assert annulled.status_code == 200, annulled.text
    assert await failed_on(portal, guest, number, source_id="MFA-9") == []


async def test_nobody_is_registered_with_the_host_of_anothers_invitation(portal: Api) -> None:
    guest, stranger = foreigner(), foreigner()
    granted = await invited(portal, guest)
    number = await with_visa(portal, stranger, invitation=granted["number"])
    await cross(portal, stranger, "2026-03-02T10:00:00+05:00", visa_number=number)
    registered = [e for e in await portal.events() if e["type"] == "kz.kosh.portal.stay_registration.v1"]
    assert registered == []


async def test_an_entry_on_anothers_visa_is_an_alert(portal: Api) -> None:
    holder, stranger = foreigner(), foreigner()
    number = await with_visa(portal, holder)
    nameless = {"document": None, "given_names": None, "given_names_cyrillic": None}
    for who in (holder, holder | {"document": None}, stranger, holder | nameless):
        await cross(portal, who, "2026-03-02T10:00:00+05:00", visa_number=number)
    await cross(portal, stranger, "2026-03-03T10:00:00+05:00", visa_number="T-UNKNOWN")
    await cross(portal, stranger, "2026-03-03T11:00:00+05:00", "exit", visa_number=number)
    told = [e["data"] for e in await portal.events() if e["type"] == "kz.kosh.portal.border_alert.v1"]
    assert [(each["kind"], each["evidence"], each["certainty"]) for each in told] == [
        ("others_document", "document", "hit"),
        ("others_document", "document", "possible"),
    ]
    assert told[0]["person"]["surname"] == stranger["surname"]
    (record,) = await portal.rows("SELECT id FROM visa")
    assert {each["basis"] for each in told} == {str(record["id"])}


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"valid_until": "2028-02-28"}, ["/valid_until"]),
        ({"valid_until": "9999-12-31"}, ["/valid_until"]),
        ({"entries": "single", "valid_until": "2026-05-29", "stay_days": 31}, ["/stay_days"]),
        ({"entries": "single", "valid_until": "2026-05-30", "stay_days": 30}, ["/valid_until"]),
        ({"category": "A1", "electronic": True, "stay_days": None}, ["/category"]),
        ({"category": "B12", "electronic": True, "valid_until": "2026-03-30"}, ["/entries"]),
        ({"category": "C5", "valid_until": "2029-02-28"}, []),  # of an ethnic Kazakh, as the order allows
        ({"category": "C5", "valid_until": "2029-03-01"}, ["/valid_until"]),
        ({"category": "C7", "valid_until": "2060-01-01"}, []),  # no limit of it is known
        ({"issued_on": "2024-10-30", "valid_until": "2060-01-01"}, []),  # what held then was not read
    ],
)
async def test_a_visa_issued_elsewhere_is_held_to_the_limits_of_its_category(
    portal: Api, changes: dict[str, Any], pointers: list[str]
) -> None:
    body = visa(foreigner(), **changes)
    answer = await portal.client.post("/v1/visas", json=body, headers=portal.token("migration-police"))
    assert answer.status_code == (422 if pointers else 201), answer.text
    assert [fault["pointer"] for fault in answer.json().get("errors", [])] == pointers
