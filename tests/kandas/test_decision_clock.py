"""A clock that stops and runs by rule and shows why (K1)."""

from collections.abc import Iterator

import pytest

from shared.testing.api import Api
from tests.kandas.families import PATH, Desk, findings, lodgement, member
from tests.kandas.test_application import noon


@pytest.fixture(autouse=True)
def on_18_march_2026() -> Iterator[None]:
    with noon("2026-03-18"):
        yield


async def test_a_paper_given_back_stops_the_clock_and_the_case_shows_why(kandas: Api) -> None:
    desk, body = Desk(kandas), lodgement()
    case = f"{PATH}/{(await desk.lodge(body)).json()['id']}"
    who = body["members"][0]["source_id"]
    running = (await desk.read(case)).json()
    back = {"member": who, "kind": "ethnicity", "reason": "not translated"}
    stopped = (await desk.act(f"{case}/documents:return", back, 1)).json()
    twice = await desk.act(f"{case}/documents:return", back, 2)
    early = {"documents": [{"member": who, "kind": "ethnicity", "received_on": "2026-03-17"}]}
    backwards = await desk.act(f"{case}/documents", early, 2)
    with noon("2026-03-30"):
        desk = Desk(kandas)
        again = {"documents": [{"member": who, "kind": "ethnicity", "received_on": "2026-03-27"}]}
        goes_on = (await desk.act(f"{case}/documents", again, 2)).json()
        decided = await desk.act(f"{case}/decision", findings(body), 3)
        closed = (await desk.read(case)).json()

    assert (running["clock"]["runs"], running["clock"]["used"], running["clock"]["left"]) == (True, 2, 1)
    assert (stopped["stage"], stopped["timing"]) == ("awaiting_documents", None)
    assert stopped["members"][0]["missing_documents"] == ["ethnicity"]
    assert (stopped["clock"]["runs"], stopped["clock"]["left"]) == (False, 1)
    assert stopped["clock"]["spans"][-1]["ground"] == "paper_returned"
    assert stopped["clock"]["spans"][-1]["rule"] == "returned_paper"
    assert [error["pointer"] for error in twice.json()["errors"]] == ["/kind"]
    assert [error["pointer"] for error in backwards.json()["errors"]] == ["/documents/0/received_on"]
    assert (goes_on["stage"], goes_on["timing"]["due_on"]) == ("under_review", "2026-03-30")
    assert decided.json()["timing"]["in_time"]
    grounds = [(span["ground"], span["since"], span["until"], span["used"]) for span in closed["clock"]["spans"]]
    assert grounds == [
        ("review", "2026-03-16", "2026-03-18", 2),
        ("paper_returned", "2026-03-18", "2026-03-27", 0),
        ("review", "2026-03-27", "2026-03-30", 1),
    ]
    assert not closed["clock"]["runs"]


async def test_no_paper_is_given_back_by_a_mission_after_the_refusal_or_to_a_stranger(kandas: Api) -> None:
    desk, body = Desk(kandas), lodgement(member(), mission="Embassy in Tashkent")
    case = f"{PATH}/{(await desk.lodge(body)).json()['id']}"
    back = {"member": body["members"][0]["source_id"], "kind": "identity", "reason": "illegible"}
    stranger = await desk.act(f"{case}/documents:return", back | {"member": "nobody"}, 1)
    mission = await Desk(kandas, "consul").act(f"{case}/documents:return", back, 1)
    await desk.act(f"{case}/decision", findings(body, ethnicity_confirmed=False), 1)
    late = await desk.act(f"{case}/documents:return", back, 2)

    assert [error["pointer"] for error in stranger.json()["errors"]] == ["/member"]
    assert (mission.status_code, late.status_code) == (403, 409)
    heard = (await desk.read(case)).json()["clock"]
    assert [span["ground"] for span in heard["spans"]] == ["review", "hearing"]
    assert (heard["used"], heard["left"]) == (0, 2)
