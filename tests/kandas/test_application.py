"""A family's way through the procedure over HTTP: lodged, completed, decided, heard, taken back (K1)."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from services.kandas.cases.answers import Case, CaseDecision, Lodged
from shared import clock
from shared.testing.api import Api
from shared.testing.people import person
from tests.kandas.families import PATH, Desk, findings, lodgement, member, papers


def noon(day: str) -> Any:
    """The clock stands at noon of a day in Almaty."""
    return clock.set_to(datetime.fromisoformat(f"{day}T07:00:00").replace(tzinfo=UTC))


@pytest.fixture(autouse=True)
def on_18_march_2026() -> Iterator[None]:
    with noon("2026-03-18"):
        yield


async def states(api: Api) -> list[tuple[str, str, int]]:
    return [(e["data"]["source_id"], e["data"]["state"], e["recordversion"]) for e in await api.events()]


async def test_a_family_is_one_case_and_each_member_a_status_with_its_own_event(kandas: Api) -> None:
    desk = Desk(kandas)
    body = lodgement(member(), member("spouse"), member("child"))
    answer = await desk.lodge(body)

    assert answer.status_code == 201
    assert [m["source_id"] for m in answer.json()["members"]] == [m["source_id"] for m in body["members"]]
    assert await states(kandas) == [(m["source_id"], "applied", 1) for m in body["members"]]
    assert {event["data"]["case"] for event in await kandas.events()} == {body["source_id"]}
    assert {event["subject"] for event in await kandas.events()} == {m["status_id"] for m in answer.json()["members"]}


async def test_granted_in_time_with_every_check_the_rule_and_its_version(kandas: Api) -> None:
    desk, body = Desk(kandas), lodgement()
    id = (await desk.lodge(body)).json()["id"]
    answer = await desk.act(f"{PATH}/{id}/decision", findings(body), 1)

    assert answer.status_code == 200
    (decided,) = answer.json()["members"]
    assert decided["outcome"] == "granted"
    assert decided["valid_until"] == "2027-03-18"
    assert decided["certificate"].startswith("KD-2026-")
    assert answer.json()["timing"] == {
        "documents_complete_on": "2026-03-16",
        "due_on": "2026-03-19",
        "in_time": True,
        "days_late": 0,
        "rule": "decision_term",
        "version": "2025-10-26",
        "basis": answer.json()["timing"]["basis"],
    }
    checks = decided["decision"]["checks"]
    assert [check["rule"] for check in checks] == [
        "documents",
        "ethnic_kazakh",
        "no_citizen",
        "never_a_citizen",
        "one_status",
    ]
    assert all(check["version"] and check["basis"] and check["outcome"] == "passed" for check in checks)
    (_, granted) = await kandas.events()
    assert granted["data"]["state"] == "granted"
    assert granted["data"]["decided_on"] == "2026-03-18"
    assert granted["data"]["valid_until"] == "2027-03-18"
    assert granted["time"] == "2026-03-17T19:00:00+00:00"


async def test_the_last_document_starts_the_clock(kandas: Api) -> None:
    desk = Desk(kandas)
    body = lodgement(member(kinds=("application", "autobiography", "identity")))
    id = (await desk.lodge(body)).json()["id"]
    before = (await desk.read(f"{PATH}/{id}")).json()
    late = {"documents": [{"member": body["members"][0]["source_id"], **papers("ethnicity", on="2026-03-17")[0]}]}
    after = (await desk.act(f"{PATH}/{id}/documents", late, 1)).json()

    assert (before["stage"], before["timing"]) == ("awaiting_documents", None)
    assert before["members"][0]["missing_documents"] == ["ethnicity"]
    assert after["stage"] == "under_review"
    assert after["members"][0]["missing_documents"] == []
    assert (after["timing"]["documents_complete_on"], after["timing"]["due_on"]) == ("2026-03-17", "2026-03-20")


async def test_a_late_decision_says_how_late_and_is_no_refusal(kandas: Api) -> None:
    body = lodgement()
    id = (await Desk(kandas).lodge(body)).json()["id"]
    with noon("2026-03-26"):
        answer = await Desk(kandas).act(f"{PATH}/{id}/decision", findings(body), 1)

    assert answer.json()["members"][0]["outcome"] == "granted"
    assert (answer.json()["timing"]["in_time"], answer.json()["timing"]["days_late"]) == (False, 7)


async def test_a_refusal_is_preliminary_until_the_hearing_was_held(kandas: Api) -> None:
    desk, body = Desk(kandas), lodgement()
    id = (await desk.lodge(body)).json()["id"]
    first = await desk.act(f"{PATH}/{id}/decision", findings(body, ethnicity_confirmed=False), 1)
    (warned,) = first.json()["members"]
    too_soon = await desk.act(f"{PATH}/{id}/decision", findings(body, ethnicity_confirmed=False), 2)
    heard = await desk.act(f"{PATH}/{id}/hearing", {"held_on": "2026-03-18"}, 2)
    final = await desk.act(f"{PATH}/{id}/decision", findings(body, ethnicity_confirmed=False), 3)

    assert (warned["outcome"], warned["hearing_by"]) == ("preliminary_refusal", "2026-03-20")
    (failed,) = [check for check in warned["decision"]["checks"] if check["outcome"] == "failed"]
    assert failed["rule"] == "ethnic_kazakh"
    assert failed["remedy"]
    assert too_soon.status_code == 409
    assert heard.json()["stage"] == "hearing"
    assert final.json()["members"][0]["outcome"] == "refused"
    assert [state for _, state, _ in await states(kandas)] == ["applied", "refused"]


async def test_what_is_shown_at_the_hearing_can_still_lead_to_a_grant(kandas: Api) -> None:
    desk, body = Desk(kandas), lodgement()
    id = (await desk.lodge(body)).json()["id"]
    await desk.act(f"{PATH}/{id}/decision", findings(body, ethnicity_confirmed=False), 1)
    with noon("2026-03-26"):  # the last day of the hearing has passed, over Nauryz
        final = await Desk(kandas).act(f"{PATH}/{id}/decision", findings(body), 2)

    assert final.json()["members"][0]["outcome"] == "granted"
    decisions = await desk.read(f"/v1/kandas-statuses/{(await status_of(kandas))['id']}/decisions")
    assert [decision["outcome"] for decision in decisions.json()] == ["preliminary_refusal", "granted"]


async def test_members_are_decided_one_by_one(kandas: Api) -> None:
    desk = Desk(kandas)
    body = lodgement(member(), member("spouse", person=person(citizenship="KAZ")))
    id = (await desk.lodge(body)).json()["id"]
    answer = await desk.act(f"{PATH}/{id}/decision", findings(body), 1)

    assert [decided["outcome"] for decided in answer.json()["members"]] == ["granted", "preliminary_refusal"]
    case = (await desk.read(f"{PATH}/{id}")).json()
    assert case["stage"] == "hearing"
    assert [m["status"]["state"] for m in case["members"]] == ["granted", "applied"]


async def test_a_citizen_s_application_is_not_taken(kandas: Api) -> None:
    answer = await Desk(kandas).lodge(lodgement(member("spouse"), member(person=person(citizenship="KAZ"))))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/members/1/person/citizenship"]


async def test_whoever_is_a_kandas_does_not_apply_again(kandas: Api) -> None:
    desk, same = Desk(kandas), person()
    first = lodgement(member(person=same))
    await desk.act(f"{PATH}/{(await desk.lodge(first)).json()['id']}/decision", findings(first), 1)
    again = await desk.lodge(lodgement(member(person=same)))
    assert (again.status_code, again.json()["type"].rsplit("/")[-1]) == (422, "status-held")
    assert [error["pointer"] for error in again.json()["errors"]] == ["/members/0/person"]
    assert (await desk.lodge(first)).status_code == 200  # what was taken before is answered as it was


async def test_nobody_holds_two_statuses(kandas: Api) -> None:
    desk, same = Desk(kandas), person()
    first, second = lodgement(member(person=same)), lodgement(member(person=same))
    ids = [(await desk.lodge(body)).json()["id"] for body in (first, second)]
    await desk.act(f"{PATH}/{ids[0]}/decision", findings(first), 1)
    answer = await desk.act(f"{PATH}/{ids[1]}/decision", findings(second), 1)

    (failed,) = [c for c in answer.json()["members"][0]["decision"]["checks"] if c["outcome"] == "failed"]
    assert failed["rule"] == "one_status"


async def test_nobody_is_granted_two_statuses_at_the_same_moment(kandas: Api) -> None:
    desk, same = Desk(kandas), person()
    bodies = [lodgement(member(person=same)) for _ in range(6)]
    ids = [(await desk.lodge(body)).json()["id"] for body in bodies]
    decided = zip(ids, bodies, strict=True)
    answers = await asyncio.gather(*(desk.act(f"{PATH}/{id}/decision", findings(body), 1) for id, body in decided))

    outcomes = sorted(answer.json()["members"][0]["outcome"] for answer in answers)
    assert outcomes == ["granted", *["preliminary_refusal"] * 5]


async def test_the_same_lodgement_answers_alike_for_ever(kandas: Api) -> None:
    desk, body = Desk(kandas), lodgement(member(), member("child"))
    first = await desk.lodge(body)
    await desk.act(f"{PATH}/{first.json()['id']}/decision", findings(body), 1)
    again = await desk.lodge(body)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.headers["ETag"] == again.headers["ETag"] == '"1"'
    assert len(await kandas.events()) == 4


async def test_the_same_number_with_other_content_is_a_conflict_and_leaves_nothing_behind(kandas: Api) -> None:
    desk, body = Desk(kandas), lodgement()
    await desk.lodge(body)
    other = lodgement(*(each | {"person": person()} for each in body["members"]), source_id=body["source_id"])
    stolen = lodgement(*body["members"])

    for wrong in (other, stolen):
        answer = await desk.lodge(wrong)
        assert answer.status_code == 409
        assert answer.json()["errors"]
    assert len(await kandas.events()) == 1


async def test_the_same_decision_with_the_same_key_answers_as_it_did_first(kandas: Api) -> None:
    desk, body = Desk(kandas), lodgement()
    id = (await desk.lodge(body)).json()["id"]
    first = await desk.act(f"{PATH}/{id}/decision", findings(body), 1, key="once")
    again = await desk.act(f"{PATH}/{id}/decision", findings(body), 1, key="once")
    other = await desk.act(f"{PATH}/{id}/decision", findings(body, formerly_citizen=True), 1, key="once")

    assert first.json() == again.json()
    assert other.status_code == 409
    assert len(await kandas.events()) == 2


async def test_every_fault_is_named_at_once(kandas: Api) -> None:
    wrong = member(person=person(sex="?", citizenship="Atlantis"), country_of_origin="UZ")
    answer = await Desk(kandas).lodge(lodgement(wrong, region="99", on="soon"))
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "/lodged_on",
        "/region",
        "/members/0/person/sex",
        "/members/0/person/citizenship",
        "/members/0/country_of_origin",
    }

    early = await Desk(kandas).lodge(lodgement(member(on="2026-04-01"), on="2026-03-19"))
    assert {error["pointer"] for error in early.json()["errors"]} == {
        "/lodged_on",
        *(f"/members/0/documents/{place}/received_on" for place in range(4)),
    }
    for day in ("2020-01-01", "9999-12-31"):  # before all rules, after all days
        beyond = await Desk(kandas).lodge(lodgement(member(), on=day))
        assert [error["pointer"] for error in beyond.json()["errors"]] == ["/lodged_on"]


async def test_a_family_that_contradicts_itself_is_told_beside_other_faults(kandas: Api) -> None:
    wrong = lodgement(member(), member(), region="99")
    wrong["members"][1]["source_id"] = wrong["members"][0]["source_id"]
    answer = await Desk(kandas).lodge(wrong)

    assert answer.status_code == 422
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/members", "/members/1/source_id", "/region"}


async def test_what_is_no_id_is_no_case_and_an_unknown_member_of_a_body_is_a_fault(kandas: Api) -> None:
    desk = Desk(kandas)
    id = (await desk.lodge(lodgement())).json()["id"]
    misspelt = await desk.act(f"{PATH}/{id}/hearing", {"held_on": "2026-03-18", "room": "12"}, 1)

    assert (await desk.read(f"{PATH}/first")).status_code == 404
    assert misspelt.status_code == 422
    assert [error["pointer"] for error in misspelt.json()["errors"]] == ["/room"]


async def test_no_hearing_is_entered_where_none_is_awaited(kandas: Api) -> None:
    desk, body = Desk(kandas), lodgement()
    id = (await desk.lodge(body)).json()["id"]
    uninvited = await desk.act(f"{PATH}/{id}/hearing", {"held_on": "2026-03-18"}, 1)
    await desk.act(f"{PATH}/{id}/decision", findings(body, ethnicity_confirmed=False), 1)
    first = await desk.act(f"{PATH}/{id}/hearing", {"held_on": "2026-03-18"}, 2, "heard")
    again = await desk.act(f"{PATH}/{id}/hearing", {"held_on": "2026-03-18"}, 2, "heard")
    twice = await desk.act(f"{PATH}/{id}/hearing", {"held_on": "2026-03-18"}, 3)

    assert (uninvited.status_code, twice.status_code) == (409, 409)
    assert (first.json(), first.headers["ETag"]) == (again.json(), again.headers["ETag"])


async def test_a_family_has_one_applicant(kandas: Api) -> None:
    for family in ([member("spouse")], [member(), member()]):
        assert (await Desk(kandas).lodge(lodgement(*family))).status_code == 422


async def test_findings_fit_the_members_who_wait(kandas: Api) -> None:
    desk, body = Desk(kandas), lodgement(member(), member("child"))
    id = (await desk.lodge(body)).json()["id"]
    given = findings(body)["findings"]
    wrong = {"findings": [given[0], given[0], given[0] | {"member": "somebody"}]}
    answer = await desk.act(f"{PATH}/{id}/decision", wrong, 1)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [
        "/findings/1/member",
        "/findings/2/member",
        "/findings",
    ]


async def test_a_change_needs_the_version_and_a_key(kandas: Api) -> None:
    desk, body = Desk(kandas), lodgement()
    id = (await desk.lodge(body)).json()["id"]
    stale = await desk.act(f"{PATH}/{id}/decision", findings(body), 7)
    bare = await kandas.client.post(f"{PATH}/{id}/decision", json=findings(body), headers=desk.headers)
    keyless = await kandas.client.post(
        f"{PATH}/{id}/decision", json=findings(body), headers=desk.headers | {"If-Match": '"1"'}
    )

    assert (stale.status_code, bare.status_code, keyless.status_code) == (412, 428, 422)


async def test_taken_back_before_a_decision_it_no_longer_counts(kandas: Api) -> None:
    desk, body = Desk(kandas), lodgement(member(), member("child"))
    id = (await desk.lodge(body)).json()["id"]
    answer = await desk.act(f"{PATH}/{id}:withdraw", {"reason": "the family goes elsewhere"}, 1)
    decided = await desk.act(f"{PATH}/{id}/decision", findings(body), 2)

    assert answer.json()["stage"] == "withdrawn"
    assert [event["recordwithdrawn"] for event in await kandas.events()] == [False, False, True, True]
    assert decided.status_code == 409


async def test_a_decided_case_cannot_be_taken_back_nor_decided_again(kandas: Api) -> None:
    desk, body = Desk(kandas), lodgement()
    id = (await desk.lodge(body)).json()["id"]
    await desk.act(f"{PATH}/{id}/decision", findings(body), 1)

    assert (await desk.act(f"{PATH}/{id}:withdraw", {"reason": "too late"}, 2)).status_code == 409
    assert (await desk.act(f"{PATH}/{id}/decision", findings(body), 2)).status_code == 409


async def test_a_mission_lodges_and_reads_only_what_was_lodged_through_a_mission(kandas: Api) -> None:
    consul, officer = Desk(kandas, "consul"), Desk(kandas)
    abroad, at_home = lodgement(mission="Embassy in Tashkent"), lodgement()
    taken = await consul.lodge(abroad)
    home_id = (await officer.lodge(at_home)).json()["id"]

    assert taken.status_code == 201
    assert (await consul.lodge(lodgement())).status_code == 403
    assert (await consul.read(f"{PATH}/{taken.json()['id']}")).status_code == 200
    assert (await consul.read(f"{PATH}/{home_id}")).status_code == 404
    for version in (1, 7):  # nor does a mission learn which version a case at home has
        late = await consul.act(f"{PATH}/{home_id}/documents", {"documents": []}, version)
        assert late.status_code == 404
    decision = await consul.act(f"{PATH}/{taken.json()['id']}/decision", findings(abroad), 1)
    assert decision.status_code == 403
    assert (await officer.act(f"{PATH}/{taken.json()['id']}/decision", findings(abroad), 1)).status_code == 200


async def test_answers_are_of_the_shapes_that_the_description_promises(kandas: Api) -> None:
    desk, body = Desk(kandas), lodgement(member(), member("spouse", person=person(citizenship="KAZ")))
    lodged = await desk.lodge(body)
    case = Case.model_validate((await desk.read(f"{PATH}/{lodged.json()['id']}")).json())
    decided = await desk.act(f"{PATH}/{case.id}/decision", findings(body), case.version)

    assert Lodged.model_validate(lodged.json()).id == case.id
    assert case.stage == "under_review"
    assert len(CaseDecision.model_validate(decided.json()).members) == 2


async def test_other_roles_are_refused(kandas: Api) -> None:
    assert (await kandas.client.post(PATH, json=lodgement())).status_code == 401
    for role in ("border", "statistician", "operator", "citizen", "system"):
        assert (await Desk(kandas, role).lodge(lodgement())).status_code == 403


async def test_reading_a_case_is_logged_for_every_member(kandas: Api) -> None:
    desk = Desk(kandas)
    id = (await desk.lodge(lodgement(member(), member("child")))).json()["id"]
    await desk.read(f"{PATH}/{id}")

    logged = await kandas.rows("SELECT action, record_kind FROM access_log WHERE action = 'read'")
    assert logged == [{"action": "read", "record_kind": "kandas_status"}] * 2


async def status_of(api: Api) -> dict[str, Any]:
    """The only status that the register holds."""
    (row,) = await api.rows("SELECT CAST(id AS text) AS id, version, state FROM kandas_status")
    return row
