"""Decree 111 of 04.03.2022, point by point, from what the registers are told to what accounting counts.

It words anew points 7 and 14 of the rules of entry and stay (work needs a permit, within a quota) and point 4 of the
rules of migration control (how the internal affairs bodies keep account of foreigners).
"""

from datetime import date
from pathlib import Path
from typing import Any

from shared import clock
from shared.testing.people import person
from tests.journeys.conftest import World
from tests.journeys.steps import (
    EMPLOYER,
    NOTICES,
    apply,
    covered,
    days_ago,
    enter,
    failed,
    once,
    pay,
    prepared,
    sign_and_submit,
    timeline,
)
from tests.portal import guests
from tests.portal.hosts import HOST_IIN, HOTEL_BIN, PERSON, notice

EQONAQ = {"agency": "eqonaq", "bin": HOTEL_BIN}


def labour(world: World, indicator: str, citizenship: str, kind: str = "_T") -> float:
    """Foreign labour of this year by kind and citizenship."""
    key = f"A.{indicator}.REGISTER.{kind}._T._T.KZ.{citizenship}._T"
    return world.figure(key, str(clock.today().year), flow="DF_LABOUR") or 0


def reported(channel: str, guest: dict[str, Any], on: date, **changes: Any) -> dict[str, Any]:
    """A host in Almaty reports a guest who came on a day."""
    return notice(channel, person=guest, stay_from=on.isoformat(), stay_until=None, **changes)


def test_point_7_nobody_works_without_a_permit_unless_a_ratified_treaty_says_otherwise(world: World) -> None:
    prepared(world)
    needs_one, needs_none = person(citizenship="NPL"), person(citizenship="ARM")
    granted = apply(world, "P7-1", needs_one)
    world.settle()
    assert labour(world, "WORKERS", "NPL") == 0  # promised, and not issued yet

    pay(world, granted)
    assert failed(apply(world, "P7-2", needs_none)) == ["free_of_permit"]
    work = {"employer_bin": EMPLOYER, "region": "75", "activity": "J", "qualified": True, "country": "ARM"}
    declared = {"source_id": "P7-3", "person": needs_none, "works_from": clock.today().isoformat()} | work
    world.submit("permits", "/v1/eaeu-workers", "permits-officer", declared)
    world.settle()

    assert (labour(world, "WORKERS", "NPL", "employer"), labour(world, "PERMITS_ISSUED", "NPL")) == (1, 1)
    assert (labour(world, "WORKERS", "ARM", "eaeu"), labour(world, "PERMITS_ISSUED", "ARM")) == (1, 0)


def test_point_14_foreign_labour_is_admitted_within_the_quota(world: World) -> None:
    prepared(world)
    first, second = (apply(world, f"P14-{n}", person(citizenship="LAO"), category="2") for n in (1, 2))
    pay(world, first)
    world.settle()

    assert failed(second) == ["quota_kinds"]
    assert labour(world, "PERMITS_ISSUED", "LAO") == labour(world, "WORKERS", "LAO") == 1


def test_point_4_part_1_what_four_systems_tell_of_a_foreigner_is_one_account(world: World, tmp_path: Path) -> None:
    covered(world)
    guest, arrived = person(citizenship="PER"), days_ago(20)
    entry = enter(world, guest, arrived)
    at_home = reported("vmp", guest, arrived, host=PERSON)
    sign_and_submit(world, at_home, world.authority.person(HOST_IIN), tmp_path)
    at_the_hotel = reported("eqonaq", guest, days_ago(10))
    world.call("POST", "portal", NOTICES, "notifier", json=at_the_hotel, claims=EQONAQ).raise_for_status()
    registered = {"source_id": "P4-1", "act": "registration", "date": days_ago(5).isoformat(), "person": guest}
    lives = {"region": "71", "residence": "temporary", "counterpart_country": "PER"}
    world.submit("portal", "/v1/residence-registrations", "migration-police", registered | lives)
    world.settle()

    sources = {"border_crossing.v1": 1, "host_notification.v1": 2, "residence_registration.v1": 1}
    assert timeline(world, entry)["sources"] == sources
    assert world.figure("A.IMM_OPEN.M1216.KZ._T.PER._T._T._T", str(arrived.year)) == 1


