"""A certificate is verified by what stands on it, and a stranger learns nothing by guessing (K1)."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.testing.api import Api
from tests.kandas.families import Desk
from tests.kandas.test_application import noon
from tests.kandas.test_status import STATUSES, granted, taken_over

VERIFY = "/v1/kandas-certificates:verify"


@pytest.fixture(autouse=True)
def on_18_march_2026() -> Iterator[None]:
    with noon("2026-03-18"):
        yield


async def verdict(kandas: Api, **question: Any) -> Any:
    answer = await kandas.client.post(VERIFY, json=question)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_valid_for_the_holder_and_alike_for_every_guess(kandas: Api) -> None:
    status = await granted(kandas)
    desk = Desk(kandas)
    shown, again = [(await desk.read(f"{STATUSES}/{status}/certificate")).json() for _ in range(2)]
    born = (await desk.read(f"{STATUSES}/{status}")).json()["record"]["person"]["birth_date"]
    asked = {"certificate": shown["certificate"], "code": shown["code"], "birth_date": born}

    assert shown == again
    assert await verdict(kandas, **asked) == {"valid": True, "on": "2026-03-18"}
    logged = "SELECT caller FROM access_log WHERE reason = 'certificate verified'"
    assert len(await kandas.rows(logged)) == 1
    for wrong in ({"certificate": "KD-2026-9999999"}, {"code": "0" * 32}, {"birth_date": "1901-01-01"}):
        assert await verdict(kandas, **(asked | wrong)) == {"valid": False, "on": "2026-03-18"}
    with noon("2027-03-18"):
        assert (await verdict(kandas, **asked))["valid"]
    with noon("2027-03-19"):  # over, whether the run was there or not
        assert not (await verdict(kandas, **asked))["valid"]
    with noon("2026-03-19"):
        await Desk(kandas).act(f"{STATUSES}/{status}:end", {"ended_on": "2026-03-19", "reason": "citizenship"}, 2)
        assert not (await verdict(kandas, **asked))["valid"]
    assert len(await kandas.rows(logged)) == 2  # what is not valid shows nothing of anybody


async def test_without_a_code_that_was_shown_nothing_is_valid_and_bad_input_is_named(kandas: Api) -> None:
    await granted(kandas)
    (issued,) = await kandas.rows("SELECT certificate FROM status_decision")
    guess = {"certificate": issued["certificate"], "code": "f" * 32, "birth_date": "1990-05-01"}
    assert not (await verdict(kandas, **guess))["valid"]
    bad = await kandas.client.post(VERIFY, json={"certificate": "' OR 1", "code": "x", "birth_date": "0000-00-00"})
    assert {error["pointer"] for error in bad.json()["errors"]} == {"/certificate", "/code", "/birth_date"}


async def test_the_code_is_for_the_office_of_the_region_and_for_statuses_granted_here(kandas: Api) -> None:
    status = await granted(kandas)
    other = await kandas.client.post(STATUSES, json=taken_over(), headers=Desk(kandas).headers)
    assert (await Desk(kandas, agency="11").read(f"{STATUSES}/{status}/certificate")).status_code == 404
    assert (await Desk(kandas, "consul").read(f"{STATUSES}/{status}/certificate")).status_code == 403
    elsewhere = (await Desk(kandas).read(f"{STATUSES}/{other.json()['id']}/certificate")).json()
    assert (elsewhere["certificate"], elsewhere["code"]) == (None, None)


async def test_what_is_printed_is_verified_and_nothing_is_printed_that_could_not_be(kandas: Api) -> None:
    await granted(kandas)
    (issued,) = await kandas.rows("SELECT certificate, status FROM status_decision")
    desk, path = Desk(kandas), f"/v1/kandas-certificates/{issued['certificate']}/pdf"
    printed = await kandas.client.get(path, headers=desk.headers, params={"lang": "ru"})
    unknown = await kandas.client.get(path, headers=desk.headers, params={"lang": "de"})
    shown = (await desk.read(f"{STATUSES}/{issued['status']}/certificate")).json()
    missing = [await desk.read(f"/v1/kandas-certificates/{number}/pdf") for number in ("KD-2026-9999999", "a%00b")]
    with noon("2027-03-19"):
        over = await Desk(kandas).read(path)

    assert (printed.status_code, printed.headers["content-type"]) == (200, "application/pdf")
    assert printed.headers["content-language"] == "ru"
    assert printed.content.startswith(b"%PDF-")
    assert len(shown["code"]) == 32
    assert len(await kandas.rows("SELECT 1 FROM access_log WHERE reason = 'certificate printed'")) == 1
    assert [unknown.status_code, over.status_code, *(each.status_code for each in missing)] == [422, 409, 404, 400]
    stranger = await Desk(kandas, agency="11").read(path)
    assert (stranger.status_code, stranger.json()["detail"]) == (404, missing[0].json()["detail"])
    assert (await Desk(kandas, "consul").read(path)).status_code == 403
