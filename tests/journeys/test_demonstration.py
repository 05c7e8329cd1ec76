"""The demonstration may be loaded again, on the same day or another: it permits its workers once. Its tour asks what is
answered."""

from datetime import timedelta

import httpx
import pytest

from deploy.local import tour
from deploy.local.demo import issue_permits
from shared import clock
from shared.testing.people import person
from tests.journeys.conftest import World
from tests.journeys.steps import APPLICATIONS, EMPLOYER, covered, days_ago, enter, prepared


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


def test_each_question_of_the_tour_is_answered(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    covered(world)
    enter(world, person(), days_ago(40))
    world.settle()
    for name, value in world.system.settings.items():
        monkeypatch.setenv(name, value)
    tour.main()
    said = capsys.readouterr().out
    asked = [line for line in said.splitlines() if line.startswith("  curl -s ")]
    assert len(asked) == len(set(asked)) > 10
    assert "TIME_PERIOD  OBS_VALUE" in said, said
    assert '"crossings": [' in said
