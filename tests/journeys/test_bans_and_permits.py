"""What one register knows reaches the other's decisions: bans the permits', permits the control of stays."""

import time
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any, TypeVar
from uuid import uuid4

from shared import clock
from shared.testing.people import crossing, person
from tests.journeys.conftest import PATIENCE, World

EMPLOYER = "200340001008"
T = TypeVar("T")


def decided(world: World, application: dict[str, Any]) -> dict[str, Any]:
    """The decision, once the copy of bans is complete: until then there is none."""
    deadline = time.monotonic() + PATIENCE
    path = f"/v1/work-permit-applications/{application['id']}"
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": f'"{application["version"]}"'}
    while True:
        answer = world.call("POST", "permits", f"{path}/decision", "permits-officer", headers=headers)
        if answer.status_code != 503:
            found: dict[str, Any] = answer.raise_for_status().json()
            return found
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.2)


def prepared(world: World) -> None:
    today = clock.today()
    officer = "permits-officer"
    details = {"name": "Invented Systems LLP", "activity": "J", "region": "75"}
    world.call("PUT", "permits", f"/v1/employers/{EMPLOYER}", officer, json=details).raise_for_status()
    staff = {"citizens": dict.fromkeys("1234", 1_000)}
    world.call("PUT", "permits", f"/v1/employers/{EMPLOYER}/staff/{today}", officer, json=staff).raise_for_status()
    path = f"/v1/quotas/{today.year}"
    if world.call("GET", "permits", path, officer).status_code == 404:
        pools = [{"kind": "employer", "category": "3", "size": 100}]
        quota = {"act": "invented order", "labour_force": 9_700_000, "pools": pools}
        world.call("PUT", "permits", path, officer, json=quota).raise_for_status()


def application(source_id: str, who: dict[str, Any]) -> dict[str, Any]:
    today = clock.today()
    term = {"valid_from": today.isoformat(), "valid_until": (today + timedelta(days=300)).isoformat()}
    worker = {"person": who, "category": "3", "occupation": "25", "wage": 300_000, **term}
    asked = {"source_id": source_id, "employer_bin": EMPLOYER, "kind": "employer", "region": "75"}
    return asked | {"workers": [worker]}


def apply(world: World, source_id: str, who: dict[str, Any]) -> dict[str, Any]:
    """The application as it was decided."""
    asked = application(source_id, who)
    return decided(world, world.submit("permits", "/v1/work-permit-applications", "permits-officer", asked))


def until(found: Callable[[], T | None]) -> T:
    """What is found, within seconds: copies follow."""
    deadline = time.monotonic() + PATIENCE
    while (this := found()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return this


def test_a_ban_refuses_a_permit(world: World) -> None:
    prepared(world)
    barred, numbers = person(), count()
    ban = {"source_id": "EB-1", "person": barred, "ground": "overstay", "barred_from": "2025-06-01"}
    world.submit("portal", "/v1/entry-bans", "migration-police", ban)

    def refused() -> dict[str, Any] | None:
        found = apply(world, f"J-B{next(numbers)}", barred)
        return found if found["status"] == "refused" else None

    checks = until(refused)["decision"]["checks"]
    assert [check["rule"] for check in checks if check["outcome"] == "failed"] == ["entry_ban"]


def test_a_permit_gives_a_right_to_stay(world: World) -> None:
    prepared(world)
    who = person()
    entered = f"{clock.today() - timedelta(days=60)}T10:00:00+05:00"
    world.submit("portal", "/v1/border-crossings", "border", crossing(person=who, crossed_at=entered))
    granted = apply(world, "J-F", who)
    payment = {"reference": "P-1", "paid_on": clock.today().isoformat(), "tenge": granted["fee"]["tenge"]}
    headers = {"Idempotency-Key": str(uuid4()), "If-Match": f'"{granted["version"]}"'}
    path = f"/v1/work-permit-applications/{granted['id']}/payment"
    world.call("POST", "permits", path, "permits-officer", json=payment, headers=headers).raise_for_status()

    question = {"issuing_state": "UZB", "document_number": who["document"]["number"]}

    def permitted() -> dict[str, Any] | None:
        found: dict[str, Any] = world.call("POST", "portal", "/v1/stay-control:check", "border", json=question).json()
        return found if found["right"] == "work_permit" else None

    assert until(permitted)["lawful"] is True