def test_point_4_part_2_who_enters_on_a_visa_is_registered_at_the_inviting_partys_address(world: World) -> None:
    covered(world)
    guest, arrived = guests.foreigner(), days_ago(20)
    period = {"from": days_ago(30).isoformat(), "until": days_ago(-200).isoformat()}
    asked = guests.invitation(guest, stay_from=period["from"], stay_until=period["until"])
    host = {"claims": {"bin": guests.HOST_BIN}, "headers": once()}
    invited = world.call("POST", "portal", "/v1/invitations", "host", json=asked, **host).json()["number"]
    applied = guests.visa(guest, invitation=invited, valid_from=period["from"], valid_until=period["until"])
    for decided_by_the_portal in ("number", "issued_on", "state", "annulled_on"):
        del applied[decided_by_the_portal]
    visa = world.call("POST", "portal", "/v1/visas:issue", "consul", json=applied, headers=once()).json()["number"]
    entry = enter(world, guest, arrived, visa_number=visa)
    world.settle()

    known = timeline(world, entry)
    assert {"day": arrived.isoformat(), "kind": "temporary", "region": "75"} in known["evidence"]
    assert [each["kind"] for each in known["evidence"]] == ["visa_business", "temporary", "ended"]
    assert known["sources"] == {"border_crossing.v1": 1, "visa.v1": 1, "stay_registration.v1": 1}


def test_point_4_part_3_hosts_report_with_a_signature_at_the_office_or_by_post(world: World, tmp_path: Path) -> None:
    covered(world)
    ways = {channel: person() for channel in ("vmp", "egov", "office", "post")}
    entries = {channel: enter(world, guest, days_ago(20)) for channel, guest in ways.items()}
    by_person, by_organisation = world.authority.person(HOST_IIN), world.authority.of_organisation(HOTEL_BIN, HOST_IIN)
    at_home = reported("vmp", ways["vmp"], clock.today(), host=PERSON)
    receipts = [
        sign_and_submit(world, at_home, by_person, tmp_path),
        sign_and_submit(world, reported("egov", ways["egov"], clock.today()), by_organisation, tmp_path),
    ]
    for channel in ("office", "post"):
        paper = {"number": "17/26", "on": days_ago(20).isoformat()}
        receipts.append(
            world.submit("portal", NOTICES, "clerk", reported(channel, ways[channel], days_ago(20), paper=paper))
        )
    world.settle()

    assert [(receipt["channel"], receipt["in_time"]) for receipt in receipts] == [(channel, True) for channel in ways]
    for entry in entries.values():
        assert timeline(world, entry)["sources"] == {"border_crossing.v1": 1, "host_notification.v1": 1}


def test_point_4_part_4_lodgings_report_through_eqonaq(world: World) -> None:
    covered(world)
    guest = person()
    entry = enter(world, guest, days_ago(20))
    checked_in = reported("eqonaq", guest, clock.today())
    elsewhere = world.call("POST", "portal", NOTICES, "notifier", json=checked_in, claims={"agency": "vmp"})
    taken = world.call("POST", "portal", NOTICES, "notifier", json=checked_in, claims=EQONAQ)
    assert (elsewhere.status_code, taken.status_code) == (422, 201)
    leaving = {"json": {"on": clock.today().isoformat()}, "headers": once(1), "claims": EQONAQ}
    path = f"{NOTICES}/{taken.json()['notification']}:check-out"
    assert world.call("POST", "portal", path, "notifier", **leaving).json()["record"]["state"] == "checked_out"
    world.settle()

    assert timeline(world, entry)["sources"] == {"border_crossing.v1": 1, "host_notification.v1": 1}
