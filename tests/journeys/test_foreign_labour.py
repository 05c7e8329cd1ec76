"""Kinds of foreign labour, from what the register is told to the one table that accounting publishes."""

from typing import Any

from shared import clock
from shared.testing.people import person
from tests.journeys.conftest import World
from tests.journeys.steps import EMPLOYER, apply, covered, days_ago, enter, once, pay, prepared, timeline, until
from tests.journeys.test_decree_111 import labour
from tests.journeys.test_one_person import iin
from tests.portal.hosts import HOST_IIN

IIN = iin("90050130077")


def test_an_exempt_worker_is_counted_by_ground_though_no_permit_knows_of_it(world: World) -> None:
    work = {"employer_bin": EMPLOYER, "region": "75", "activity": "J", "occupation": "112", "qualified": True}
    declared = {"source_id": "FL-1", "person": person(citizenship="BTN"), "ground": "head_of_foreign_company"}
    since = {"ground_document": "ORDER-1", "works_from": clock.today().isoformat()}
    world.submit("permits", "/v1/exempt-workers", "permits-officer", declared | work | since)
    world.settle()
    assert labour(world, "WORKERS", "BTN", "head_of_foreign_company") == labour(world, "WORKERS", "BTN") == 1
    assert labour(world, "PERMITS_ISSUED", "BTN") == 0


def test_a_household_without_a_quota_is_refused_with_what_is_missing(world: World) -> None:
    today, path = clock.today().isoformat(), "/v1/labour-immigrant-applications"
    asked = {"source_id": "FL-2", "person": person(citizenship="MDV"), "household_iin": HOST_IIN, "region": "75"}
    term = {"valid_from": today, "months": 1, "advance_tax": {"reference": "T-1", "paid_on": today, "tenge": 1}}
    state = world.submit("permits", path, "permits-officer", asked | term)
    said = {"reference": "MP-1", "answered_on": today, "objects": False}

    def act(name: str, role: str, body: Any = None) -> dict[str, Any]:
        """Asked again while the copy of bans is not complete."""

        def done() -> dict[str, Any] | None:
            address, seen = f"{path}/{state['id']}{name}", once(state["version"])
            answer = world.call("POST", "permits", address, role, json=body, headers=seen)
            return None if answer.status_code == 503 else answer.raise_for_status().json()

        return until(done)

    state = act(":answer", "migration-police", said)
    refused = act("/decision", "permits-officer")
    missing = {check["rule"] for check in refused["decision"]["checks"] if check["outcome"] == "failed"}
    assert {"biometrics_first", "labour_immigrant_fee", "quota_kinds"} <= missing
    world.settle()
    assert labour(world, "WORKERS", "MDV") == 0


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
