"""Work asked for and found: by a status or an inclusion, one request of a person at a time, in a region's work list."""

import asyncio
from collections.abc import Iterator
from datetime import date, datetime
from itertools import count
from typing import Any

import httpx
import pytest

from services.kandas.cases.employment_request import standing_of
from services.kandas.rules.employment_request import Standing, faults_of_asking
from shared.clock import ALMATY, set_to
from shared.events.kandas import KandasStatus
from shared.testing.api import Api
from shared.testing.people import person
from tests.kandas.test_quota_inclusion import end as end_inclusion
from tests.kandas.test_support_grant import settlers

PATH = "/v1/employment-requests"
FOUND: dict[str, Any] = {"employer_bin": "200340001008", "position": "2341", "expected_employment": "long_term"}
_numbers = count(1)


@pytest.fixture(autouse=True)
def spring() -> Iterator[None]:
    with set_to(datetime(2026, 3, 16, 9, tzinfo=ALMATY)):
        yield


def status(**changes: Any) -> dict[str, Any]:
    return {
        "source_id": f"S-{next(_numbers)}", "case": "C-1", "member": "applicant", "person": person(), "region": "55",
        "country_of_origin": "MNG", "state": "granted", "applied_on": "2026-03-02", "decided_on": "2026-03-05",
        "valid_until": "2027-03-04",
    } | changes  # fmt: skip


async def kandas_status(kandas: Api, **changes: Any) -> str:
    headers = kandas.token("kandas-officer")
    taken = await kandas.client.post("/v1/kandas-statuses", json=status(**changes), headers=headers)
    return str(taken.json()["id"])


def asked(**changes: Any) -> dict[str, Any]:
    return {"source_id": f"ER-{next(_numbers)}", "occupation": "2341", "asked_on": "2026-03-16"} | changes


async def ask(kandas: Api, body: dict[str, Any], **claims: Any) -> httpx.Response:
    return await kandas.client.post(PATH, json=body, headers=kandas.token("kandas-officer", **claims))


async def act(kandas: Api, id: str, name: str, version: int = 1, **body: Any) -> httpx.Response:
    headers = kandas.token("kandas-officer") | {"If-Match": f'"{version}"', "Idempotency-Key": f"e{next(_numbers)}"}
    return await kandas.client.post(f"{PATH}/{id}:{name}", json=body, headers=headers)


async def waiting(kandas: Api, query: str = "", **claims: Any) -> list[str]:
    answer = await kandas.client.get(f"{PATH}{query}", headers=kandas.token("kandas-officer", **claims))
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["requests"]]


def pointers(answer: httpx.Response) -> set[str]:
    assert answer.status_code == 422, answer.text
    return {error["pointer"] for error in answer.json()["errors"]}


async def test_who_asks_waits_in_the_region_s_list_until_work_is_found(kandas: Api) -> None:
    (inclusion,) = await settlers(kandas)
    by_status = asked(status=await kandas_status(kandas), asked_on="2026-03-10")
    first, again = await ask(kandas, by_status), await ask(kandas, by_status)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    resettler = (await ask(kandas, asked(inclusion=inclusion))).json()["id"]
    kandas_id = first.json()["id"]
    assert await waiting(kandas) == [kandas_id, resettler]
    assert await waiting(kandas, "?region=59") == await waiting(kandas, agency="akimat-59") == [resettler]
    page = (await kandas.client.get(f"{PATH}?limit=1", headers=kandas.token("kandas-officer"))).json()
    assert await waiting(kandas, f"?limit=1&cursor={page['next']}") == [resettler]

    found = await act(kandas, kandas_id, "place", found_on="2026-03-15", **FOUND)
    assert (found.status_code, found.json()["record"]["state"]) == (200, "found"), found.text
    assert (await act(kandas, kandas_id, "place", 2, found_on="2026-03-15", **FOUND)).status_code == 409
    assert (await act(kandas, kandas_id, "close", 2, closed_on="2026-03-15", reason="taken_back")).status_code == 409
    closed = await act(kandas, resettler, "close", closed_on="2026-03-16", reason="no_work_found")
    assert closed.json()["record"]["close_reason"] == "no_work_found", closed.text
    assert await waiting(kandas) == []
    assert await waiting(kandas, "?state=found") == [kandas_id]
    assert (await ask(kandas, by_status)).status_code == 200
    assert (await ask(kandas, by_status | {"occupation": "23"})).status_code == 409


