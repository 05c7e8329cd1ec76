"""Centres with capacity: their orders, who is housed, and never more than there are places (K2)."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.kandas.cases.centre_stay import end_past_term
from services.kandas.cases.kandas_status import KANDAS, expire
from shared.clock import ALMATY, set_to
from shared.testing.api import Api
from shared.testing.people import person
from tests.kandas.families import PATH as APPLICATIONS
from tests.kandas.families import Desk, findings, lodgement

CENTRES, STAYS = "/v1/centres", "/v1/centre-stays"
_numbers = count(1)


@pytest.fixture(autouse=True)
def spring() -> Iterator[None]:
    with set_to(datetime(2026, 3, 16, 9, tzinfo=ALMATY)):
        yield


def centre(kind: str = "placement", places: int = 2, **changes: Any) -> dict[str, Any]:
    opened = {"holds_from": "2026-01-05", "places": places, "act": "invented order"}
    return {
        "source_id": f"CT-{next(_numbers)}",
        "kind": kind,
        "region": "61",
        "name": "Invented centre",
        "opened_on": "2026-01-05",
        "orders": [opened],
    } | changes


async def open_centre(kandas: Api, *told: Any, **changes: Any) -> str:
    answer = await kandas.client.post(CENTRES, json=centre(*told, **changes), headers=kandas.token("kandas-officer"))
    return str(answer.raise_for_status().json()["id"])


async def act(kandas: Api, path: str, body: dict[str, Any], version: int = 1, **claims: Any) -> httpx.Response:
    headers = {"If-Match": f'"{version}"', "Idempotency-Key": f"k{next(_numbers)}"}
    return await kandas.client.post(path, json=body, headers=kandas.token("kandas-officer", **claims) | headers)


def pointers(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 422, answer.text
    return {error["pointer"] for error in answer.json()["errors"]}


async def test_places_are_ordered_from_a_later_day_each_time(kandas: Api) -> None:
    id = await open_centre(kandas)
    more = {"holds_from": "2026-06-01", "places": 5, "act": "another order"}
    ordered = await act(kandas, f"{CENTRES}/{id}:order", more)
    assert [each["places"] for each in ordered.json()["record"]["orders"]] == [2, 5]
    assert pointers(await act(kandas, f"{CENTRES}/{id}:order", more, 2)) == {"/holds_from"}
    assert (await act(kandas, f"{CENTRES}/{id}:order", more, 2, agency="akimat-55")).status_code == 404
    record = ordered.json()["record"] | {"region": "59", "kind": "adaptation"}
    headers = kandas.token("kandas-officer") | {"If-Match": '"2"'}
    moved = await kandas.client.put(f"{CENTRES}/{id}", json={"reason": "x", "record": record}, headers=headers)
    assert pointers(moved) == {"/record/region", "/record/kind"}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"orders": [], "name": "", "kind": "hotel"}, {"/orders", "/name", "/kind"}),
        ({"opened_on": "2026-01-06"}, {"/orders"}),
        ({"region": "99", "source_id": "Ж", "opened_on": "0001-01-01"}, {"/region", "/source_id", "/opened_on"}),
        (
            {"orders": [{"holds_from": "2026-01-05", "places": 2**63, "act": " "}]},
            {"/orders/0/places", "/orders/0/act"},
        ),
        ({"orders": [{"holds_from": "2026-01-05", "places": 1, "act": "x"}] * 2}, {"/orders"}),
    ],
)
async def test_of_a_centre_that_cannot_be_all_faults_are_told(
    kandas: Api, changes: dict[str, Any], found: set[str]
) -> None:
    headers = kandas.token("kandas-officer")
    assert pointers(await kandas.client.post(CENTRES, json=centre(**changes), headers=headers)) == found


async def status(kandas: Api, state: str = "applied", **changes: Any) -> str:
    """The id of a status on record, of an invented person."""
    granted = {"decided_on": "2026-03-09", "valid_until": "2027-03-09"} if state == "granted" else {}
    number = f"KS-{next(_numbers)}"
    body = {
        "source_id": number,
        "case": number,
        "member": "applicant",
        "person": person(),
        "country_of_origin": "UZB",
        "region": "61",
        "state": state,
        "applied_on": "2026-03-02",
    }
    headers = kandas.token("kandas-officer")
    answer = await kandas.client.post("/v1/kandas-statuses", json=body | granted | changes, headers=headers)
    return str(answer.raise_for_status().json()["id"])


def asked_for(centre: str, *statuses: str, **changes: Any) -> dict[str, Any]:
    members = [{"source_id": f"CS-{next(_numbers)}", "status": each} for each in statuses]
    return {"centre": centre, "since": "2026-03-16", "until": "2026-03-20", "members": members} | changes


async def place(kandas: Api, body: dict[str, Any], **claims: Any) -> httpx.Response:
    return await kandas.client.post(STAYS, json=body, headers=kandas.token("kandas-officer", **claims))


async def occupancy(kandas: Api, centre: str, on: str = "2026-03-16") -> tuple[int, list[str]]:
    """Places left on a day, and the stays of it."""
    path = f"{CENTRES}/{centre}/occupancy?on={on}"
    found = (await kandas.client.get(path, headers=kandas.token("kandas-officer"))).raise_for_status().json()
    return found["days"][0]["left"], [each["id"] for each in found["stays"]]


def said(answer: httpx.Response) -> str:
    assert answer.status_code == 422, answer.text
    return " ".join(error["detail"] for error in answer.json()["errors"])


async def test_16_ask_for_the_last_places_and_none_too_many_are_housed(kandas: Api) -> None:
    house = await open_centre(kandas, "placement", 3)
    bodies = [asked_for(house, await status(kandas)) for _ in range(16)]

    async def until_decided(body: dict[str, Any]) -> int:
        while (answer := await place(kandas, body)).status_code == 503:
            assert "retry-after" in answer.headers
        return answer.status_code

    assert sorted(await asyncio.gather(*map(until_decided, bodies))) == [201] * 3 + [422] * 13
    left, housed = await occupancy(kandas, house)
    assert (left, len(housed)) == (0, 3)
    assert await occupancy(kandas, house, "2026-03-21") == (3, [])


async def test_a_centre_is_full_and_names_the_day_and_the_family_is_placed_on_it(kandas: Api) -> None:
    """Until the status ends by its own act: the place is free in the same moment."""
    house = await open_centre(kandas, "adaptation", 2)
    first, second, third = [await status(kandas, "granted") for _ in range(3)]
    (await place(kandas, asked_for(house, first))).raise_for_status()
    family = asked_for(house, second, third)
    assert "ask from 2026-03-21 on, or for at most 1" in said(await place(kandas, family))
    assert await occupancy(kandas, house) == (1, (await occupancy(kandas, house))[1]), "all of the family or none"
    mended = family | {"since": "2026-03-21", "until": "2026-09-21"}
    placed, again = await place(kandas, mended), await place(kandas, mended)
    assert (placed.status_code, again.status_code) == (201, 200), placed.text
    assert placed.json()["members"] == again.json()["members"]
    assert (await place(kandas, mended | {"until": "2026-09-20"})).status_code == 409
    assert "end that stay first" in said(
        await place(kandas, asked_for(house, second, since="2026-04-01", until="2026-04-02"))
    )
    with set_to(datetime(2026, 4, 1, 9, tzinfo=ALMATY)):
        ended = await act(
            kandas, f"/v1/kandas-statuses/{second}:end", {"ended_on": "2026-04-01", "reason": "citizenship"}
        )
        assert ended.status_code == 200, ended.text
    left, housed = await occupancy(kandas, house, "2026-04-01")
    assert (left, len(housed)) == (1, 1)
    stay = placed.json()["members"][0]["stay_id"]
    record = (await kandas.client.get(f"{STAYS}/{stay}", headers=kandas.token("kandas-officer"))).json()["record"]
    assert (record["state"], record["ended_on"], record["end_reason"]) == ("ended", "2026-04-01", "ground")


async def test_placement_ends_with_the_decision_and_adaptation_with_expiry(kandas: Api) -> None:
    house, home = await open_centre(kandas), await open_centre(kandas, "adaptation")
    desk, body = Desk(kandas), lodgement()
    lodged = (await desk.lodge(body)).json()
    (member,) = lodged["members"]
    (await place(kandas, asked_for(house, member["status_id"]))).raise_for_status()
    assert (await occupancy(kandas, house))[0] == 1
    decided = await desk.act(f"{APPLICATIONS}/{lodged['id']}/decision", findings(body), 1)
    assert decided.json()["members"][0]["outcome"] == "granted", decided.text
    assert (await occupancy(kandas, house))[0] == 2
    expiring = await status(kandas, "granted", valid_until="2026-03-18")
    assert "ask for days before 2026-03-19" in said(await place(kandas, asked_for(home, expiring)))
    (await place(kandas, asked_for(home, expiring, until="2026-03-18"))).raise_for_status()
    with set_to(datetime(2026, 3, 19, 9, tzinfo=ALMATY)):
        assert (await expire(kandas.engine, KANDAS)).expired == 1
        await end_past_term(kandas.engine)
    rows = await kandas.rows("SELECT body->>'end_reason' AS why FROM centre_stay WHERE state = 'ended' ORDER BY 1")
    assert [row["why"] for row in rows] == ["ground", "term"]


async def test_who_leaves_or_never_came_frees_the_place_and_orders_keep_those_housed(kandas: Api) -> None:
    house = await open_centre(kandas)
    placed = await place(kandas, asked_for(house, await status(kandas), await status(kandas)))
    one, two = [each["stay_id"] for each in placed.json()["members"]]
    fewer = {"holds_from": "2026-03-18", "places": 1, "act": "another order"}
    assert "On 2026-03-18 2 places are taken" in said(await act(kandas, f"{CENTRES}/{house}:order", fewer))
    assert "2 places are taken" in said(await act(kandas, f"{CENTRES}/{house}:withdraw", {"reason": "x"}))
    assert pointers(await act(kandas, f"{STAYS}/{one}:leave", {"ended_on": "2026-03-17"})) == {"/ended_on"}
    assert (
        await act(kandas, f"{STAYS}/{one}:leave", {"ended_on": "2026-03-16"}, agency="akimat-55")
    ).status_code == 404
    assert (await act(kandas, f"{STAYS}/{one}:leave", {"ended_on": "2026-03-16"})).status_code == 200
    assert (await act(kandas, f"{STAYS}/{one}:leave", {"ended_on": "2026-03-16"}, 2)).status_code == 409
    assert (await act(kandas, f"{STAYS}/{two}:withdraw", {"reason": "nobody came"})).status_code == 200
    assert await occupancy(kandas, house) == (2, [])
    assert (await act(kandas, f"{CENTRES}/{house}:order", fewer)).status_code == 200


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"since": "2026-03-21", "members": []}, {"/until", "/members"}),
        ({"since": "0001-01-01", "until": "9999-12-31", "centre": 2**63}, {"/since", "/until", "/centre"}),
        (
            {"members": [{"source_id": "CS-X", "status": str(UUID(int=1))}] * 2},
            {"/members/1/source_id", "/members/1/status"},
        ),
        ({"since": "2021-10-31", "until": "2021-10-31"}, {""}),
    ],
)
async def test_of_a_stay_that_cannot_be_all_faults_are_told(
    kandas: Api, changes: dict[str, Any], found: set[str]
) -> None:
    answer = await place(kandas, asked_for(await open_centre(kandas), await status(kandas)) | changes)
    assert answer.status_code == 422, answer.text
    assert {error["pointer"] for error in answer.json().get("errors", [{"pointer": ""}])} == found


async def test_another_region_s_officer_places_nobody_and_sees_nobody(kandas: Api) -> None:
    house, own = await open_centre(kandas), await status(kandas)
    abroad = await open_centre(kandas, region="55")
    assert (await place(kandas, asked_for(house, own), agency="akimat-55")).status_code == 404
    assert (await place(kandas, asked_for(abroad, own), agency="akimat-55")).status_code == 404
    assert (await place(kandas, asked_for(house, own), agency="akimat-61")).status_code == 201
    stranger = kandas.token("kandas-officer", agency="akimat-55")
    assert (await kandas.client.get(f"{CENTRES}/{house}/occupancy", headers=stranger)).status_code == 404
    for day in ("0001-01-01", "9999-12-31"):
        assert (await occupancy(kandas, house, day))[1] == []


async def test_who_is_placed_while_the_status_ends_keeps_no_place(kandas: Api) -> None:
    """Whichever comes first: the placement waits for the end, or the end finds the stay. A withdrawn status counts no
    longer either, and a stay that had not begun ends on its first day."""
    house = await open_centre(kandas, "adaptation", 50)
    held = [await status(kandas, "granted") for _ in range(4)]
    end = {"ended_on": "2026-03-16", "reason": "leaving"}
    placed = [place(kandas, asked_for(house, each)) for each in held]
    ended = [act(kandas, f"/v1/kandas-statuses/{each}:end", end) for each in held]
    answers = [each.status_code for each in await asyncio.gather(*placed, *ended)]
    assert set(answers[:4]) <= {201, 422}
    assert answers[4:] == [200] * 4
    assert await occupancy(kandas, house) == (50, [])
    later = await status(kandas, "granted")
    (await place(kandas, asked_for(house, later, since="2026-04-01", until="2026-04-02"))).raise_for_status()
    assert (await act(kandas, f"/v1/kandas-statuses/{later}:withdraw", {"reason": "x"})).status_code == 200
    assert await occupancy(kandas, house, "2026-04-01") == (50, [])
    assert (await place(kandas, asked_for(house, later))).status_code == 409


async def test_a_stay_names_the_person_of_its_status_and_every_reading_is_logged(kandas: Api) -> None:
    house, own = await open_centre(kandas), await status(kandas)
    stay = (await place(kandas, asked_for(house, own))).json()["members"][0]["stay_id"]
    headers = kandas.token("kandas-officer") | {"If-Match": '"1"'}

    async def correct(path: str, **changes: Any) -> httpx.Response:
        record = (await kandas.client.get(path, headers=headers)).json()["record"]
        body = {"reason": "misread", "record": record | changes}
        return await kandas.client.put(path, json=body, headers=headers)

    other = person(surname="OTHER")
    assert pointers(await correct(f"{STAYS}/{stay}", person=other)) == {"/record/person"}
    assert pointers(await correct(f"{STAYS}/{stay}", until="2026-03-30")) == {"/record/until"}
    assert (await correct(f"/v1/kandas-statuses/{own}", person=other)).status_code == 200
    assert (await correct(f"{STAYS}/{stay}", person=other)).status_code == 200
    counted = "SELECT count(*) AS times FROM access_log WHERE record_kind = 'centre_stay' AND action = 'read'"
    (before,) = await kandas.rows(counted)
    await occupancy(kandas, house)
    (after,) = await kandas.rows(counted)
    assert after["times"] == before["times"] + 1
