"""Citizens abroad, from what missions and the border are told to what is counted: evidence side by side, unmixed."""

from typing import Any

import pytest

from shared.testing.people import crossing, person
from tests.consular.citizens import iin, registration
from tests.journeys.conftest import World
from tests.journeys.steps import once, timeline

COVERAGE = {"register_start": "2021-01-01", "complete_through": "2026-06-30", "reason": "this journey looks back"}
REGISTRATIONS = "/v1/consular-registrations"
REQUESTS = "/v1/statistics-requests"
ABROAD = "A.{}.REGISTER.KZ.KOR.{}._T._T"


@pytest.fixture(autouse=True)
def covered(world: World) -> None:
    world.call("PUT", "portal", "/v1/feeds/berkut/coverage", "border", json=COVERAGE).raise_for_status()


def cross(world: World, who: dict[str, Any], day: str, direction: str) -> str:
    """The crossing's own number at the border."""
    crossed = crossing(person=who, direction=direction, country="KOR", crossed_at=f"{day}T10:00:00+05:00")
    world.submit("portal", "/v1/border-crossings", "border", crossed)
    return str(crossed["source_id"])


def abroad(world: World, indicator: str, purpose: str, year: int) -> float:
    return world.figure(ABROAD.format(indicator, purpose), str(year), flow="DF_ABROAD") or 0


def leavers(world: World, sign: str, year: int) -> float:
    """Long-term migrants by the border's evidence."""
    return world.figure(f"A.{sign}.M1216.KZ._T.KAZ._T._T._T", str(year)) or 0


def test_a_worker_in_korea_registers_late_is_hurt_and_comes_home(world: World) -> None:
    """The register knows of him from the day he came to it; the border from the day he left."""
    number = iin()
    passport = {"type": "P", "number": f"N{number[-8:]}", "issuing_state": "KAZ"}
    who = person(iin=number, citizenship="KAZ", document=passport, birth_date="1999-05-01")
    before = {year: (abroad(world, "WORKING", "work", year), leavers(world, "EMI", year)) for year in (2022, 2023)}
    left = cross(world, who, "2022-03-01", "exit")
    world.settle()
    assert leavers(world, "EMI", 2022) == before[2022][1] + 1
    assert abroad(world, "WORKING", "work", 2022) == before[2022][0]

    own = registration(person=who, mission="Seoul", registered_on="2023-02-01", abroad_since="2022-03-01")
    own |= {"region_of_origin": "61", "legality": "irregular", "legal_basis": None, "expected_until": None}
    id = world.submit("consular", REGISTRATIONS, "consul", own)["id"]
    hurt = {"source_id": f"{own['source_id']}-A", "mission": "Seoul", "person": who, "country": "KOR"}
    hurt |= {"kind": "injury", "opened_on": "2023-05-01", "closed_on": "2023-09-01", "outcome": "returned_home"}
    assisted = abroad(world, "ASSISTED", "_T", 2023)
    world.submit("consular", "/v1/assistance-cases", "consul", hurt)
    world.settle()
    assert abroad(world, "WORKING", "work", 2023) == before[2023][0] + 1
    assert abroad(world, "IRREGULAR", "_T", 2023) >= 1
    assert abroad(world, "ASSISTED", "_T", 2023) == assisted + 1
    assert leavers(world, "EMI", 2023) == before[2023][1], "who registers with a mission is no emigrant by that"

    home = cross(world, who, "2023-10-01", "entry")
    over = {"ended_on": "2023-10-01", "reason": "return"}
    ended = world.call("POST", "consular", f"{REGISTRATIONS}/{id}:end", "consul", json=over, headers=once(1))
    assert ended.status_code == 200, ended.text
    world.settle()
    assert abroad(world, "WORKING", "work", 2023) == before[2023][0]
    assert leavers(world, "IMM", 2023) >= 1
    known = timeline(world, home)
    assert [each["source_id"] for each in known["crossings"]] == [left, home]
    assert [each["migration"] for each in known["crossings"]] == [True, True]
    assert "consular_registration.v1" in known["sources"]
    assert not any("assistance" in source for source in known["sources"]), "an injury is nobody's evidence"
    seen = world.call("GET", "consular", "/v1/me/access-log", "citizen", claims={"iin": number})
    assert seen.status_code == 200
    assert [entry["roles"] for entry in seen.json()["usage"]] == [["consul"]] * 3  # registered, assisted, ended


def test_a_registration_alone_makes_no_emigrant(world: World) -> None:
    before = leavers(world, "EMI", 2024), abroad(world, "REGISTERED", "study", 2024)
    entry = registration(mission="Seoul", purpose="study", occupation=None, legal_basis="D-2")
    entry |= {"registered_on": "2024-02-01", "abroad_since": "2024-01-10", "expected_until": None}
    world.submit("consular", REGISTRATIONS, "consul", entry)
    world.settle()
    assert (leavers(world, "EMI", 2024), abroad(world, "REGISTERED", "study", 2024)) == (before[0], before[1] + 1)


def test_a_missions_answer_that_contradicts_another_source_stands_beside_it_and_is_named_so(world: World) -> None:
    press = {"source_id": "press", "country": "KOR", "concept": "irregular", "period": "2024", "value": 19_000}
    press |= {"source": "A newspaper", "reliability": "press", "reported_on": "2025-01-10"}
    world.submit("consular", "/v1/host-country-figures", "consul", press)
    asked = {"source_id": "asked", "mission": "Seoul", "country": "KOR", "concept": "irregular", "period": "2024"}
    asked |= {"act": "invented letter 1", "asked_on": "2026-01-12", "answer_by": "2026-02-12"}
    id = world.submit("consular", REQUESTS, "statistician", asked)["id"]
    answer = {"source_id": "answered", "value": 12_000, "source": "Ministry of Justice", "reliability": "official"}
    answer |= {"reported_on": "2026-02-01"}
    said = world.call("POST", "consular", f"{REQUESTS}/{id}:answer", "consul", json=answer, headers=once(1))
    assert said.status_code == 200, said.text
    world.settle()
    path = "/sdmx/v1/data/DF_MIRROR/A.IRREGULAR..KOR.KAZ.?startPeriod=2024&format=csv"
    told = world.call("GET", "accounting", path, "statistician").text
    assert "Contradicted by 19000 (A newspaper, press)." in told
    assert "Contradicted by 12000 (Ministry of Justice, official)." in told
