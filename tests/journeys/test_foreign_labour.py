"""Kinds of foreign labour, from what the register is told to the one table that accounting publishes."""

from datetime import timedelta
from typing import Any

from shared import clock
from shared.kernel.calendar import add_days, add_months
from shared.testing.people import person
from tests.journeys.conftest import World
from tests.journeys.steps import (
    APPLICATIONS,
    EMPLOYER,
    apply,
    covered,
    days_ago,
    decided,
    enter,
    failed,
    once,
    pay,
    prepared,
    timeline,
    until,
)
from tests.journeys.test_decree_111 import labour
from tests.journeys.test_employer_application import asked
from tests.journeys.test_one_person import iin
from tests.portal.hosts import HOST_IIN

IIN = iin("90050130077")
HOUSEHOLDS = "/v1/labour-immigrant-applications"


def asked_again(world: World, path: str, state: dict[str, Any], act: str, body: Any = None) -> dict[str, Any]:
    """The record after an act, asked for again while the copy of bans is not complete."""

    def done() -> dict[str, Any] | None:
        address, seen = f"{path}/{state['id']}{act}", once(state["version"])
        role = "migration-police" if act == ":answer" else "permits-officer"
        answer = world.call("POST", "permits", address, role, json=body, headers=seen)
        return None if answer.status_code == 503 else answer.raise_for_status().json()

    return until(done)


def advance(reference: str, tenge: int) -> dict[str, Any]:
    return {"reference": reference, "paid_on": clock.today().isoformat(), "tenge": tenge}


