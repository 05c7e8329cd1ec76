"""Workers from the Eurasian Economic Union: declared by employers, one or many at once (L5)."""

import json
from typing import Any

import orjson

from shared.testing.api import Api
from shared.testing.people import person
from tests.permits import steps

PATH = "/v1/eaeu-workers"


def declaration(**changes: Any) -> dict[str, Any]:
    return {
        "source_id": "EA-1",
        "person": person(citizenship="KGZ"),
        "employer_bin": steps.EMPLOYER,
        "region": "75",
        "activity": "F",
        "occupation": "71",
        "qualified": True,
        "country": "KGZ",
        "works_from": "2026-03-02",
        "works_until": None,
    } | changes


async def declare(permits: Api, body: dict[str, Any], headers: dict[str, str]) -> Any:
    return await permits.client.post(PATH, json=body, headers=headers)


async def test_a_declaration_is_on_record_with_its_event(permits: Api) -> None:
    body = declaration()
    answer = await declare(permits, body, steps.employer(permits))
    assert answer.status_code == 201
    (event,) = await permits.events()
    assert event["type"] == "kz.kosh.permits.eaeu_worker.v1"
    assert event["data"] == body


async def test_who_needs_a_permit_cannot_be_declared(permits: Api) -> None:
    wrong = declaration(country="UZB", works_until="2026-03-01")
    answer = await declare(permits, wrong, steps.employer(permits))
    assert answer.status_code == 422
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert pointers == ["/country", "/person/citizenship", "/works_until"]


async def test_kazakhstans_own_citizens_are_no_foreigners(permits: Api) -> None:
    own = declaration(country="KAZ", person=person(citizenship="KAZ"))
    answer = await declare(permits, own, steps.employer(permits))
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/country"]


async def test_a_member_state_counts_from_the_day_of_its_accession(permits: Api) -> None:
    before = await declare(permits, declaration(works_from="2015-08-11"), steps.employer(permits))
    since = await declare(permits, declaration(works_from="2015-08-12"), steps.employer(permits))
    assert (before.status_code, since.status_code) == (422, 201)


async def test_an_employer_declares_and_sees_its_own_only(permits: Api) -> None:
    stranger = steps.employer(permits, steps.OTHER_EMPLOYER)
    refused = await declare(permits, declaration(), stranger)
    id = (await declare(permits, declaration(), steps.employer(permits))).json()["id"]
    seen = [await permits.client.get(f"{PATH}/{id}", headers=h) for h in (stranger, steps.employer(permits))]
    withdrawal = {"reason": "not mine"}
    taken = await permits.client.post(f"{PATH}/{id}:withdraw", json=withdrawal, headers=stranger | {"If-Match": '"1"'})
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/employer_bin"]
    assert [answer.status_code for answer in seen] == [404, 200]
    assert taken.status_code == 404


async def test_employers_number_their_declarations_themselves(permits: Api) -> None:
    first = await declare(permits, declaration(), steps.employer(permits))
    other = declaration(employer_bin=steps.OTHER_EMPLOYER)
    second = await declare(permits, other, steps.employer(permits, steps.OTHER_EMPLOYER))
    again = await declare(permits, declaration(region="71"), steps.employer(permits))
    assert (first.status_code, second.status_code, again.status_code) == (201, 201, 409)


async def test_a_correction_cannot_hand_the_worker_to_another_employer(permits: Api) -> None:
    body = declaration()
    id = (await declare(permits, body, steps.officer(permits))).json()["id"]
    correction = {"reason": "moved", "record": body | {"employer_bin": steps.OTHER_EMPLOYER}}
    versioned = steps.employer(permits) | {"If-Match": '"1"'}
    answer = await permits.client.put(f"{PATH}/{id}", json=correction, headers=versioned)
    assert answer.status_code == 422


async def test_a_batch_takes_what_is_right_and_says_what_is_not(permits: Api) -> None:
    lines = [
        declaration(source_id="EA-1"),
        declaration(source_id="EA-2", country="UZB"),
        declaration(source_id="EA-3", employer_bin=steps.OTHER_EMPLOYER),
        declaration(source_id="EA-4", country="ARM", person=person(citizenship="ARM")),
    ]
    answer = await permits.client.post(
        f"{PATH}:batch",
        content=b"\n".join(map(orjson.dumps, lines)),
        headers=steps.employer(permits) | {"Content-Type": "application/x-ndjson"},
    )
    *answers, summary = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["status"] for line in answers] == ["created", "rejected", "rejected", "created"]
    assert {problem["pointer"] for problem in answers[1]["problems"]} == {"/country", "/person/citizenship"}
    assert [problem["pointer"] for problem in answers[2]["problems"]] == ["/employer_bin"]
    assert summary == {"summary": {"created": 2, "repeated": 0, "rejected": 2}}
