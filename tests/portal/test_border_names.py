"""Names at the border: other spellings, orders and incomplete names are possible hits, told apart from certain ones."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import orjson
import pytest

from services.portal.cases.police.expulsion import bar_expelled
from services.portal.store.tables import expulsion
from shared.db import records
from shared.db.migrate import upgrade
from shared.db.records import Submission
from shared.events.police import Expulsion
from shared.records.people import person_values
from shared.testing.api import Api
from shared.testing.people import crossing, person
from shared.testing.postgres import FreshDatabase
from tests.portal.test_border_control import BORDER, POLICE, alerts, ban, post

HELD = {
    "surname": "KHASANOV",
    "given_names": "ALEKSANDR TIMUR",
    "surname_cyrillic": None,
    "given_names_cyrillic": None,
    "birth_date": "1990-05-01",
}
POSSIBLE = [
    {"surname": "HASANOV", "given_names": "ALEKSANDR"},  # one given name of two
    {"surname": "XASANOFF", "given_names": "TIMUR"},
    {"surname": "KHASANOV", "given_names": None},
    {"surname": "ALEKSANDR", "given_names": "KHASANOV"},  # in the other order
    {"birth_date": "1990"},
    {"birth_date": "1990-05"},
    {"surname": "HASAN", "birth_date": "1990-05"},  # without its ending
    {"sex": "F"},
]
HIT = [{}, {"surname": "HASANOV"}, {"surname": "XASANOW", "given_names": "ALEXANDR TIMUR"}]
NOBODY = [
    {"given_names": "BOTIR"},
    {"surname": "KARIMOV"},
    {"birth_date": "1991"},
    {"birth_date": "1990-06"},
    {"sex": "F", "birth_date": "1990"},
]


async def answers(portal: Api, who: dict[str, Any]) -> tuple[list[str], list[str]]:
    """What the check says of the person, and what their crossing raises."""
    asked = {name: who[name] for name in ("surname", "given_names", "birth_date")}
    checked = await post(portal, "entry-bans:check", asked | {"day": "2026-03-01"}, BORDER)
    assert checked["barred"] is bool(checked["bans"])
    said = ["hit"] * len(checked["bans"]) + ["possible"] * len(checked["possible"])
    await post(portal, "border-crossings", crossing(person=who), BORDER)
    return said, [alert["certainty"] for alert in await alerts(portal)]


@pytest.mark.parametrize("changes", POSSIBLE)
async def test_a_name_that_is_alike_is_a_possible_hit(portal: Api, changes: dict[str, Any]) -> None:
    await post(portal, "entry-bans", ban(person(**HELD)))
    said, raised = await answers(portal, person(**HELD | changes))
    assert raised == ["possible"]
    assert said == (["hit"] if changes == {"sex": "F"} else ["possible"]), "a question says nothing of the sex"


@pytest.mark.parametrize("changes", HIT)
async def test_another_transliteration_of_the_whole_name_is_a_hit(portal: Api, changes: dict[str, Any]) -> None:
    await post(portal, "entry-bans", ban(person(**HELD)))
    assert await answers(portal, person(**HELD | changes)) == (["hit"], ["hit"])


@pytest.mark.parametrize("changes", NOBODY)
async def test_other_people_of_one_surname_raise_nothing(portal: Api, changes: dict[str, Any]) -> None:
    await post(portal, "entry-bans", ban(person(**HELD)))
    who = person(**HELD | changes)
    await post(portal, "border-crossings", crossing(person=who), BORDER)
    assert await alerts(portal) == []


async def test_a_ban_that_is_known_in_part_meets_whoever_it_may_be(portal: Api) -> None:
    known = {"surname": "KHASANOV", "given_names": None, "birth_date": "1990"}
    await post(portal, "entry-bans", ban(person(**HELD | known)))
    assert await answers(portal, person(**HELD)) == (["possible"], ["possible"])


async def test_the_cyrillic_name_meets_what_the_latin_one_misses(portal: Api) -> None:
    cyrillic = {"surname_cyrillic": "Хасанов", "given_names_cyrillic": "Александр Тимур"}
    await post(portal, "entry-bans", ban(person(**HELD | cyrillic | {"surname": "QASSAN", "given_names": "ISKANDER"})))
    assert await answers(portal, person(**HELD)) == (["hit"], ["hit"])


async def test_a_document_of_somebody_else_is_a_possible_hit_and_a_filler_none(portal: Api) -> None:
    shared = {"type": "P", "number": "AB1234567", "issuing_state": "UZB", "expires": None}
    await post(portal, "entry-bans", ban(person(document=shared), source_id="EB-1"))
    child = person(document=shared, surname="SAIDOV", birth_date="2019-03-01")
    await post(portal, "border-crossings", crossing(person=child), BORDER)
    assert [(a["evidence"], a["certainty"]) for a in await alerts(portal)] == [("document", "possible")]

    filler = shared | {"number": "NODOC"}
    await post(portal, "entry-bans", ban(person(document=filler), source_id="EB-2"))
    stranger = person(document=filler, surname="SAIDOV", birth_date="1980-03-01")
    await post(portal, "border-crossings", crossing(person=stranger), BORDER)
    assert len(await alerts(portal)) == 1


async def test_a_holder_whose_name_is_spelled_otherwise_is_no_other(portal: Api) -> None:
    holder = person(**HELD)
    report = {"source_id": "LD-1", "document": holder["document"], "report": "lost", "reported_on": "2026-02-01"}
    await post(portal, "lost-documents", report | {"person": holder})
    await post(portal, "border-crossings", crossing(person=holder | {"surname": "HASANOV"}), BORDER)
    assert [alert["kind"] for alert in await alerts(portal)] == ["lost_document"]


async def test_the_registers_tell_possible_records_apart(portal: Api) -> None:
    for number, changes in enumerate([HELD, HELD | {"given_names": None}, HELD | {"given_names": "BOTIR"}]):
        who = person(**changes)
        held = {"source_id": f"V-{number}", "person": who, "violation": "overstay", "found_on": "2026-01-10"}
        await post(portal, "violations", held)
    wanted = {"surname": "HASANOV", "given_names": "ALEKSANDR TIMUR", "birth_date": "1990-05-01"}
    found = await post(portal, "registers/illegal-stays:search", wanted, POLICE)
    named = [(entry["present"]["record"]["source_id"], entry["certainty"]) for entry in found["entries"]]
    assert named == [("V-0", "hit"), ("V-1", "possible")]


async def test_what_was_stored_before_gets_its_keys_and_loses_those_that_are_none(
    portal: Api, empty_database: FreshDatabase
) -> None:
    await post(portal, "entry-bans", ban(person(**HELD)))
    ((row, keys),) = [
        (dict(row), row["name_keys"]) for row in await portal.rows("SELECT *, body::text AS body FROM entry_ban")
    ]
    before = await empty_database("portal")
    await asyncio.to_thread(upgrade, "portal", before.owner_url, "0007")
    owner = await asyncpg.connect(before.owner_url.replace("+asyncpg", ""))
    kept = {name: value for name, value in row.items() if name != "name_keys"}
    places = ", ".join(f"${number}" for number in range(1, len(kept) + 1))
    insert = f"INSERT INTO entry_ban ({', '.join(kept)}) VALUES ({places})"  # noqa: S608
    documents = [kept["document"], "UZB:NODOC", "UZB:7777777"]
    rows = [kept | {"id": uuid4(), "source_id": f"EB-{n}", "document": each} for n, each in enumerate(documents)]
    try:
        await owner.executemany(insert, [tuple(each.values()) for each in rows])
        await asyncio.to_thread(upgrade, "portal", before.owner_url)
        found = await owner.fetch("SELECT name_keys, document FROM entry_ban ORDER BY source_id")
        assert [each["document"] for each in found] == [kept["document"], None, None]
        assert [each["name_keys"] for each in found] == [keys] * 3
    finally:
        await owner.close()


async def test_the_answer_to_a_crossing_tells_its_alerts(portal: Api) -> None:
    await post(portal, "entry-bans", ban(person(**HELD)))
    barred, maybe, other = (
        crossing(person=person(**HELD | changes)) for changes in ({}, {"given_names": None}, {"given_names": "BOTIR"})
    )
    for _ in range(2):  # a repeat says the same
        taken = await post(portal, "border-crossings", barred, BORDER)
        assert [(a["kind"], a["evidence"], a["certainty"]) for a in taken["alerts"]] == [("ban", "name", "hit")]
    answer = await portal.client.post(
        "/v1/border-crossings:batch",
        content=b"\n".join(map(orjson.dumps, (barred, maybe, other))),
        headers=portal.token(BORDER) | {"Content-Type": "application/x-ndjson"},
    )
    lines = [orjson.loads(line) for line in answer.text.splitlines()][:-1]
    assert lines[0]["alerts"] == taken["alerts"]
    assert [a["certainty"] for a in lines[1]["alerts"]] == ["possible"]
    assert "alerts" not in lines[2]


async def test_an_expulsion_with_a_term_bars_from_then_on(portal: Api) -> None:
    who = person()
    expelled = {"source_id": "EX-1", "person": who, "decided_on": "2026-02-01", "barred_until": "2031-01-31"}
    id = (await post(portal, "expulsions", expelled))["id"]
    for _ in range(2):
        await bar_expelled(portal.engine)  # has nothing to do
    for day, barred in (("2026-01-31", False), ("2026-02-01", True), ("2031-02-01", False)):
        asked = {"document": who["document"], "day": day}
        answer = await post(portal, "entry-bans:check", asked, BORDER)
        assert (answer["barred"], [each["ground"] for each in answer["bans"]]) == (barred, ["expulsion"] * barred)
    await post(portal, "border-crossings", crossing(person=who), BORDER)
    assert [alert["kind"] for alert in await alerts(portal)] == ["ban"]

    asked = {"document": who["document"], "day": "2026-03-01"}
    correction = {"reason": "the court named no term", "record": expelled | {"barred_until": None}}
    headers = portal.token(POLICE)
    address = f"/v1/expulsions/{id}"
    put = await portal.client.put(address, json=correction, headers=headers | {"If-Match": '"1"'})
    assert put.status_code == 200, put.text
    assert not (await post(portal, "entry-bans:check", asked, BORDER))["barred"]
    put = await portal.client.put(
        address, json={"reason": "it did", "record": expelled}, headers=headers | {"If-Match": '"2"'}
    )
    assert put.status_code == 200, put.text
    assert (await post(portal, "entry-bans:check", asked, BORDER))["barred"]
    await post(portal, f"expulsions/{id}:withdraw", {"reason": "annulled"}, POLICE, **{"If-Match": '"3"'})
    assert not (await post(portal, "entry-bans:check", asked, BORDER))["barred"]


async def test_an_expulsion_stored_before_gets_its_ban(portal: Api) -> None:
    expelled = {"source_id": "EX-1", "person": person(), "decided_on": "2026-02-01", "barred_until": "2031-01-31"}
    fact = Expulsion.model_validate_json(orjson.dumps(expelled))
    async with portal.engine.begin() as connection:
        columns = person_values(fact.person)
        await records.submit(connection, expulsion, [Submission("EX-1", fact, "police", columns)])
    assert await portal.rows("SELECT id FROM entry_ban") == []
    for _ in range(2):
        await bar_expelled(portal.engine)
    assert len(await portal.rows("SELECT id FROM entry_ban")) == 1
