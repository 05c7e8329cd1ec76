"""The demonstration may be loaded again, on the same day or another: it permits its workers once."""

from datetime import timedelta

import httpx
import pytest

from deploy.local.demo import issue_permits
from shared import clock
from shared.testing.people import person
from tests.journeys.conftest import World
from tests.journeys.steps import APPLICATIONS, EMPLOYER, prepared


def issued(world: World) -> int:
    answer = world.call("GET", "permits", f"{APPLICATIONS}?status=issued", "permits-officer")
    return len(answer.raise_for_status().json()["applications"])


def test_permits_are_issued_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared(world)
    monkeypatch.setenv("KOSH_OIDC_JWKS_FILE", str(world.system.issuer / "jwks.json"))
    people, before, tomorrow = [person(), person()], issued(world), clock.today() + timedelta(days=1)
    with httpx.Client(base_url=world.system.address("permits"), timeout=30) as permits:
        issue_permits(permits, "DEMO-A", EMPLOYER, "75", people)
        assert issued(world) == before + 1
        issue_permits(permits, "DEMO-A", EMPLOYER, "75", people)
        monkeypatch.setattr(clock, "today", lambda: tomorrow)
        issue_permits(permits, "DEMO-A", EMPLOYER, "75", people)
    assert issued(world) == before + 1
