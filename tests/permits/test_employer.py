"""Employers and their staff reports (L1): documents with one present state, changed by who has seen it."""

from typing import Any

from shared.clock import set_to
from shared.testing.api import Api
from tests.permits import steps
from tests.permits.steps import DAY, EMPLOYER

PATH = f"/v1/employers/{EMPLOYER}"
DETAILS = {"name": "Invented Systems LLP", "activity": "J", "region": "75"}


async def put(permits: Api, path: str, body: dict[str, Any], version: int | None = None) -> Any:
    seen = {} if version is None else {"If-Match": f'"{version}"'}
    return await permits.client.put(path, json=body, headers=steps.employer(permits) | seen)


async def test_an_employer_registers_and_changes_itself(permits: Api) -> None:
    first = await put(permits, PATH, DETAILS)
    again = await put(permits, PATH, DETAILS)
    moved = DETAILS | {"region": "71"}
    unseen, stale = await put(permits, PATH, moved), await put(permits, PATH, moved, version=2)
    done = await put(permits, PATH, moved, version=1)
    assert [a.status_code for a in (first, again, unseen, stale, done)] == [200, 200, 428, 412, 200]
    assert [a.headers["ETag"] for a in (first, again, done)] == ['"1"', '"1"', '"2"']
    read = await permits.client.get(PATH, headers=steps.officer(permits))
    assert read.json()["document"] == moved | {"bin": EMPLOYER, "form": None}


async def test_a_change_can_be_repeated_under_its_key_though_others_followed(permits: Api) -> None:
    async def change(path: str, body: dict[str, Any], key: str, version: int | None = None) -> Any:
        seen = {} if version is None else {"If-Match": f'"{version}"'}
        keyed = steps.employer(permits) | {"Idempotency-Key": key} | seen
        return await permits.client.put(path, json=body, headers=keyed)

    moved, staff = DETAILS | {"region": "71"}, f"{PATH}/staff/2026-03-02"
    with set_to(DAY):
        first = [await change(PATH, DETAILS, "a"), await change(staff, {"citizens": {"1": 2}}, "b")]
        followed = [await change(PATH, moved, "c", 1), await change(staff, {"citizens": {"1": 3}}, "d", 1)]
        again = [await change(PATH, DETAILS, "a"), await change(staff, {"citizens": {"1": 2}}, "b")]
        other = [await change(PATH, moved, "a"), await change(staff, {"citizens": {"1": 3}}, "b")]
    assert [answer.status_code for answer in first + followed + again + other] == [200] * 6 + [409] * 2
    assert [(a.content, a.headers["ETag"]) for a in again] == [(a.content, '"1"') for a in first]
    assert [answer.headers["ETag"] for answer in followed] == ['"2"', '"2"']


async def test_an_employer_does_not_act_for_another(permits: Api) -> None:
    stranger = steps.employer(permits, steps.OTHER_EMPLOYER)
    assert (await permits.client.put(PATH, json=DETAILS, headers=stranger)).status_code == 403
    assert (await permits.client.get(PATH, headers=stranger)).status_code == 404
    staff = {"citizens": {"1": 1}}
    assert (await permits.client.put(f"{PATH}/staff/2026-03-01", json=staff, headers=stranger)).status_code == 404


async def test_a_wrong_bin_is_named(permits: Api) -> None:
    answer = await permits.client.put("/v1/employers/200340001009", json=DETAILS, headers=steps.officer(permits))
    assert answer.status_code == 422


async def test_staff_is_reported_with_its_day_and_not_for_the_future(permits: Api) -> None:
    with set_to(DAY):
        unknown = await put(permits, f"{PATH}/staff/2026-03-02", {"citizens": {"1": 2}})
        await put(permits, PATH, DETAILS)
        today = await put(permits, f"{PATH}/staff/2026-03-02", {"citizens": {"1": 2, "3": 40}})
        tomorrow = await put(permits, f"{PATH}/staff/2026-03-03", {"citizens": {"1": 2}})
        wrong = await put(permits, f"{PATH}/staff/2026-03-01", {"citizens": {"5": 2, "1": -1}})
    assert [a.status_code for a in (unknown, today, tomorrow, wrong)] == [404, 200, 422, 422]
    assert len(wrong.json()["errors"]) == 2
    read = await permits.client.get(f"{PATH}/staff/2026-03-02", headers=steps.employer(permits))
    assert read.json()["document"]["citizens"] == {"1": 2, "3": 40}
