"""Nobody is counted twice because several registers know them."""

from typing import Any

from shared import clock
from shared.kernel.iin import check_digit
from shared.testing.people import crossing, person
from tests.journeys.conftest import World
from tests.journeys.steps import apply, covered, days_ago, enter, once, pay, prepared, timeline
from tests.kandas.families import findings, lodgement, member

COVERAGE = {"register_start": "2021-01-01", "complete_through": "2026-06-30", "reason": "this journey looks back"}


def iin(first_eleven: str) -> str:
    return f"{first_eleven}{check_digit(first_eleven)}"


def test_a_repatriate_known_by_passport_iin_and_new_document_is_one_person(world: World) -> None:
    """Enters on a foreign passport, registers with an IIN, becomes a citizen and leaves on the new passport."""
    world.call("PUT", "portal", "/v1/feeds/berkut/coverage", "border", json=COVERAGE).raise_for_status()
    number = iin("85031530044")
    foreign = person(citizenship="MNG", birth_date="1985-03-15", surname="BEKBOLAT")
    registered = foreign | {"iin": number}
    citizen: dict[str, Any] = registered | {
        "document": {"type": "P", "number": "N87654321", "issuing_state": "KAZ"},
        "citizenship": "KAZ",
    }
    border = "/v1/border-crossings"
    came = crossing(person=foreign, country="MNG", crossed_at="2022-03-01T09:00:00+06:00", purpose="permanent")
    world.submit("portal", border, "border", came)
    registration = {
        "source_id": came["source_id"] + "-R",
        "act": "registration",
        "date": "2022-03-05",
        "person": registered,
        "region": "63",
        "counterpart_country": "MNG",
    }
    world.submit("portal", "/v1/residence-registrations", "migration-police", registration)
    left = crossing(
        person=citizen, direction="exit", country="KOR", crossed_at="2024-09-01T09:00:00+05:00", purpose="work"
    )
    world.submit("portal", border, "border", left)
    abroad = {
        "source_id": came["source_id"] + "-C",
        "mission": "Seoul",
        "person": citizen,
        "country": "KOR",
        "purpose": "work",
        "registered_on": "2024-09-20",
    }
    world.submit("consular", "/v1/consular-registrations", "consul", abroad)
    world.settle()

    lines = world.call("GET", "accounting", "/v1/classifications?method=M1216", "statistician").text.splitlines()
    ours = [line for line in map(_parsed, lines) if line["source_id"] in (came["source_id"], left["source_id"])]
    assert [(line["before"], line["after"], line["migration"]) for line in ours] == [(0, 1, True), (1, 0, True)]
    (who,) = {line["person"] for line in ours}

    timeline = world.call("GET", "accounting", f"/v1/persons/{who}/timeline", "statistician").json()
    assert [c["migration"] for c in timeline["crossings"]] == [True, True]
    assert {"border_crossing.v1", "residence_registration.v1", "consular_registration.v1"} <= timeline["sources"].keys()
    assert number not in str(timeline)


def test_a_permit_the_status_and_citizenship_leave_one_inflow(world: World) -> None:
    """Three registers come to know whoever entered on a foreign passport without an IIN: it stays one arrival."""
    prepared(world)
    covered(world)
    came, today = days_ago(600), clock.today().isoformat()
    flows = ("IMM.M1216", "IMM.COUPON", "EMI.M1216")

    def counted() -> list[float]:
        keys = (f"A.{flow}.KZ.BRN._T._T._T._T" for flow in flows)
        return [world.figure(key, str(came.year)) or 0 for key in keys]

    before, number = counted(), iin("85031530048")
    foreign = person(citizenship="BRN", birth_date="1985-03-15")
    entry = enter(world, foreign, came, purpose="permanent")
    known = foreign | {"iin": number}
    moved = {"source_id": f"{entry}-R", "act": "registration", "date": came.isoformat(), "person": known}
    moved |= {"region": "63", "counterpart_country": "BRN"}
    world.submit("portal", "/v1/residence-registrations", "migration-police", moved)
    pay(world, apply(world, f"{entry}-W", known))
    lodged = lodgement(member(person=known, country_of_origin="BRN", on=today), on=today, region="63")
    case = world.submit("kandas", "/v1/kandas-applications", "kandas-officer", lodged)
    path, status = f"/v1/kandas-applications/{case['id']}/decision", case["members"][0]["status_id"]
    granted = world.call("POST", "kandas", path, "kandas-officer", json=findings(lodged), headers=once(1))
    assert granted.json()["members"][0]["outcome"] == "granted", granted.text
    new = {"type": "I", "number": "061234599", "issuing_state": "KAZ"}
    acquired = {"source_id": f"{entry}-C", "act": "acquired", "date": today, "former_kandas": True}
    acquired |= {"person": known | {"citizenship": "KAZ", "document": new}, "other_country": "BRN"}
    world.submit("portal", "/v1/citizenship-changes", "migration-police", acquired)
    over = {"ended_on": today, "reason": "citizenship"}
    end = f"/v1/kandas-statuses/{status}:end"
    world.call("POST", "kandas", end, "kandas-officer", json=over, headers=once(2)).raise_for_status()
    world.settle()

    assert counted() == [before[0] + 1, before[1] + 1, before[2]]
    registers = ("border_crossing", "residence_registration", "work_permit", "kandas_status", "citizenship_change")
    assert timeline(world, entry)["sources"] == {f"{each}.v1": 1 for each in registers}


def _parsed(line: str) -> dict[str, Any]:
    import orjson

    parsed: dict[str, Any] = orjson.loads(line)
    return parsed
