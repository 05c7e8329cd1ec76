"""The interior ministry's feed (P7): each kind of record is taken, told and refused where it contradicts itself."""

from typing import Any

import orjson
import pytest

from shared.testing.api import Api
from shared.testing.people import person

POLICE = "migration-police"

RECORDS: dict[str, dict[str, Any]] = {
    "residence-permits": {"residence": "permanent", "region": "75", "granted_on": "2024-02-01"},
    "protection-statuses": {
        "kind": "refugee",
        "country_of_origin": "AFG",
        "region": "75",
        "granted_on": "2024-02-01",
        "reviewed_on": "2025-01-30",
    },
    "citizenship-changes": {"act": "lost", "date": "2025-05-05", "other_country": "DEU"},
    "violations": {"violation": "overstay", "found_on": "2025-06-01", "since": "2025-05-02", "penalty": "fine"},
    "expulsions": {"decided_on": "2025-06-10", "executed_on": "2025-06-15", "barred_until": "2030-06-14"},
}

CONTRADICTIONS: list[tuple[str, dict[str, Any], str]] = [
    ("residence-permits", {"valid_until": "2024-01-31"}, "valid_until must not lie before granted_on"),
    ("residence-permits", {"ended_on": "2025-01-01"}, "ended_on and end_reason are given together"),
    ("protection-statuses", {"reviewed_on": "2024-01-31"}, "reviewed_on must not lie before granted_on"),
    ("protection-statuses", {"kind": "stateless"}, "reviewed_on is given for refugees only"),
    ("citizenship-changes", {"act": "acquired"}, "the person's citizenship is that after the change"),
    ("violations", {"since": "2025-06-02"}, "since must not lie after found_on"),
    ("expulsions", {"executed_on": "2025-06-09"}, "executed_on must not lie before decided_on"),
]


def record(path: str, **changes: Any) -> dict[str, Any]:
    who = person()
    return {"source_id": f"P-{who['document']['number']}", "person": who} | RECORDS[path] | changes


@pytest.mark.parametrize("path", RECORDS)
async def test_a_record_is_taken_and_told(portal: Api, path: str) -> None:
    body = record(path)
    answer = await portal.client.post(f"/v1/{path}", json=body, headers=portal.token(POLICE))
    assert answer.status_code == 201, answer.text
    event, *follow = sorted(await portal.events(), key=lambda each: each["subject"] != answer.json()["id"])
    assert event["subject"] == answer.json()["id"]
    assert [each["type"] for each in follow] == ["kz.kosh.portal.entry_ban.v1"] * (path == "expulsions")
    assert {name: event["data"][name] for name in RECORDS[path]} == RECORDS[path]


@pytest.mark.parametrize("path", RECORDS)
async def test_only_the_migration_police_hands_it_in(portal: Api, path: str) -> None:
    answer = await portal.client.post(f"/v1/{path}", json=record(path), headers=portal.token("border"))
    assert answer.status_code == 403


@pytest.mark.parametrize(("path", "changes", "sentence"), CONTRADICTIONS)
async def test_a_record_that_contradicts_itself_is_refused(
    portal: Api, path: str, changes: dict[str, Any], sentence: str
) -> None:
    answer = await portal.client.post(f"/v1/{path}", json=record(path, **changes), headers=portal.token(POLICE))
    assert answer.status_code == 422
    assert sentence in answer.json()["errors"][0]["detail"]
    assert await portal.events() == []


async def test_everything_that_is_wrong_is_named_at_once_whichever_way_it_comes(portal: Api) -> None:
    right = record("residence-permits")
    wrong = right | {"region": "99", "valid_until": "2024-01-31", "ended_on": "2024-01-01", "source_id": 1}
    pointers = {"/region", "/valid_until", "/ended_on", "/end_reason", "/source_id"}
    headers = portal.token(POLICE)
    single = await portal.client.post("/v1/residence-permits", json=wrong, headers=headers)
    assert {error["pointer"] for error in single.json()["errors"]} == pointers

    ndjson = headers | {"Content-Type": "application/x-ndjson"}
    batch = await portal.client.post("/v1/residence-permits:batch", content=orjson.dumps(wrong), headers=ndjson)
    assert {problem["pointer"] for problem in orjson.loads(batch.text.splitlines()[0])["problems"]} == pointers

    id = (await portal.client.post("/v1/residence-permits", json=right, headers=headers)).json()["id"]
    correction = {"reason": "", "record": wrong}
    put = await portal.client.put(f"/v1/residence-permits/{id}", json=correction, headers=headers | {"If-Match": '"1"'})
    assert {error["pointer"] for error in put.json()["errors"]} == {"/reason", *(f"/record{at}" for at in pointers)}


@pytest.mark.parametrize("by", ["1900-01-01", "2021-10-31", "9999-12-31"])
async def test_a_status_of_long_ago_breaks_no_list_of_reviews(portal: Api, by: str) -> None:
    path = "protection-statuses"
    for granted_on in ("1995-07-01", "2025-12-31"):
        body = record(path, reviewed_on=None, granted_on=granted_on)
        (await portal.client.post(f"/v1/{path}", json=body, headers=portal.token(POLICE))).raise_for_status()
    answer = await portal.client.get(f"/v1/{path}/reviews-due?by={by}", headers=portal.token(POLICE))

    due = [each["due"] for each in answer.raise_for_status().json()["due"]]
    assert due == [day for day in ("1996-07-01", "2026-12-31") if day <= by]


async def test_refugees_are_reviewed_yearly(portal: Api) -> None:
    """Status is given for one year and reviewed yearly ([003]); ended statuses and others need no review."""
    path = "protection-statuses"
    bodies = [
        record(path, reviewed_on="2025-01-30"),
        record(path, reviewed_on=None, granted_on="2024-06-01"),
        record(path, reviewed_on="2025-09-30"),
        record(path, reviewed_on="2024-02-02", ended_on="2024-12-01", end_reason="departure"),
        record(path, kind="stateless", reviewed_on=None),
    ]
    for body in bodies:
        await portal.client.post(f"/v1/{path}", json=body, headers=portal.token(POLICE))
    answer = await portal.client.get(f"/v1/{path}/reviews-due?by=2026-01-31", headers=portal.token(POLICE))

    assert [(due["source_id"], due["due"]) for due in answer.json()["due"]] == [
        (bodies[1]["source_id"], "2025-06-01"),
        (bodies[0]["source_id"], "2026-01-30"),
    ]
    assert answer.json()["rule"] == "refugee_status"
    logged = await portal.rows("SELECT count(*) AS n FROM access_log WHERE action = 'search'")
    assert logged == [{"n": 3}]  # the search itself, and the two whom it found