async def test_of_many_requests_at_once_of_one_person_one_waits(kandas: Api) -> None:
    (inclusion,) = await settlers(kandas)
    answers = await asyncio.gather(*(ask(kandas, asked(inclusion=inclusion)) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    (id,) = await waiting(kandas)
    assert (await act(kandas, id, "close", closed_on="2026-03-16", reason="taken_back")).status_code == 200
    assert (await ask(kandas, asked(inclusion=inclusion))).status_code == 201


async def test_all_that_is_wrong_is_said_at_once(kandas: Api) -> None:
    (inclusion,) = await settlers(kandas)
    assert pointers(await ask(kandas, asked(inclusion=inclusion, office="\x00"))) == {"/office"}
    refused = await ask(kandas, {"source_id": "", "occupation": "x" * 9, "asked_on": "0001-01-01", "office": ""})
    assert pointers(refused) == {"/source_id", "/occupation", "/asked_on", "/office", "/inclusion"}
    both = asked(inclusion=inclusion, status=await kandas_status(kandas))
    assert pointers(await ask(kandas, both)) == {"/inclusion"}
    for day in ("2026-03-15", "2026-03-17", "9999-12-31"):
        assert pointers(await ask(kandas, asked(inclusion=inclusion, asked_on=day))) == {"/asked_on"}
    assert (await end_inclusion(kandas, inclusion, "declined")).status_code == 200
    assert pointers(await ask(kandas, asked(inclusion=inclusion))) == {"/asked_on"}

    id = (await ask(kandas, asked(status=await kandas_status(kandas)))).json()["id"]
    wrong = await act(kandas, id, "place", found_on="2026-03-18", employer_bin="1", position=2**63)
    assert pointers(wrong) == {"/employer_bin", "/position", "/expected_employment"}
    for day in ("2026-03-15", "2026-03-17"):
        assert pointers(await act(kandas, id, "place", found_on=day, **FOUND)) == {"/found_on"}
    assert pointers(await act(kandas, id, "close", closed_on="2026-03-15", reason="taken_back")) == {"/closed_on"}


async def test_an_officer_of_another_region_neither_enters_nor_reads_nor_lists(kandas: Api) -> None:
    status_id = await kandas_status(kandas)
    assert (await ask(kandas, asked(status=status_id), agency="akimat-59")).status_code == 404
    id = (await ask(kandas, asked(status=status_id), agency="akimat-55")).json()["id"]
    stranger = kandas.token("kandas-officer", agency="akimat-59")
    assert (await kandas.client.get(f"{PATH}/{id}", headers=stranger)).status_code == 404
    headers = stranger | {"If-Match": '"1"', "Idempotency-Key": "stranger"}
    body = {"found_on": "2026-03-16", **FOUND}
    assert (await kandas.client.post(f"{PATH}/{id}:place", json=body, headers=headers)).status_code == 404
    assert await waiting(kandas, "?region=55", agency="akimat-59") == []
    assert await waiting(kandas, "?region=55", agency="akimat-55") == [id]


async def test_a_correction_is_held_to_the_same_and_a_withdrawn_request_waits_no_longer(kandas: Api) -> None:
    by = await kandas_status(kandas)
    id = (await ask(kandas, asked(status=by))).json()["id"]
    headers = kandas.token("kandas-officer") | {"If-Match": '"1"'}
    record = (await kandas.client.get(f"{PATH}/{id}", headers=headers)).json()["record"]

    async def correct(**changes: Any) -> httpx.Response:
        body = {"reason": "misread", "record": record | changes}
        return await kandas.client.put(f"{PATH}/{id}", json=body, headers=headers)

    fixed = await correct(region="59", kind="resettler", status=None, country_of_origin=None, inclusion=by)
    assert pointers(fixed) >= {"/record/region", "/record/kind", "/record/inclusion"}
    assert pointers(await correct(person=record["person"] | {"surname": "OTHER"})) == {"/record/person"}
    assert pointers(await correct(asked_on="2026-03-04")) == {"/record/asked_on"}
    tomorrow = await correct(state="found", found_on="2026-03-17", **FOUND)
    assert pointers(tomorrow) == {"/record/found_on"}
    assert (await correct(state="found", found_on="2026-03-16", **FOUND)).status_code == 200
    second = (await ask(kandas, asked(status=by))).json()["id"]
    headers |= {"If-Match": '"2"'}
    assert (await correct()).status_code == 409
    withdrawn = await act(kandas, second, "withdraw", reason="entered twice")
    assert (withdrawn.status_code, await waiting(kandas)) == (200, [])
    assert (await correct(occupation="23")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({}, Standing(date(2026, 3, 5), date(2027, 3, 5))),
        ({"valid_until": "9999-12-31"}, Standing(date(2026, 3, 5), date(9999, 12, 31))),
        ({"valid_until": None}, Standing(date(2026, 3, 5), None)),
        (
            {"state": "ended", "ended_on": "2026-03-09", "end_reason": "citizenship"},
            Standing(date(2026, 3, 5), date(2026, 3, 9)),
        ),
        ({"state": "refused", "valid_until": None}, Standing(None)),
        ({"state": "applied", "decided_on": None, "valid_until": None}, Standing(None)),
    ],
)
def test_a_status_makes_a_settler_of_these_days(changes: dict[str, Any], standing: Standing) -> None:
    assert standing_of(KandasStatus.model_validate(status(**changes))) == standing
    for day in (standing.since, standing.until):
        held = day is not None and day == standing.since
        assert (faults_of_asking(day or date(2026, 3, 5), standing, date.max) == []) is (
            held or (standing.since is not None and standing.until is None)
        )
