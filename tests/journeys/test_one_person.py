"""Nobody is counted twice because several registers know them."""

from typing import Any

from shared.kernel.iin import check_digit
from shared.testing.people import crossing, person
from tests.journeys.conftest import World

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


def _parsed(line: str) -> dict[str, Any]:
    import orjson

    parsed: dict[str, Any] = orjson.loads(line)
    return parsed