def household(world: World, who: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """An application for one month from today on, to which the migration police does not object."""
    term = {"person": who, "valid_from": clock.today().isoformat(), "months": 1}
    state = world.submit("permits", HOUSEHOLDS, "permits-officer", asked | term)
    said = {"reference": "MP-1", "answered_on": clock.today().isoformat(), "objects": False}
    return asked_again(world, HOUSEHOLDS, state, ":answer", said)


def with_places(world: World, kind: str) -> None:
    """The quota of the year has ten places for a kind without categories as well."""
    prepared(world)
    path = f"/v1/quotas/{clock.today().year}"
    held = world.call("GET", "permits", path, "permits-officer")
    sizes = {(pool["kind"], pool["category"]): pool["size"] for pool in held.json()["pools"]}
    sizes[kind, None] = 10
    pools = [{"kind": kind, "category": category, "size": size} for (kind, category), size in sizes.items()]
    quota, seen = {"act": "another invented order", "pools": pools}, {"If-Match": held.headers["etag"]}
    world.call("PUT", "permits", path, "permits-officer", json=quota, headers=seen).raise_for_status()


def test_an_exempt_worker_is_counted_by_ground_though_no_permit_knows_of_it(world: World) -> None:
    work = {"employer_bin": EMPLOYER, "region": "75", "activity": "J", "occupation": "112", "qualified": True}
    declared = {"source_id": "FL-1", "person": person(citizenship="BTN"), "ground": "head_of_foreign_company"}
    since = {"ground_document": "ORDER-1", "works_from": clock.today().isoformat()}
    world.submit("permits", "/v1/exempt-workers", "permits-officer", declared | work | since)
    world.settle()
    assert labour(world, "WORKERS", "BTN", "head_of_foreign_company") == labour(world, "WORKERS", "BTN") == 1
    assert labour(world, "PERMITS_ISSUED", "BTN") == 0


def test_a_household_s_worker_is_refused_registered_permitted_extended_and_gone(world: World) -> None:
    """Without a quota, a fingerprint and the whole advance there is no permit; with them it is issued and extended."""
    today = clock.today()
    who, host = person(citizenship="MDV"), {"household_iin": HOST_IIN, "region": "75"}
    first = household(world, who, host | {"source_id": "FL-2", "advance_tax": advance("T-1", 1)})
    refused = asked_again(world, HOUSEHOLDS, first, "/decision")
    missing = {check["rule"] for check in refused["decision"]["checks"] if check["outcome"] == "failed"}
    assert {"biometrics_first", "labour_immigrant_fee", "quota_kinds"} <= missing
    world.settle()
    assert labour(world, "WORKERS", "MDV") == 0

    with_places(world, "labour_immigrant")
    taken = {"source_id": "FL-BR", "person": who, "region": "75", "office": "MP-75-01", "reference": "DF-1"}
    world.submit("permits", "/v1/biometric-registrations", "permits-officer", taken | {"taken_on": today.isoformat()})
    tenge = next(
        int(word) for check in refused["decision"]["checks"] if check["rule"] == "labour_immigrant_fee"
        for word in check["remedy"].split() if word.isdecimal()
    )  # fmt: skip
    second = household(world, who, host | {"source_id": "FL-4", "advance_tax": advance("T-2", tenge)})
    issued = asked_again(world, HOUSEHOLDS, second, "/decision")
    assert issued["status"] == "issued", issued
    longer = {"months": 2, "advance_tax": advance("T-3", 2 * tenge)}
    extended = asked_again(world, HOUSEHOLDS, issued, ":extend", longer)
    assert extended["months"] == 3
    world.settle()
    assert labour(world, "WORKERS", "MDV", "labour_immigrant") == labour(world, "WORKERS", "MDV") == 1


def places_of(world: World, kind: str) -> list[tuple[int, int]]:
    """Used and left of each pool of a kind in this year's quota."""
    quota = world.call("GET", "permits", f"/v1/quotas/{clock.today().year}", "permits-officer").json()
    return [(pool["used"], pool["left"]) for pool in quota["pools"] if pool["kind"] == kind]


def test_a_seasonal_worker_takes_a_place_of_the_season_and_a_transferred_one_takes_none(world: World) -> None:
    """Each refused first, for want of wage and places or by its term, then mended, issued, and counted as its kind."""
    prepared(world)
    seasonal = {"category": None, "occupation": "92", "wage": 120_000}

    def ask(number: str, who: dict[str, Any], kind: str, **changes: Any) -> dict[str, Any]:
        body = asked(number, who, **changes) | {"kind": kind}
        return decided(world, world.submit("permits", APPLICATIONS, "permits-officer", body))

    who = person(citizenship="PRY")
    assert set(failed(ask("FL-7", who, "seasonal", **seasonal | {"wage": 1}))) == {"minimum_wage", "quota_kinds"}
    with_places(world, "seasonal")
    kept = places_of(world, "employer")
    granted = ask("FL-8", who, "seasonal", **seasonal)
    assert granted["fee"]["explanation"].startswith("12 MCI of "), "up to 90 days"
    pay(world, granted)
    assert places_of(world, "seasonal") == [(1, 9)]

    who, too_late = person(citizenship="FJI"), add_days(add_months(clock.today(), 36), 1).isoformat()
    refused = ask("FL-9", who, "intra_corporate", valid_until=too_late)
    assert failed(refused) == ["longest_term_intra_corporate"]
    transferred = ask("FL-10", who, "intra_corporate")
    assert (transferred["status"], transferred["fee"]) == ("issued", None)
    assert places_of(world, "employer") == kept

    world.settle()
    assert labour(world, "WORKERS", "PRY", "seasonal") == labour(world, "WORKERS", "PRY") == 1
    assert labour(world, "WORKERS", "FJI", "intra_corporate") == labour(world, "WORKERS", "FJI") == 1
    assert labour(world, "PERMITS_ISSUED", "PRY") == labour(world, "PERMITS_ISSUED", "FJI") == 1


def test_a_certificate_of_self_employment_is_counted_as_its_kind_until_it_is_revoked(world: World) -> None:
    today = clock.today()
    asked: dict[str, Any] = {
        "source_id": "FL-5",
        "person": person(citizenship="NIC"),
        "occupation": "2512",
        "activity": "J",
    }
    asked |= {"region": "75", "education": 7, "experience_years": 8, "languages": {"kk": "B1"}}
    asked |= {"valid_from": today.isoformat(), "valid_until": (today + timedelta(days=400)).isoformat()}
    path = "/v1/self-employment-applications"
    poor = world.submit(
        "permits", path, "permits-officer", asked | {"source_id": "FL-6", "education": 0, "languages": {}}
    )
    refused = asked_again(world, path, poor, "/decision")
    (check,) = [each for each in refused["decision"]["checks"] if each["outcome"] == "failed"]
    assert (check["rule"], refused["status"]) == ("self_employment_threshold", "refused")
    granted = asked_again(world, path, world.submit("permits", path, "permits-officer", asked), "/decision")
    assert granted["status"] == "granted", granted
    world.settle()
    assert labour(world, "WORKERS", "NIC", "self_employed") == labour(world, "WORKERS", "NIC") == 1
    assert labour(world, "PERMITS_ISSUED", "NIC") == 1

    permit, over = {"id": granted["certificate"], "version": 1}, {"reason": "left", "ended_on": today.isoformat()}
    asked_again(world, "/v1/work-permits", permit, ":revoke", over)
    world.settle()
    assert labour(world, "WORKERS", "NIC") == 0


def test_a_worker_whom_portal_and_permits_know_is_one_person_counted_once(world: World) -> None:
    """Enters on a passport, has an IIN when the permit is applied for, and comes back with it."""
    prepared(world)
    covered(world)
    traveller = person(citizenship="TON")
    first = enter(world, traveller, days_ago(60))
    pay(world, apply(world, "FL-3", traveller | {"iin": IIN}))
    enter(world, traveller | {"iin": IIN}, days_ago(3))
    world.settle()
    assert {"border_crossing.v1", "work_permit.v1"} <= timeline(world, first)["sources"].keys()
    assert labour(world, "WORKERS", "TON") == labour(world, "WORKERS", "TON", "employer") == 1
