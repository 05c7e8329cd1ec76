"""The homecoming, and the moves inside the country: a family of kandas, and a resettler who does not stay."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from shared import clock
from shared.kernel.iin import check_digit
from shared.testing.people import person
from tests.journeys.conftest import World
from tests.journeys.steps import once
from tests.kandas.families import findings, lodgement, member

CASES = "/v1/kandas-applications"
INCLUSIONS = "/v1/quota-inclusions"
STAYS = "/v1/centre-stays"
OFFICER = "kandas-officer"
ORIGIN, REGION = "TKM", "15"


def decided(world: World, lodged: dict[str, Any]) -> dict[str, Any]:
    """A family's case, lodged today and granted."""
    case = world.submit("kandas", CASES, OFFICER, lodged)
    path = f"{CASES}/{case['id']}/decision"
    answer = world.call("POST", "kandas", path, OFFICER, json=findings(lodged), headers=once(1))
    assert answer.status_code == 200, answer.text
    return case


def figure(world: World, indicator: str, origin: str, flow: str) -> float:
    key = f"A.{indicator}.REGISTER.{REGION}.{origin}"
    return world.figure(key, str(clock.today().year), flow=flow) or 0


def quota(world: World, *kinds: str) -> None:
    """This year's quota: ten places of each kind, all of them in the region."""
    totals: list[dict[str, Any]] = [{"kind": kind, "size": 10} for kind in kinds]
    pools = totals + [each | {"region": REGION} for each in totals]
    body = {"act": "invented order", "holds_from": f"{clock.today().year}-01-01", "pools": pools}
    path = f"/v1/regional-quotas/{clock.today().year}"
    state = world.call("GET", "kandas", path, OFFICER)
    headers = {"If-Match": state.headers["etag"]} if state.status_code == 200 else {}
    answer = world.call("PUT", "kandas", path, OFFICER, json=body, headers=headers)
    assert answer.status_code in (200, 201), answer.text


def included(world: World, kind: str, *members: dict[str, Any]) -> list[str]:
    today = clock.today().isoformat()
    numbered = [{"source_id": f"QI-{uuid4().hex}"} | each for each in members]
    asked = {"kind": kind, "region": REGION, "included_on": today, "members": numbered}
    answer = world.call("POST", "kandas", INCLUSIONS, OFFICER, json=asked)
    assert answer.status_code == 201, answer.text
    return [each["inclusion_id"] for each in answer.json()["members"]]


def test_a_family_comes_home_and_the_grandmother_and_the_newborn_follow(world: World) -> None:
    """Every member is a case of the family's, has a certificate that can be verified, and one place in the quota."""
    today = clock.today().isoformat()
    quota(world, "kandas", "resettler")
    before = {name: figure(world, name, ORIGIN, "DF_KANDAS") for name in ("KANDAS_GRANTED", "KANDAS_INCLUDED")}
    origin: dict[str, Any] = {"country_of_origin": ORIGIN, "on": today}
    people = [person(citizenship=ORIGIN, birth_date=day) for day in ("1988-04-01", "1990-02-11")]
    family = lodgement(
        member(person=people[0], **origin), member("spouse", person=people[1], **origin), on=today, region=REGION
    )
    first = decided(world, family)
    later = [person(citizenship=ORIGIN, birth_date=day) for day in ("1951-01-30", today)]
    followed = lodgement(
        member(person=later[0], **origin), member("child", person=later[1], **origin), on=today, region=REGION
    )
    second = decided(world, followed)
    settlers = [{"person": each, "country_of_origin": ORIGIN, "education": "higher"} for each in (*people, *later)]
    included(world, "kandas", *settlers)
    world.settle()
    assert figure(world, "KANDAS_GRANTED", ORIGIN, "DF_KANDAS") == before["KANDAS_GRANTED"] + 4
    assert figure(world, "KANDAS_INCLUDED", ORIGIN, "DF_KANDAS") == before["KANDAS_INCLUDED"] + 4

    for case, held in ((first, people), (second, later)):
        for lodged, who in zip(case["members"], held, strict=True):
            path = f"/v1/kandas-statuses/{lodged['status_id']}/certificate"
            shown = world.call("GET", "kandas", path, OFFICER).json()
            asked = {"certificate": shown["certificate"], "code": shown["code"], "birth_date": who["birth_date"]}
            assert world.call("POST", "kandas", "/v1/kandas-certificates:verify", json=asked).json()["valid"]


