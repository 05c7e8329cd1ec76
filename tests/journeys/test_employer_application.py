"""An employer's application: refused and mended, issued, interrupted, extended, and taken back; seen in the figures."""

from datetime import timedelta
from typing import Any

from shared import clock
from shared.kernel.calendar import add_days, add_months
from shared.testing.people import person
from tests.journeys.conftest import World
from tests.journeys.steps import APPLICATIONS, EMPLOYER, decided, failed, once, pay, prepared
from tests.journeys.test_decree_111 import labour

EXTENSIONS = "/v1/work-permit-extensions"
OTHER_EMPLOYER = "210640000014"
TERM = 45
"""Days of the permit: so short that its extension can be asked for at once, from 60 to 30 days before it ends."""


def asked(source_id: str, who: dict[str, Any], **changes: Any) -> dict[str, Any]:
    today = clock.today()
    worker = {
        "person": who,
        "category": "3",
        "occupation": "25",
        "wage": 300_000,
        "vacancy": {"code": "V-9", "published_on": (today - timedelta(days=30)).isoformat()},
        "valid_from": today.isoformat(),
        "valid_until": add_days(today, TERM).isoformat(),
    } | changes
    return {"source_id": source_id, "employer_bin": EMPLOYER, "kind": "employer", "region": "75", "workers": [worker]}


def employer(world: World, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    """What the employer itself asks for."""
    claims = {"bin": EMPLOYER}
    answer = world.call(method, "permits", path, "employer", json=body, headers=headers or {}, claims=claims)
    return answer.raise_for_status().json()


def officer(world: World, path: str, version: int, body: Any = None) -> Any:
    answer = world.call("POST", "permits", path, "permits-officer", json=body, headers=once(version))
    return answer.raise_for_status().json()


def places_left(world: World) -> int:
    """Of the specialists' pool."""
    quota = world.call("GET", "permits", f"/v1/quotas/{clock.today().year}", "permits-officer").json()
    (found,) = [pool["left"] for pool in quota["pools"] if pool["category"] == "3" and pool["region"] is None]
    return int(found)


def remedies(application: dict[str, Any]) -> dict[str, str]:
    """What would make each failed check pass."""
    return {check["rule"]: check["remedy"] for check in application["decision"]["checks"] if check["remedy"]}


def test_refused_mended_issued_interrupted_and_extended(world: World) -> None:
    prepared(world)
    who, today = person(citizenship="BRN"), clock.today()
    late = {"code": "V-9", "published_on": today.isoformat()}
    wrong = asked("EA-1", who, wage=50_000, vacancy=late, valid_until=add_days(today, 10).isoformat())
    before = places_left(world)
    refused = decided(world, employer(world, "POST", APPLICATIONS, wrong))
    assert refused["status"] == "refused"
    assert set(failed(refused)) == {"minimum_wage", "shortest_term", "vacancy_term"}
    assert remedies(refused)["minimum_wage"] == "raise the wage of worker 1 to 85000 tenge a month"
    world.settle()
    assert (places_left(world), labour(world, "WORKERS", "BRN")) == (before, 0)

    # Mended as the refusal says, it passes: beforehand and in the decision.
    mended = asked("EA-2", who)
    assert employer(world, "POST", f"{APPLICATIONS}:check", mended)["decision"]["outcome"] == "granted"
    granted = decided(world, employer(world, "POST", APPLICATIONS, mended))
    assert (granted["status"], places_left(world)) == ("granted", before - 1)
    pay(world, granted)
    issued = employer(world, "GET", f"{APPLICATIONS}/{granted['id']}")
    (permit,) = issued["permits"]
    world.settle()
    assert (labour(world, "WORKERS", "BRN", "employer"), labour(world, "PERMITS_ISSUED", "BRN")) == (1, 1)

    interrupted_and_extended(world, permit)
    assert places_left(world) == before - 1, "one worker, one place a year"
    world.settle()
    assert (labour(world, "WORKERS", "BRN", "employer"), labour(world, "PERMITS_ISSUED", "BRN")) == (1, 1)

    # Another employer cannot have it, and is told the way.
    path = f"/v1/work-permits/{permit}"
    held = employer(world, "GET", path)
    other = {"reason": "another employer", "record": held["record"] | {"employer_bin": OTHER_EMPLOYER}}
    headers = {"If-Match": f'"{held["version"]}"'}
    moved = world.call("PUT", "permits", path, "permits-officer", json=other, headers=headers)
    assert moved.status_code == 422
    assert "let the new employer apply for a permit of its own" in moved.json()["errors"][0]["detail"]


def interrupted_and_extended(world: World, permit: str) -> None:
    """Suspended, it is not extended; resumed, it is."""
    path, today = f"/v1/work-permits/{permit}", clock.today()
    held = officer(world, f"{path}:suspend", 1, {"reason": "the site is closed", "suspended_on": today.isoformat()})
    until = add_months(add_days(today, TERM), 6).isoformat()
    extension = {"source_id": "EA-3", "permit_id": permit, "valid_until": until, "wage": 300_000}
    asked_for = employer(world, "POST", EXTENSIONS, extension)
    refused = officer(world, f"{EXTENSIONS}/{asked_for['id']}/decision", asked_for["version"])
    assert remedies(refused) == {"extension_window": "have the permit resumed"}
    resumed = officer(world, f"{path}:resume", held["version"], {"reason": "the site is open"})
    assert (held["state"], resumed["state"]) == ("suspended", "issued")

    asked_for = employer(world, "POST", EXTENSIONS, extension | {"source_id": "EA-4"})
    promised = officer(world, f"{EXTENSIONS}/{asked_for['id']}/decision", asked_for["version"])
    payment = {"reference": "P-EA-4", "paid_on": today.isoformat(), "tenge": promised["fee"]["tenge"]}
    extended = officer(world, f"{EXTENSIONS}/{asked_for['id']}/payment", promised["version"], payment)
    longer = employer(world, "GET", path)["record"]
    assert (extended["status"], longer["valid_until"]) == ("extended", until)


def test_an_application_that_is_taken_back_gives_its_place_back(world: World) -> None:
    prepared(world)
    before = places_left(world)
    granted = decided(world, employer(world, "POST", APPLICATIONS, asked("EA-5", person(citizenship="LSO"))))
    assert places_left(world) == before - 1
    path, headers = f"{APPLICATIONS}/{granted['id']}:withdraw", once(granted["version"])
    employer(world, "POST", path, {"reason": "the project ended"}, headers)
    assert places_left(world) == before
    world.settle()
    assert labour(world, "WORKERS", "LSO") == 0
