"""What one register knows reaches the other's decisions: bans the permits', permits the control of stays."""

from itertools import count
from typing import Any

from shared.testing.people import person
from tests.journeys.conftest import World
from tests.journeys.steps import apply, days_ago, enter, failed, pay, prepared, until


def test_a_ban_refuses_a_permit(world: World) -> None:
    prepared(world)
    barred, numbers = person(), count()
    ban = {"source_id": "EB-1", "person": barred, "ground": "overstay", "barred_from": "2025-06-01"}
    world.submit("portal", "/v1/entry-bans", "migration-police", ban)

    def refused() -> dict[str, Any] | None:
        found = apply(world, f"J-B{next(numbers)}", barred)
        return found if found["status"] == "refused" else None

    assert failed(until(refused)) == ["entry_ban"]


def test_a_permit_gives_a_right_to_stay(world: World) -> None:
    prepared(world)
    who = person()
    enter(world, who, days_ago(60))
    pay(world, apply(world, "J-F", who))

    question = {"document": who["document"]}

    def permitted() -> dict[str, Any] | None:
        found: dict[str, Any] = world.call("POST", "portal", "/v1/stay-control:check", "border", json=question).json()
        return found if found["right"] == "work_permit" else None

    assert until(permitted)["lawful"] is True
