"""The person's log is whole: entries, repeats, everybody whom a version named, searches that found nothing (X2)."""

import json
from typing import Any

from sqlalchemy import text

from shared.testing.api import Api
from shared.testing.people import crossing, person

PATH = "/v1/border-crossings"
AZIZ, DINA = "900501300120", "850315400124"
ROWS = """SELECT action, record_kind, record_id, person_iin, person_document, agency, reason
FROM access_log ORDER BY id"""


async def send(portal: Api, body: dict[str, Any]) -> str:
    answer = await portal.client.post(PATH, json=body, headers=portal.token("border", agency="border-service"))
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["id"])


async def mine(portal: Api, iin: str) -> list[str]:
    answer = await portal.client.get("/v1/me/access-log", headers=portal.token("citizen", iin=iin))
    assert answer.status_code == 200, answer.text
    return [use["action_code"] for use in answer.json()["usage"]]


async def test_who_handed_a_record_in_and_who_was_answered_from_it_again(portal: Api) -> None:
    body = crossing(person=person(iin=AZIZ))
    id = await send(portal, body)
    assert await send(portal, body) == id
    document = f"UZB:{body['person']['document']['number']}"
    assert await portal.rows(ROWS) == [
        {
            "action": action,
            "record_kind": "border_crossing",
            "record_id": id,
            "person_iin": AZIZ,
            "person_document": document,
            "agency": "border-service",
            "reason": "development",
        }
        for action in ("create", "repeat")
    ]
    assert await mine(portal, AZIZ) == ["repeat", "create"]


async def test_a_batch_leaves_a_row_for_each_person_and_none_for_what_it_refuses(portal: Api) -> None:
    first = crossing(person=person(iin=AZIZ))
    await send(portal, first)
    lines = [first, crossing(person=person(iin=DINA)), crossing(direction="sideways"), first | {"checkpoint": "X"}]
    headers = portal.token("border") | {"Content-Type": "application/x-ndjson"}
    body = "\n".join(map(json.dumps, lines))
    answer = await portal.client.post(f"{PATH}:batch", content=body, headers=headers)
    assert '"rejected":2' in answer.text
    logged = await portal.rows("SELECT action, person_iin, agency FROM access_log ORDER BY id OFFSET 1")
    assert logged == [
        {"action": "repeat", "person_iin": AZIZ, "agency": "development"},
        {"action": "create", "person_iin": DINA, "agency": "development"},
    ]


async def test_whoever_stood_in_an_earlier_version_is_shown_by_the_history(portal: Api) -> None:
    body = crossing(person=person(iin=AZIZ))
    id = await send(portal, body)
    correction = {"reason": "another traveller", "record": body | {"person": person(iin=DINA)}}
    headers = portal.token("border") | {"If-Match": '"1"', "Idempotency-Key": "k1"}
    for _ in range(2):
        assert (await portal.client.put(f"{PATH}/{id}", json=correction, headers=headers)).status_code == 200
    assert (await portal.client.get(f"{PATH}/{id}/history", headers=portal.token("border"))).status_code == 200
    assert await mine(portal, AZIZ) == ["read", "change", "create"]
    assert await mine(portal, DINA) == ["read", "repeat", "change"]


async def test_a_register_that_shows_earlier_versions_logs_whom_they_name(portal: Api) -> None:
    police = portal.token("migration-police")
    body = {"source_id": "V-1", "person": person(iin=AZIZ), "violation": "illegal_stay", "found_on": "2026-01-10"}
    id = (await portal.client.post("/v1/violations", json=body, headers=police)).json()["id"]
    correction = {"reason": "another man", "record": body | {"person": person(iin=DINA)}}
    await portal.client.put(f"/v1/violations/{id}", json=correction, headers=police | {"If-Match": '"1"'})
    await portal.client.post("/v1/registers/illegal-stays:search", json={"iin": DINA}, headers=police)
    assert await mine(portal, AZIZ) == ["search", "change", "create"]


async def test_a_search_that_finds_nobody_is_about_whom_it_was_for(portal: Api) -> None:
    police = portal.token("migration-police")
    for path in ("/v1/registers/barred:search", "/v1/entry-bans:check"):
        await portal.client.post(path, json={"iin": AZIZ}, headers=police)
    await portal.client.post("/v1/stay-control:check", json={"iin": AZIZ, "citizenship": "UZB"}, headers=police)
    assert await mine(portal, AZIZ) == ["search"] * 3


async def test_a_fruitless_search_by_document_is_about_whose_document_a_record_showed(portal: Api) -> None:
    body = crossing(person=person(iin=AZIZ))
    await send(portal, body)
    wanted = {"document": body["person"]["document"]}
    police = portal.token("migration-police")
    await portal.client.post("/v1/registers/barred:search", json=wanted, headers=police)
    stranger = wanted | {"surname": "X", "birth_date": "2001-01-01"}
    await portal.client.post("/v1/registers/barred:search", json=stranger, headers=police)
    assert await mine(portal, AZIZ) == ["search", "create"], "who was born on another day is another person"


async def test_the_time_is_the_database_s_whatever_the_service_says(portal: Api) -> None:
    forged = (
        "INSERT INTO access_log (at, caller, roles, action, record_kind) VALUES ('1999-01-01', 'x', '{}', 'read', 'x')"
    )
    async with portal.engine.begin() as connection:
        await connection.execute(text(forged))
    assert await portal.rows("SELECT now() - at < interval '1 hour' AS fresh FROM access_log") == [{"fresh": True}]


async def test_who_has_no_iin_asks_at_the_counter_by_document_and_birth_date(portal: Api) -> None:
    body = crossing()
    await send(portal, body)
    held = body["person"]["document"]
    holder = {
        "document": held,
        "birth_date": body["person"]["birth_date"],
    }
    counter = portal.token("clerk", agency="office-75")

    async def asked(**changes: Any) -> list[tuple[str, str]]:
        answer = await portal.client.post("/v1/access-log:search", json=holder | changes, headers=counter)
        assert answer.status_code == 200, answer.text
        return [(use["action_code"], use["receiver"]) for use in answer.json()["usage"]]

    first = [("search", "office-75"), ("create", "border-service")]
    assert await asked() == first
    assert await asked() == [("search", "office-75"), *first], "the counter's own look stands in the log"
    assert await asked(birth_date="1991-05-01") == [("search", "office-75")]
    assert await asked(document=held | {"number": "FZ0000001"}) == [("search", "office-75")]
    for role in ("border", "citizen", "statistician"):
        refused = await portal.client.post("/v1/access-log:search", json=holder, headers=portal.token(role, iin=AZIZ))
        assert refused.status_code == 403
