"""Certificates of self-employment by points (L4): from application to revocation, over HTTP on real PostgreSQL."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from shared import clock
from shared.testing.api import Api
from shared.testing.people import person
from tests.permits import steps

PATH = "/v1/self-employment-applications"
_numbers = count(1)


@pytest.fixture(autouse=True)
def _on_a_monday() -> Iterator[None]:
    with clock.set_to(steps.DAY):
        yield


def application(**changes: Any) -> dict[str, Any]:
    return {
        "source_id": f"SE-{next(_numbers)}",
        "person": person(citizenship="TUR", birth_date="1990-05-01"),
        "occupation": "2512",
        "activity": "J",
        "region": "75",
        "education": 6,
        "experience_years": 5,
        "languages": {"ru": "C1"},
        "valid_from": "2026-04-01",
        "valid_until": "2029-03-31",
    } | changes


async def submit(permits: Api, **changes: Any) -> dict[str, Any]:
    answer = await permits.client.post(PATH, json=application(**changes), headers=steps.officer(permits))
    assert answer.status_code == 201, answer.text
    state: dict[str, Any] = answer.json()
    return state


async def act(permits: Api, state: dict[str, Any], name: str, body: Any = None, agency: str | None = None) -> Any:
    token = permits.token("permits-officer", agency=agency) if agency else steps.officer(permits)
    headers = steps.once(token, state["version"])
    return await permits.client.post(f"{PATH}/{state['id']}{name}", json=body, headers=headers)


async def read(permits: Api, id: str) -> dict[str, Any]:
    answer = await permits.client.get(f"{PATH}/{id}", headers=steps.officer(permits))
    state: dict[str, Any] = answer.raise_for_status().json()
    return state


async def test_a_certificate_is_granted_told_as_a_permit_and_revoked(permits: Api) -> None:
    state = await submit(permits)
    granted = (await act(permits, state, "/decision")).raise_for_status().json()
    assert (granted["status"], granted["certificate_state"]) == ("granted", "issued")
    found = [(check["rule"], check["outcome"], check["explanation"]) for check in granted["decision"]["checks"]]
    assert ("self_employment_points", "passed", "education: 20 of at most 30 points") in found
    assert ("self_employment_threshold", "passed", "70 points, 60 are asked") in found
    assert [outcome for name, outcome, _ in found if name == "demanded_occupations"] == ["unknown"]
    told = [event["data"] for event in await permits.events() if event["type"].endswith("work_permit.v1")]
    assert [(e["kind"], e["employer_bin"], e["occupation"], e["qualified"], e["valid_until"]) for e in told] == [
        ("self_employed", None, "2512", True, "2029-03-31")
    ]

    permit = f"/v1/work-permits/{granted['certificate']}"
    headers = steps.once(steps.officer(permits), 1)
    revocation = {"reason": "left the country", "ended_on": "2026-03-02"}
    (await permits.client.post(f"{permit}:revoke", json=revocation, headers=headers)).raise_for_status()
    assert (await read(permits, state["id"]))["certificate_state"] == "revoked"
    assert (await act(permits, granted, "/decision")).status_code == 409, "it was decided"
    assert (await act(permits, granted, ":withdraw", {"reason": "late"})).status_code == 409


async def test_a_certificate_expires_by_its_last_day(permits: Api) -> None:
    state = await submit(permits, valid_from="2026-03-02", valid_until="2026-03-03")
    (await act(permits, state, "/decision")).raise_for_status()
    for days, expected in ((1, "issued"), (2, "expired")):
        with clock.set_to(steps.DAY + timedelta(days=days)):
            assert (await read(permits, state["id"]))["certificate_state"] == expected


async def test_a_refusal_says_what_would_make_it_pass_and_that_passes(permits: Api) -> None:
    refused = (await act(permits, await submit(permits, education=3, languages={}), "/decision")).json()
    assert (refused["status"], refused["certificate"], refused["certificate_state"]) == ("refused", None, None)
    (failed,) = [check for check in refused["decision"]["checks"] if check["outcome"] == "failed"]
    assert (failed["rule"], failed["explanation"], failed["remedy"]) == (
        "self_employment_threshold",
        "50 points, 60 are asked",
        "gain 10 more points: education up to 20 (from 8 on), experience up to 5 (from 10 on), "
        "kk up to 15 (from C1 on), ru up to 10 (from C1 on)",
    )
    mended = (await act(permits, await submit(permits, education=3, languages={"ru": "C1"}), "/decision")).json()
    assert mended["status"] == "granted"


async def test_asked_beforehand_the_answer_is_that_of_the_decision_and_nothing_is_kept(permits: Api) -> None:
    """Of who passes and who has too few points; whoever asks stands in the applicant's log."""
    passes, poor = application(), application(education=0, languages={})
    taught = application(person=passes["person"], source_id=poor["source_id"], education=8)

    async def check(body: dict[str, Any], agency: str = "75") -> Any:
        token = permits.token("permits-officer", agency=agency)
        return await permits.client.post(f"{PATH}:check", json=body, headers=token)

    said = [(await check(body)).raise_for_status().json()["decision"] for body in (passes, poor, taught)]
    assert [decision["outcome"] for decision in said] == ["granted", "refused", "granted"], "a source id binds nothing"
    (remedy,) = [each["remedy"] for each in said[1]["checks"] if each["outcome"] == "failed"]
    assert remedy
    listed = await permits.client.get(PATH, headers=steps.officer(permits))
    assert listed.json()["applications"] == []
    assert await permits.events() == []
    for decision, body in zip(said, (passes, poor), strict=False):
        decided = (await act(permits, await submit(permits, **body), "/decision")).raise_for_status().json()
        assert decided["decision"] == decision
    rows = await permits.rows(
        "SELECT record_kind, agency, person_document FROM access_log WHERE record_id LIKE 'check:%'"
    )
    assert {(row["record_kind"], row["agency"]) for row in rows} == {("self_employment_application", "75")}
    assert len({row["person_document"] for row in rows} - {None}) == 2
    assert (await check(application(), agency="11")).status_code == 403
    assert (await check(application(valid_from="2026-04-01", valid_until="2026-03-01"))).status_code == 422
    assert (await check(application(source_id="\0"))).status_code == 422


