"""The three registers of decree 148: searched by person, with history, and with a trace of who searched (P8)."""

from typing import Any

import orjson

from shared.testing.api import Api
from shared.testing.people import person

POLICE = "migration-police"


async def post(portal: Api, path: str, body: dict[str, Any], **headers: str) -> Any:
    answer = await portal.client.post(f"/v1/{path}", json=body, headers=portal.token(POLICE) | headers)
    assert answer.status_code < 300, answer.text
    return answer.json()


def of(who: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"source_id": f"V-{kind}", "person": who, "violation": kind, "found_on": "2026-01-10"}


async def test_each_record_stands_in_its_own_register(portal: Api) -> None:
    who = person()
    for kind in ("illegal_crossing", "illegal_stay", "overstay", "illegal_work"):
        await post(portal, "violations", of(who, kind))
    ban = {"source_id": "EB-1", "person": who, "ground": "illegal_crossing", "barred_from": "2026-01-11"}
    await post(portal, "entry-bans", ban)
    wanted = {"surname": who["surname"], "given_names": "AZIZ", "birth_date": who["birth_date"]}

    held = {}
    for register in ("illegal-crossings", "illegal-stays", "barred"):
        found = await post(portal, f"registers/{register}:search", wanted)
        held[register] = sorted(entry["present"]["record"]["source_id"] for entry in found["entries"])
    assert held == {
        "illegal-crossings": ["V-illegal_crossing"],
        "illegal-stays": ["V-illegal_stay", "V-overstay"],
        "barred": ["EB-1"],
    }


async def test_history_and_withdrawn_records_are_shown(portal: Api) -> None:
    who = person()
    body = of(who, "illegal_stay")
    id = (await post(portal, "violations", body))["id"]
    correction = {"reason": "fined by the court", "record": body | {"penalty": "fine"}}
    headers = portal.token(POLICE) | {"If-Match": '"1"'}
    assert (await portal.client.put(f"/v1/violations/{id}", json=correction, headers=headers)).status_code == 200
    await post(portal, f"violations/{id}:withdraw", {"reason": "decision annulled"}, **{"If-Match": '"2"'})

    wanted = {"document": who["document"]}
    (entry,) = (await post(portal, "registers/illegal-stays:search", wanted))["entries"]
    assert (entry["present"]["withdrawn"], entry["present"]["reason"]) == (True, "decision annulled")
    assert [version["record"]["penalty"] for version in entry["history"]] == [None, "fine"]


async def test_a_person_sees_who_searched_for_them(portal: Api) -> None:
    iin = "900501300120"
    await post(portal, "violations", of(person(iin=iin), "illegal_crossing"))
    await post(portal, "registers/illegal-crossings:search", {"iin": iin})
    await post(portal, "registers/illegal-crossings:search", {"iin": "850505300100"})

    mine = await portal.client.get("/v1/me/access-log", headers=portal.token("citizen", iin=iin))
    assert mine.status_code == 200
    assert [use["action_code"] for use in mine.json()["usage"]] == ["search", "create"]
    logged = await portal.rows("SELECT person_iin FROM access_log WHERE action = 'search' ORDER BY id")
    assert [row["person_iin"] for row in logged] == [None, iin, "850505300100"], (
        "nobody was found, but for this one it was"
    )


async def test_the_registers_are_for_officers(portal: Api) -> None:
    answer = await portal.client.post(
        "/v1/registers/barred:search", json={"iin": "900501300120"}, headers=portal.token("host", iin="900501300120")
    )
    assert answer.status_code == 403


async def test_more_than_a_page_says_so_and_the_oldest_ban_is_met_all_the_same(portal: Api) -> None:
    who = person()
    first = {"source_id": "EB-0", "person": who, "ground": "overstay", "barred_from": "2020-01-01"}
    await post(portal, "entry-bans", first)
    over = first | {"barred_until": "2020-12-31"}
    bans: list[dict[str, Any]] = [over | {"source_id": f"EB-{n}"} for n in range(1, 620)]
    taken = await portal.client.post(
        "/v1/entry-bans:batch",
        content=b"\n".join(map(orjson.dumps, bans)),
        headers=portal.token(POLICE) | {"Content-Type": "application/x-ndjson"},
    )
    assert taken.text.count("created") == len(bans) + 1
    wanted = {"document": who["document"]}
    checked = await post(portal, "entry-bans:check", wanted)
    assert (checked["barred"], len(checked["bans"])) == (True, 1), "the one in force was imposed first"

    found, cursor = [], ""
    while True:
        page = await post(portal, f"registers/barred:search?limit=400{cursor}", wanted)
        found += [entry["present"]["record"]["source_id"] for entry in page["entries"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(found) == sorted(f"EB-{n}" for n in range(620))
