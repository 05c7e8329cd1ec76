"""A family's case belongs to the region of settlement, and to the mission through which it was lodged."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from shared import clock
from shared.testing.api import Api
from tests.kandas.families import PATH, Desk, findings, lodgement

OWN = [
    ("kandas-officer", "61"),
    ("kandas-officer", "akimat-61"),
    ("consul", "Tashkent"),
    ("consul", "embassy-tashkent"),
]
OTHERS = [
    ("kandas-officer", "11"),
    ("kandas-officer", "akimat-11"),
    ("kandas-officer", "an office of which nobody knows"),
    ("consul", "Ulaanbaatar"),
    ("consul", "embassy-ulaanbaatar"),
    ("consul", "embassy-berlin"),
]


@pytest.fixture(autouse=True)
def spring() -> Iterator[None]:
    with clock.set_to(datetime(2026, 3, 16, 6, tzinfo=UTC)):
        yield


@pytest.mark.parametrize(("role", "agency"), OTHERS)
async def test_a_case_is_nowhere_for_who_does_not_reach_it(kandas: Api, role: str, agency: str) -> None:
    body = lodgement(mission="Tashkent")
    id = (await Desk(kandas).lodge(body)).json()["id"]
    stranger = Desk(kandas, role, agency=agency)
    assert (await stranger.read(f"{PATH}/{id}")).status_code == 404
    acts: dict[str, dict[str, Any]] = {"/documents": {"documents": []}, ":withdraw": {"reason": "x"}}
    if role == "kandas-officer":
        acts |= {"/decision": findings(body), "/hearing": {"held_on": "2026-03-16"}}
    for act, sent in acts.items():
        for version in (1, 7):
            answer = await stranger.act(f"{PATH}/{id}{act}", sent, version)
            assert (answer.status_code, answer.json()["detail"]) == (404, "There is no such kandas application.")
    assert (await stranger.lodge(lodgement(mission="Tashkent"))).status_code == 403


async def test_a_mission_that_is_on_no_list_lodges_nothing(kandas: Api) -> None:
    answer = await Desk(kandas).lodge(lodgement(mission="Tashkant"))
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/mission"]


@pytest.mark.parametrize(("role", "agency"), OWN)
async def test_it_is_there_for_its_region_and_its_mission(kandas: Api, role: str, agency: str) -> None:
    desk = Desk(kandas, role, agency=agency)
    id = (await desk.lodge(lodgement(mission="Tashkent"))).json()["id"]
    assert (await desk.read(f"{PATH}/{id}")).status_code == 200
    assert (await desk.act(f"{PATH}/{id}:withdraw", {"reason": "x"}, 7)).status_code == 412
    assert (await desk.act(f"{PATH}/{id}:withdraw", {"reason": "x"}, 1)).status_code == 200


async def test_decisions_on_a_status_are_for_its_region(kandas: Api) -> None:
    body = lodgement()
    lodged = (await Desk(kandas).lodge(body)).json()
    status = lodged["members"][0]["status_id"]
    decided = await Desk(kandas, agency="61").act(f"{PATH}/{lodged['id']}/decision", findings(body), 1)
    assert decided.status_code == 200
    path = f"/v1/kandas-statuses/{status}/decisions"
    assert (await Desk(kandas, agency="61").read(path)).status_code == 200
    assert (await Desk(kandas, agency="11").read(path)).status_code == 404