async def test_of_two_decisions_at_the_same_time_one_issues_a_certificate(permits: Api) -> None:
    state = await submit(permits)
    answers = await asyncio.gather(*(act(permits, state, "/decision") for _ in range(4)))
    assert sum(answer.status_code == 200 for answer in answers) == 1
    assert len([event for event in await permits.events() if event["type"].endswith("work_permit.v1")]) == 1


async def test_of_one_out_of_reach_is_said_the_same_as_of_none(permits: Api) -> None:
    state = await submit(permits)
    other = permits.token("permits-officer", agency="71")
    out_of_reach, none = [
        (await permits.client.get(f"{PATH}/{id}", headers=other)).json()["detail"] for id in (state["id"], uuid4())
    ]
    assert out_of_reach == none
    acts = [await act(permits, state | {"id": id}, "/decision", agency="71") for id in (state["id"], uuid4())]
    assert {(answer.status_code, answer.json()["detail"]) for answer in acts} == {(404, none)}


async def test_an_officer_of_another_region_neither_sees_nor_decides_it(permits: Api) -> None:
    state = await submit(permits)
    other = permits.token("permits-officer", agency="71")
    assert (await permits.client.get(f"{PATH}/{state['id']}", headers=other)).status_code == 404
    for name, body in (("/decision", None), (":withdraw", {"reason": "not mine"})):
        assert (await act(permits, state, name, body, agency="71")).status_code == 404, name
    assert (await permits.client.post(PATH, json=application(), headers=other)).status_code == 403
    assert (await permits.client.get(PATH, headers=other)).json() == {"applications": [], "next": None}
    listed = (await permits.client.get(PATH, headers=steps.officer(permits))).json()["applications"]
    assert listed == [
        {"id": state["id"], "status": "applied", "region": "75", "submitted_on": "2026-03-02",
         "valid_from": "2026-04-01"}
    ]  # fmt: skip
    withdrawn = await act(permits, state, ":withdraw", {"reason": "not needed"})
    assert withdrawn.json()["status"] == "withdrawn"


async def test_a_repeated_source_id_is_the_same_application_or_refused(permits: Api) -> None:
    body, headers = application(), steps.officer(permits)
    first = await permits.client.post(PATH, json=body, headers=headers)
    again = await permits.client.post(PATH, json=body, headers=headers)
    other = await permits.client.post(PATH, json=body | {"education": 8}, headers=headers)
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert first.json()["id"] == again.json()["id"]


async def test_every_fault_of_a_form_is_told_at_once(permits: Api) -> None:
    wrong = application(
        occupation="25x",
        education=9,
        experience_years=40,
        languages={"kk": "D1", "en": "C1"},
        valid_until="2026-03-31",
        region="00",
    ) | {"photo": "QUJD"}
    answer = await permits.client.post(PATH, json=wrong, headers=steps.officer(permits))
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert answer.status_code == 422
    assert pointers == {
        "/occupation", "/education", "/experience_years", "/languages/kk", "/languages/en", "/valid_until", "/region",
        "/photo",
    }  # fmt: skip
    for odd in ({"experience_years": 2**63}, {"education": -1}, {"occupation": "25\0"}, {"valid_until": "9999-12-31"}):
        answer = await permits.client.post(PATH, json=application(**odd), headers=steps.officer(permits))
        assert answer.status_code == 422, odd


async def test_everybody_sees_the_table_in_force_and_that_it_is_assumed(permits: Api) -> None:
    table = (await permits.client.get("/v1/self-employment-points")).raise_for_status().json()
    assert (table["since"], table["threshold"], table["longest_months"]) == ("2017-09-29", 60, 36)
    assert table["read_in_original"] is False
    assert table["explanation"].startswith("assumed: ")
    assert {part["part"]: part["most"] for part in table["parts"]} == {
        "education": 30, "experience": 25, "age": 20, "kk": 15, "ru": 10,
    }  # fmt: skip
    assert table["parts"][1]["steps"][-1] == {"at_least": "10", "points": 25}, "by size, not by letters"
