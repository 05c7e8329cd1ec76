"""Support of settlers: by the rules and once, refused elsewhere, summed up where it is owed back (K4, K6)."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from typing import Any

import httpx
import pytest

from shared.clock import ALMATY, set_to
from shared.testing.api import Api
from tests.kandas.test_quota_inclusion import PATH as INCLUSIONS
from tests.kandas.test_quota_inclusion import end, family, include, quota, resettler, said

PATH = "/v1/support-grants"
_numbers = count(1)


@pytest.fixture(autouse=True)
def spring() -> Iterator[None]:
    with set_to(datetime(2026, 3, 16, 9, tzinfo=ALMATY)):
        yield


async def settlers(kandas: Api, number: int = 1) -> list[str]:
    """The ids of that many inclusions of one family in region 59."""
    await quota(kandas, resettler=number)
    included = await include(kandas, family(*(resettler() for _ in range(number))))
    return [each["inclusion_id"] for each in included.json()["members"]]


def one_off(inclusion: str, **changes: Any) -> dict[str, Any]:
    return {
        "source_id": f"SG-{next(_numbers)}",
        "inclusion": inclusion,
        "region": "59",
        "kind": "one_off",
        "expected_employment": "long_term",
        "granted_on": "2026-03-16",
        "mci": 70,
    } | changes


def rent(inclusion: str, **changes: Any) -> dict[str, Any]:
    return one_off(inclusion, kind="rent", mci=15, months=12) | changes


async def ask(kandas: Api, body: dict[str, Any], **claims: Any) -> httpx.Response:
    return await kandas.client.post(PATH, json=body, headers=kandas.token("kandas-officer", **claims))


async def owed(kandas: Api, inclusion: str) -> tuple[int, int]:
    """In tenge: what was received, and what of it is owed back."""
    path = f"{INCLUSIONS}/{inclusion}/support-payback"
    found = (await kandas.client.get(path, headers=kandas.token("kandas-officer"))).json()
    return found["received"], found["amount_owed"]


async def test_a_grant_is_counted_by_the_index_of_its_day_and_made_once(kandas: Api) -> None:
    (inclusion,) = await settlers(kandas)
    body = one_off(inclusion)
    first, again = await ask(kandas, body), await ask(kandas, body)
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert (first.json()["amount"], again.json()["decision"]) == (70 * 4325, None)
    assert (await ask(kandas, body | {"expected_employment": "one_to_three_years"})).status_code == 409
    assert "it is paid once" in said(await ask(kandas, one_off(inclusion)))
    assert (await ask(kandas, rent(inclusion, months=8))).status_code == 201
    assert "ask for at most 4 months" in said(await ask(kandas, rent(inclusion, months=5)))
    record = (await kandas.client.get(f"{PATH}/{first.json()['id']}", headers=kandas.token("kandas-officer"))).json()
    inclusion_record = await kandas.client.get(f"{INCLUSIONS}/{inclusion}", headers=kandas.token("kandas-officer"))
    assert record["record"]["person"] == inclusion_record.json()["record"]["person"]


async def test_of_many_who_ask_at_once_for_one_person_one_is_granted(kandas: Api) -> None:
    (inclusion,) = await settlers(kandas)
    answers = await asyncio.gather(*(ask(kandas, one_off(inclusion)) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 5


async def test_who_was_paid_in_another_region_is_not_paid_again(kandas: Api) -> None:
    """Once is a matter of the person, not of the place."""
    await quota(kandas, resettler=2)
    mover = resettler()
    first, second = family(mover), family(mover | {"source_id": "QI-again"})
    one = (await include(kandas, first)).json()["members"][0]["inclusion_id"]
    assert (await ask(kandas, one_off(one))).status_code == 201
    assert (await end(kandas, one, "left_region")).status_code == 200
    two = (await include(kandas, second)).json()["members"][0]["inclusion_id"]
    assert "it is paid once" in said(await ask(kandas, one_off(two)))


async def test_it_is_refused_elsewhere_with_every_reason(kandas: Api) -> None:
    (inclusion,) = await settlers(kandas)
    faults = said(await ask(kandas, one_off(inclusion, region="75", expected_employment="temporary", mci=71)))
    for each in ("ask for it in region 59", "goes without support", "ask for 70 MCI"):
        assert each in faults
    assert (await end(kandas, inclusion, "declined")).status_code == 200
    assert "the inclusion has ended" in said(await ask(kandas, one_off(inclusion)))
    assert (await owed(kandas, inclusion)) == (0, 0)


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"mci": None}, {"/mci"}),
        ({"kind": "rent"}, {"/months"}),
        ({"kind": "mobility_certificate"}, {"/mci", "/housing_price", "/amount"}),
        ({"amount": 1, "months": 1, "housing_price": 1}, {"/amount", "/months", "/housing_price"}),
        ({"mci": 2**63}, {"/mci"}),
        ({"kind": "other", "mci": None, "amount": 2**63}, {"/amount"}),
        ({"mci": 0}, {"/mci"}),
        ({"source_id": "\x00"}, {"/source_id"}),
        ({"granted_on": "2026-03-17"}, {"/granted_on"}),
        ({"granted_on": "0001-01-01"}, {"/granted_on"}),
        ({"granted_on": "2022-12-31"}, {""}),
    ],
)
async def test_what_cannot_be_is_refused(kandas: Api, changes: dict[str, Any], pointers: set[str]) -> None:
    (inclusion,) = await settlers(kandas)
    answer = await ask(kandas, one_off(inclusion, **changes))
    assert answer.status_code == 422, answer.text
    assert {error["pointer"] for error in answer.json().get("errors", [{"pointer": ""}])} == pointers


async def test_another_region_s_officer_neither_grants_nor_reads(kandas: Api) -> None:
    (inclusion,) = await settlers(kandas)
    assert (await ask(kandas, one_off(inclusion), agency="akimat-55")).status_code == 404
    granted = await ask(kandas, one_off(inclusion), agency="akimat-59")
    stranger = kandas.token("kandas-officer", agency="akimat-55")
    assert (await kandas.client.get(f"{PATH}/{granted.json()['id']}", headers=stranger)).status_code == 404
    assert (await ask(kandas, one_off("0199a0c0-0000-7000-8000-000000000001"))).status_code == 404


async def test_a_correction_is_decided_anew_and_a_withdrawal_counts_no_longer(kandas: Api) -> None:
    inclusion, other = await settlers(kandas, 2)
    id = (await ask(kandas, rent(inclusion))).json()["id"]
    headers = kandas.token("kandas-officer") | {"If-Match": '"1"'}
    record = (await kandas.client.get(f"{PATH}/{id}", headers=headers)).json()["record"]

    async def correct(**changes: Any) -> httpx.Response:
        body = {"reason": "misread", "record": record | changes}
        return await kandas.client.put(f"{PATH}/{id}", json=body, headers=headers)

    assert "ask for at most 12 months" in said(await correct(months=13, amount=15 * 13 * 4325))
    assert "come to by the index" in said(await correct(months=11))
    assert "person of the inclusion" in said(await correct(person=record["person"] | {"surname": "OTHER"}))
    assert "cannot be corrected" in said(await correct(inclusion=other))
    corrected = await correct(months=11, amount=15 * 11 * 4325)
    assert corrected.status_code == 200, corrected.text
    assert await owed(kandas, inclusion) == (15 * 11 * 4325, 0)
    again = headers | {"If-Match": '"2"'}
    assert (await kandas.client.post(f"{PATH}/{id}:withdraw", json={"reason": "x"}, headers=again)).status_code == 200
    assert await owed(kandas, inclusion) == (0, 0)
    assert (await ask(kandas, rent(inclusion))).status_code == 201


async def test_who_leaves_early_owes_the_sum_of_what_was_granted(kandas: Api) -> None:
    inclusion, stayer = await settlers(kandas, 2)
    certificate = {"kind": "mobility_certificate", "mci": None, "housing_price": 10**12, "amount": 5 * 10**11}
    for body in (one_off(inclusion), rent(inclusion), one_off(inclusion, **certificate), one_off(stayer)):
        assert (await ask(kandas, body)).status_code == 201
    assert (await end(kandas, inclusion, "left_region")).status_code == 200
    whole = (70 + 15 * 12) * 4325 + 5 * 10**11
    assert [await owed(kandas, each) for each in (inclusion, stayer)] == [(whole, whole), (70 * 4325, 0)]


async def test_an_end_that_was_entered_later_flags_what_was_granted_since(kandas: Api) -> None:
    (inclusion,) = await settlers(kandas)
    with set_to(datetime(2026, 3, 20, 9, tzinfo=ALMATY)):
        before = (await ask(kandas, one_off(inclusion, granted_on="2026-03-17"))).json()
        after = (await ask(kandas, rent(inclusion, granted_on="2026-03-18"))).json()
        path, headers = f"{INCLUSIONS}/{inclusion}/support-payback", kandas.token("kandas-officer")
        held = (await kandas.client.get(path, headers=headers)).json()
        assert (await end(kandas, inclusion, "declined", on="2026-03-18")).status_code == 200
        flagged = (await kandas.client.get(path, headers=headers)).json()

    assert before["id"] != after["id"]
    assert (held["granted_after_end"], held["owed"]) == ([], False)
    (one,) = flagged["granted_after_end"]
    assert (one["id"], one["granted_on"], one["amount"]) == (after["id"], "2026-03-18", after["amount"])
    assert flagged["received"] == before["amount"] + after["amount"]
