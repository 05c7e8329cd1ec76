"""Inclusion in a regional quota: a place a person, all of a family or none, never more than there are (K3)."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.clock import ALMATY, set_to
from shared.db.engine import make_engine
from shared.testing.api import Api
from shared.testing.people import person

PATH, YEAR = "/v1/quota-inclusions", "/v1/regional-quotas/2026"
_numbers = count(1)


@pytest.fixture(autouse=True)
def spring() -> Iterator[None]:
    with set_to(datetime(2026, 3, 16, 9, tzinfo=ALMATY)):
        yield


async def quota(api: Api, **places: int) -> None:
    """Sets the quotas of 2026: places of region 59 by kind."""
    pools = [{"kind": kind, "size": size} for kind, size in places.items()]
    pools += [each | {"region": "59"} for each in pools]
    body = {"act": "invented order", "holds_from": "2026-01-01", "pools": pools}
    (await api.client.put(YEAR, json=body, headers=api.token("kandas-officer"))).raise_for_status()


def resettler(**changes: Any) -> dict[str, Any]:
    return {
        "source_id": f"QI-{next(_numbers)}",
        "person": person(citizenship="KAZ"),
        "region_of_origin": "61",
    } | changes


def family(*members: dict[str, Any], **changes: Any) -> dict[str, Any]:
    asked = {"kind": "resettler", "region": "59", "included_on": "2026-03-16", "members": members or (resettler(),)}
    return asked | changes


async def include(kandas: Api, asked: dict[str, Any], **claims: Any) -> httpx.Response:
    return await kandas.client.post(PATH, json=asked, headers=kandas.token("kandas-officer", **claims))


async def end(kandas: Api, id: str, reason: str, on: str = "2026-03-16", version: int = 1) -> httpx.Response:
    headers = kandas.token("kandas-officer") | {"If-Match": f'"{version}"', "Idempotency-Key": f"k{next(_numbers)}"}
    return await kandas.client.post(f"{PATH}/{id}:end", json={"ended_on": on, "reason": reason}, headers=headers)


async def left(kandas: Api) -> int:
    state = (await kandas.client.get(YEAR, headers=kandas.token("operator"))).json()
    return int(next(each["left"] for each in state["pools"] if each["region"] == "59"))


def said(answer: httpx.Response) -> str:
    return " ".join(error["detail"] for error in answer.json()["errors"])


async def test_64_families_ask_for_the_last_places_and_none_too_many_are_included(kandas: Api) -> None:
    await quota(kandas, resettler=10)
    answers = await asyncio.gather(*(_until_decided(kandas, family(resettler())) for _ in range(64)))
    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [422] * 54
    assert await left(kandas) == 0
    engine = make_engine(kandas.app.state.settings.database_url, connections=1)
    async with engine.connect() as connection:
        places = await connection.scalar(text("SELECT count(*) FROM quota_place"))
        records = await connection.scalar(text("SELECT count(*) FROM quota_inclusion"))
    await engine.dispose()
    assert (places, records) == (10, 10)


async def _until_decided(kandas: Api, body: dict[str, Any]) -> httpx.Response:
    """As a client asks: sent again where it waited too long for its turn."""
    while (answer := await include(kandas, body)).status_code == 503:
        assert "retry-after" in answer.headers
    return answer


async def test_a_family_is_included_whole_or_not_at_all_and_once(kandas: Api) -> None:
    await quota(kandas, resettler=3)
    three = family(resettler(), resettler(), resettler())
    first, again = await include(kandas, three), await include(kandas, three)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.json()["members"] == again.json()["members"]
    assert await left(kandas) == 0
    changed = family(three["members"][0] | {"region_of_origin": "33"})
    assert (await include(kandas, changed)).status_code == 409
    refused = await include(kandas, family(resettler(person=three["members"][0]["person"]), resettler()))
    assert "member 1 holds a place" in said(refused)
    assert "ask for another region" in said(refused)


async def test_only_who_declines_gives_the_place_back(kandas: Api) -> None:
    await quota(kandas, resettler=2)
    members = (await include(kandas, family(resettler(), resettler()))).json()["members"]
    stayed, declined = (each["inclusion_id"] for each in members)
    assert (await end(kandas, stayed, "left_region", on="2026-03-15")).status_code == 422
    assert (await end(kandas, stayed, "left_region", on="2026-03-17")).status_code == 422
    assert (await end(kandas, stayed, "left_region")).json()["record"]["end_reason"] == "left_region"
    assert await left(kandas) == 0
    assert (await end(kandas, declined, "declined")).status_code == 200
    assert (await end(kandas, declined, "declined", version=2)).status_code == 409
    assert await left(kandas) == 1


async def test_a_kandas_is_included_with_a_status_and_after_the_course(kandas: Api) -> None:
    await quota(kandas, kandas=5)
    repatriate: dict[str, Any] = {
        "source_id": "QI-K",
        "person": person(),
        "country_of_origin": "MNG",
        "education": "below_secondary",
    }
    asked = family(repatriate | {"other_legal_system": True}, kind="kandas")
    refused = said(await include(kandas, asked))
    assert "holds no status of kandas" in refused
    assert "has passed no adaptation course on record" in refused
    status = {
        "source_id": "S-1", "case": "C-1", "member": "applicant", "person": repatriate["person"], "region": "59",
        "country_of_origin": "MNG", "state": "granted", "applied_on": "2026-03-02", "decided_on": "2026-03-05",
        "valid_until": "2027-03-04",
    }  # fmt: skip
    taken = await kandas.client.post("/v1/kandas-statuses", json=status, headers=kandas.token("kandas-officer"))
    assert taken.status_code == 201, taken.text
    stated = family(repatriate | {"course_completed_on": "2026-03-10"}, kind="kandas")
    assert (await include(kandas, stated)).status_code == 422, "it is on record, or it was not passed"
    await pass_course(kandas, repatriate["person"])
    included = await include(kandas, asked)
    assert included.status_code == 201, included.text


async def pass_course(kandas: Api, someone: dict[str, Any]) -> None:
    """Offered in February, attended, and passed on 16 March, each act in its turn and on a day that can be."""
    courses, who = "/v1/adaptation-courses", kandas.token("kandas-officer")
    offered = {"source_id": "AC-1", "person": someone, "region": "59", "state": "offered", "offered_on": "2026-02-02"}
    taken = await kandas.client.post(courses, json=offered, headers=who)
    assert taken.status_code == 201, taken.text

    async def act(name: str, on: str, version: int, **claims: Any) -> int:
        headers = kandas.token("kandas-officer", **claims) | {
            "If-Match": f'"{version}"',
            "Idempotency-Key": f"k{next(_numbers)}",
        }
        path = f"{courses}/{taken.json()['id']}:{name}"
        return (await kandas.client.post(path, json={"on": on}, headers=headers)).status_code

    assert await act("pass", "2026-03-16", 1) == 409, "not attended"
    assert await act("attend", "2026-02-01", 1) == 422, "before it was offered"
    assert await act("attend", "2026-02-09", 1, agency="akimat-55") == 404
    assert await act("attend", "2026-02-09", 1) == 200
    assert await act("attend", "2026-02-09", 2) == 409
    assert [await act("pass", on, 2) for on in ("2026-02-08", "2026-03-17", "9999-12-31")] == [422] * 3
    assert await act("pass", "2026-03-16", 2) == 200
    wrong = offered | {"source_id": "AC-2", "attended_on": "2026-02-01", "passed_on": "2026-01-01", "region": "999"}
    answer = await kandas.client.post(courses, json=wrong, headers=who)
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {"/attended_on", "/passed_on", "/region"}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"region": "19"}, 422),
        ({"kind": "kandas"}, 422),
        ({"included_on": "2026-03-17"}, 422),
        ({"included_on": "0001-01-01"}, 422),
        ({"included_on": "1950-01-01"}, 422),
        ({"members": []}, 422),
        ({"members": [resettler(source_id="A"), resettler(source_id="A")]}, 422),
        ({"members": [resettler(source_id="\x00")]}, 422),
        ({"members": [resettler(country_of_origin="UZB")]}, 422),
    ],
)
async def test_what_cannot_be_is_refused(kandas: Api, changes: dict[str, Any], status: int) -> None:
    await quota(kandas, resettler=2)
    assert (await include(kandas, family(**changes))).status_code == status


async def test_another_region_s_officer_neither_includes_nor_reads(kandas: Api) -> None:
    await quota(kandas, resettler=2)
    assert (await include(kandas, family(), agency="akimat-55")).status_code == 422
    id = (await include(kandas, family(), agency="akimat-59")).json()["members"][0]["inclusion_id"]
    stranger = kandas.token("kandas-officer", agency="akimat-55")
    assert (await kandas.client.get(f"{PATH}/{id}", headers=stranger)).status_code == 404


async def test_a_correction_makes_nobody_the_holder_of_two_places(kandas: Api) -> None:
    await quota(kandas, resettler=2)
    one, two = resettler(), resettler()
    members = (await include(kandas, family(one, two))).json()["members"]
    path = f"{PATH}/{members[1]['inclusion_id']}"
    headers = kandas.token("kandas-officer") | {"If-Match": '"1"'}
    record = (await kandas.client.get(path, headers=headers)).json()["record"]
    doubled = {"reason": "mixed up", "record": record | {"person": one["person"]}}
    assert (await kandas.client.put(path, json=doubled, headers=headers)).status_code == 422
    moved = {"reason": "mixed up", "record": record | {"region": "55"}}
    assert (await kandas.client.put(path, json=moved, headers=headers)).status_code == 422


async def test_the_execution_of_a_half_year_counts_what_was_given_until_its_last_day(kandas: Api) -> None:
    await quota(kandas, resettler=8)
    members = (await include(kandas, family(resettler(), resettler(), resettler()))).json()["members"]
    early = await kandas.client.get(f"{YEAR}/execution?half=2", headers=kandas.token("statistician"))
    assert early.status_code == 404
    with set_to(datetime(2026, 7, 6, 9, tzinfo=ALMATY)):
        await include(kandas, family(included_on="2026-07-06"))
        await end(kandas, members[0]["inclusion_id"], "declined", on="2026-07-05")
        await end(kandas, members[1]["inclusion_id"], "left_region", on="2026-07-05")
        read = kandas.token("statistician")
        first, second = [
            (await kandas.client.get(f"{YEAR}/execution?half={half}", headers=read)).json() for half in (1, 2)
        ]
        sheet = await kandas.client.get(f"{YEAR}/execution/export?half=1", headers=read)
        none = await kandas.client.get(f"{YEAR}/execution?half=3", headers=read)
    total, region = first["lines"]
    assert (first["day"], first["complete"], region["region"], total["region"]) == ("2026-06-30", True, "59", None)
    assert (region["size"], region["given"], region["given_in_half"], region["percent"]) == (8, 3, 3, 37.5)
    assert (second["day"], second["complete"]) == ("2026-07-06", False)
    assert [(line["given"], line["given_in_half"]) for line in second["lines"]] == [(3, 0), (3, 0)]
    assert sheet.text.splitlines()[1:] == ["resettler,KZ,8,3,3,5,37.5", "resettler,59,8,3,3,5,37.5"]
    assert none.status_code == 422


async def test_who_leaves_the_region_early_owes_the_support_back(kandas: Api) -> None:
    await quota(kandas, resettler=2)
    leaver, stayer = [
        each["inclusion_id"] for each in (await include(kandas, family(resettler(), resettler()))).json()["members"]
    ]
    assert (await end(kandas, leaver, "left_region")).status_code == 200
    found = [
        (await kandas.client.get(f"{PATH}/{id}/support-payback", headers=kandas.token("kandas-officer"))).json()
        for id in (leaver, stayer)
    ]
    assert [(each["owed"], each["check"]["outcome"]) for each in found] == [(True, "failed"), (False, "not_applicable")]
    elsewhere = kandas.token("kandas-officer", agency="akimat-55")
    assert (await kandas.client.get(f"{PATH}/{leaver}/support-payback", headers=elsewhere)).status_code == 404