def test_a_resettler_who_leaves_within_five_years_owes_the_support_back(world: World) -> None:
    quota(world, "kandas", "resettler")
    number = next(
        f"{eleven}{digit}" for eleven in range(85031530100, 85031530900)
        if (digit := check_digit(str(eleven))) is not None
    )  # fmt: skip
    before = [figure(world, name, "61", "DF_INTERNAL") for name in ("RESETTLERS", "RESETTLERS_LEFT")]
    (id,) = included(world, "resettler", {"person": person(citizenship="KAZ", iin=number), "region_of_origin": "61"})
    world.settle()
    assert figure(world, "RESETTLERS", "61", "DF_INTERNAL") == before[0] + 1
    stays = world.call("GET", "kandas", f"{INCLUSIONS}/{id}/support-payback", OFFICER).json()
    assert (stays["owed"], stays["check"]["outcome"]) == (False, "not_applicable")

    left = {"ended_on": clock.today().isoformat(), "reason": "left_region"}
    ended = world.call("POST", "kandas", f"{INCLUSIONS}/{id}:end", OFFICER, json=left, headers=once(1))
    assert ended.status_code == 200, ended.text
    world.settle()
    assert figure(world, "RESETTLERS_LEFT", "61", "DF_INTERNAL") == before[1] + 1
    owes = world.call("GET", "kandas", f"{INCLUSIONS}/{id}/support-payback", OFFICER).json()
    assert (owes["owed"], owes["check"]["rule"]) == (True, "support_payback")
    assert owes["check"]["remedy"] == "pay the whole support back"
    seen = world.call("GET", "kandas", "/v1/me/access-log", "citizen", claims={"iin": number}).json()["usage"]
    assert {entry["roles"][0] for entry in seen} == {OFFICER}
    assert len(seen) == 4  # included, looked at twice, ended


def test_a_refusal_is_heard_and_turned(world: World) -> None:
    """What is shown at the hearing becomes a status; a preliminary refusal alone is counted as nothing."""
    today = clock.today().isoformat()
    counted = ("KANDAS_APPLIED", "KANDAS_GRANTED", "KANDAS_REFUSED")
    before = [figure(world, name, "IRN", "DF_KANDAS") for name in counted]
    who = person(citizenship="IRN", birth_date="1979-06-02")
    lodged = lodgement(member(person=who, country_of_origin="IRN", on=today), on=today, region=REGION)
    path = f"{CASES}/{world.submit('kandas', CASES, OFFICER, lodged)['id']}"

    def act(step: str, body: dict[str, Any], version: int) -> dict[str, Any]:
        answer = world.call("POST", "kandas", f"{path}/{step}", OFFICER, json=body, headers=once(version))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    (warned,) = act("decision", findings(lodged, ethnicity_confirmed=False), 1)["members"]
    assert warned["outcome"] == "preliminary_refusal"
    (failed,) = [check for check in warned["decision"]["checks"] if check["outcome"] == "failed"]
    assert (failed["rule"], bool(failed["remedy"]), warned["hearing_by"] > today) == ("ethnic_kazakh", True, True)
    world.settle()
    assert [figure(world, name, "IRN", "DF_KANDAS") for name in counted] == [before[0] + 1, *before[1:]]
    act("hearing", {"held_on": today}, 2)
    assert act("decision", findings(lodged), 3)["members"][0]["outcome"] == "granted"
    world.settle()
    assert [figure(world, name, "IRN", "DF_KANDAS") for name in counted] == [before[0] + 1, before[1] + 1, before[2]]


def test_a_full_centre_says_from_when_on_and_the_family_is_placed_then(world: World) -> None:
    """The one place is taken until its family's application is decided: then it is free on the same day."""
    today, later = clock.today().isoformat(), (clock.today() + timedelta(days=5)).isoformat()
    order = {"holds_from": today, "places": 1, "act": "invented order"}
    centre = {"source_id": f"CT-{uuid4().hex}", "kind": "placement", "region": REGION, "name": "Invented centre"}
    house = world.submit("kandas", "/v1/centres", OFFICER, centre | {"opened_on": today, "orders": [order]})["id"]
    lodged = [
        lodgement(member(person=who, country_of_origin=ORIGIN, on=today), on=today, region=REGION)
        for who in (person(citizenship=ORIGIN), person(citizenship=ORIGIN))
    ]  # fmt: skip
    cases = [world.submit("kandas", CASES, OFFICER, each) for each in lodged]
    housed, waiting = [
        {"centre": house, "since": today, "until": later, "members": [{"source_id": uuid4().hex, "status": status}]}
        for status in (case["members"][0]["status_id"] for case in cases)
    ]
    world.submit("kandas", STAYS, OFFICER, housed)
    full = world.call("POST", "kandas", STAYS, OFFICER, json=waiting)
    assert full.status_code == 422, full.text
    assert f"ask from {clock.today() + timedelta(days=6)} on" in full.text

    path = f"{CASES}/{cases[0]['id']}/decision"
    world.call("POST", "kandas", path, OFFICER, json=findings(lodged[0]), headers=once(1)).raise_for_status()
    placed = world.submit("kandas", STAYS, OFFICER, waiting)
    again = world.call("POST", "kandas", STAYS, OFFICER, json=waiting)
    assert (again.status_code, again.json()["members"]) == (200, placed["members"])
    occupied = world.call("GET", "kandas", f"/v1/centres/{house}/occupancy?on={today}", OFFICER).json()
    assert [each["id"] for each in occupied["stays"]] == [placed["members"][0]["stay_id"]]
