"""The pilot procedure beside the ordinary one: its term, its steps, and what the decision makes of them (K1)."""

from typing import Any

from shared.testing.api import Api
from tests.kandas.families import PATH, Desk, findings, lodgement, member
from tests.kandas.test_application import noon

STEPS = ("language_test", "questionnaire", "interview")


def taken(step: str, on: str = "2026-03-18", result: str = "sufficient") -> dict[str, Any]:
    return {"step": step, "taken_on": on, "result": result}


async def test_a_pilot_case_is_granted_after_every_step_and_within_its_own_term(kandas: Api) -> None:
    with noon("2026-03-18"):
        desk, body = Desk(kandas), lodgement(member(), member("child", ("identity", "ethnicity")), procedure="pilot")
        lodged, again = await desk.lodge(body), await desk.lodge(body)
        other = await desk.lodge(body | {"procedure": "ordinary"})
        case = f"{PATH}/{lodged.json()['id']}"
        waiting = (await desk.read(case)).json()
        early = await desk.act(f"{case}/decision", findings(body), 1)
        for version, step in enumerate(STEPS, 2):
            result = "insufficient" if step == "language_test" else "sufficient"
            entered = await desk.act(f"{case}/steps", taken(step, result=result), version)
        heard = await desk.act(f"{case}/hearing", {"held_on": "2026-03-18"}, 5)
        retaken = await desk.act(f"{case}/steps", taken("language_test"), 6, "once")
        repeated = await desk.act(f"{case}/steps", taken("language_test"), 6, "once")
        granted = await desk.act(f"{case}/decision", {"findings": findings(body)["findings"][:1]}, 7)
        late = await desk.act(f"{case}/steps", taken("interview"), 8)

    assert (lodged.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert (waiting["file"]["procedure"], waiting["missing_steps"]) == ("pilot", list(STEPS))
    assert (waiting["timing"]["due_on"], waiting["timing"]["rule"]) == ("2026-04-14", "pilot_term")
    assert (waiting["clock"]["unit"], waiting["clock"]["used"], waiting["clock"]["left"]) == ("days", 2, 27)
    first, child = early.json()["members"]
    (failed,) = [check for check in first["decision"]["checks"] if check["outcome"] == "failed"]
    assert (first["outcome"], failed["rule"]) == ("preliminary_refusal", "pilot_steps")
    assert failed["remedy"] == "Take: language_test, questionnaire, interview."
    assert child["outcome"] == "granted"
    assert entered.json()["missing_steps"] == []
    assert heard.status_code == 200
    assert repeated.json() == retaken.json()
    assert granted.json()["members"][0]["outcome"] == "granted"
    assert late.status_code == 409


async def test_steps_and_the_procedure_itself_are_refused_where_there_is_none(kandas: Api) -> None:
    with noon("2026-03-18"):
        desk = Desk(kandas)
        before = await desk.lodge(lodgement(member(on="2026-01-29"), on="2026-01-29", procedure="pilot"))
        first = await desk.lodge(lodgement(member(on="2026-01-30"), on="2026-01-30", procedure="pilot"))
        unknown = await desk.lodge(lodgement(procedure="fast"))
        ordinary = (await desk.lodge(lodgement())).json()["id"]
        none = await desk.act(f"{PATH}/{ordinary}/steps", taken("interview"), 1)
        case = f"{PATH}/{first.json()['id']}/steps"
        wrong = [
            await desk.act(case, taken("interview", on), 1) for on in ("2026-01-29", "2026-03-19", "9999-12-31", "soon")
        ]
        unread = await desk.act(case, taken("interview", result="so so"), 1)
        stranger = await Desk(kandas, agency="11").act(case, taken("interview"), 1)
        consul = await Desk(kandas, "consul").act(case, taken("interview"), 1)

    assert [error["pointer"] for error in before.json()["errors"]] == ["/procedure"]
    assert "2026-01-29" in before.json()["errors"][0]["detail"]
    assert (first.status_code, unknown.status_code, none.status_code) == (201, 422, 409)
    assert [answer.json()["errors"][0]["pointer"] for answer in wrong] == ["/taken_on"] * 4
    assert (unread.status_code, stranger.status_code, consul.status_code) == (422, 404, 403)
