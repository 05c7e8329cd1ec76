"""Bans on entry and documents that must not pass: told at the crossing, which is never refused (P6)."""

import json
from typing import Any

import orjson
import pytest
from sqlalchemy import event

from shared.testing.api import Api
from shared.testing.people import crossing, person

POLICE, BORDER = "migration-police", "border"


def ban(who: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "source_id": f"EB-{who['surname']}",
        "person": who,
        "ground": "overstay",
        "barred_from": "2025-06-01",
        "barred_until": "2030-05-31",
    } | changes


async def post(portal: Api, path: str, body: dict[str, Any], role: str = POLICE, **headers: str) -> Any:
    answer = await portal.client.post(f"/v1/{path}", json=body, headers=portal.token(role) | headers)
    assert answer.status_code < 300, answer.text
    return answer.json()


async def alerts(portal: Api) -> list[dict[str, Any]]:
    """The alerts in effect, as the events tell them."""
    newest = {e["subject"]: e for e in await portal.events() if e["type"] == "kz.kosh.portal.border_alert.v1"}
    return [e["data"] for e in newest.values() if not e["recordwithdrawn"]]


async def test_a_barred_persons_entry_stays_on_record_and_raises_an_alert(portal: Api) -> None:
    who = person()
    imposed = await post(portal, "entry-bans", ban(who))
    taken = await post(portal, "border-crossings", crossing(person=who), BORDER)

    (alert,) = await alerts(portal)
    assert (alert["kind"], alert["evidence"]) == ("ban", "document")
    assert (alert["crossing"], alert["basis"]) == (taken["id"], imposed["id"])
    listed = await portal.client.get("/v1/border-alerts", headers=portal.token(BORDER))
    assert [a["record"] for a in listed.json()["alerts"]] == [alert]


@pytest.mark.parametrize(
    ("changes", "crossed"),
    [
        ({}, {"direction": "exit"}),
        ({"barred_from": "2026-03-02"}, {}),
        ({"barred_until": "2026-02-28"}, {}),
        ({}, {"crossed_at": "2025-05-31T23:59:59+05:00"}),
    ],
)
async def test_no_ban_in_force_no_alert(portal: Api, changes: dict[str, Any], crossed: dict[str, Any]) -> None:
    who = person()
    await post(portal, "entry-bans", ban(who, **changes))
    await post(portal, "border-crossings", crossing(person=who, **crossed), BORDER)
    assert await alerts(portal) == []


async def test_a_new_passport_does_not_hide_a_name_and_birth_date(portal: Api) -> None:
    who = person(surname="AL-HASSAN", given_names="O'TKIR")
    await post(portal, "entry-bans", ban(who, source_id="EB-1"))
    other = person(surname="AL HASSAN", given_names="OTKIR")
    await post(portal, "border-crossings", crossing(person=other), BORDER)
    assert [alert["evidence"] for alert in await alerts(portal)] == ["name"]


async def test_a_ban_is_met_once_however_many_marks_agree(portal: Api) -> None:
    who = person(iin="900501300120")
    await post(portal, "entry-bans", ban(who))
    await post(portal, "border-crossings", crossing(person=who), BORDER)
    assert [alert["evidence"] for alert in await alerts(portal)] == ["iin"]


async def test_a_lost_document_by_its_holder_or_by_another(portal: Api) -> None:
    holder = person()
    report = {"source_id": "LD-1", "document": holder["document"], "report": "stolen", "reported_on": "2026-02-01"}
    await post(portal, "lost-documents", report | {"person": holder})
    thief = person() | {"document": holder["document"]}
    for who in (holder, thief):
        await post(portal, "border-crossings", crossing(person=who, direction="exit"), BORDER)
    kinds = {alert["person"]["surname"]: alert["kind"] for alert in await alerts(portal)}
    assert kinds == {holder["surname"]: "lost_document", thief["surname"]: "others_document"}


async def test_a_corrected_crossing_raises_its_alerts_anew(portal: Api) -> None:
    who, other = person(), person()
    await post(portal, "entry-bans", ban(who))
    body = crossing(person=who)
    id = (await post(portal, "border-crossings", body, BORDER))["id"]

    async def correct(version: int, **changes: Any) -> None:
        answer = await portal.client.put(
            f"/v1/border-crossings/{id}",
            json={"reason": "wrong person keyed in", "record": body | changes},
            headers=portal.token(BORDER) | {"If-Match": f'"{version}"'},
        )
        assert answer.status_code == 200, answer.text

    await correct(1, person=other)
    assert await alerts(portal) == []
    await correct(2, checkpoint="TSE-AIR")
    assert [alert["checkpoint"] for alert in await alerts(portal)] == ["TSE-AIR"]
    await post(portal, f"border-crossings/{id}:withdraw", {"reason": "never happened"}, BORDER, **{"If-Match": '"3"'})
    assert await alerts(portal) == []


async def test_in_a_batch_alerts_cost_no_statement_per_crossing(portal: Api) -> None:
    barred = [person() for _ in range(30)]
    for who in barred:
        await post(portal, "entry-bans", ban(who))
    lines = [orjson.dumps(crossing(person=who)) for who in [person() for _ in range(970)] + barred]
    statements: list[str] = []
    event.listen(portal.engine.sync_engine, "before_cursor_execute", lambda _c, _cur, sql, *_: statements.append(sql))
    answer = await portal.client.post(
        "/v1/border-crossings:batch",
        content=b"\n".join(lines),
        headers=portal.token(BORDER) | {"Content-Type": "application/x-ndjson"},
    )
    assert json.loads(answer.text.splitlines()[-1]) == {"summary": {"created": 1_000, "repeated": 0, "rejected": 0}}
    assert len(statements) == 9, statements
    assert len(await alerts(portal)) == 30


async def test_a_lifted_ban_holds_no_longer_from_that_day(portal: Api) -> None:
    who = person()
    id = (await post(portal, "entry-bans", ban(who)))["id"]
    lifting = {"lifted_on": "2026-03-01", "reason": "court of appeal"}
    versioned = {"If-Match": '"1"', "Idempotency-Key": "lift-1"}
    lifted = await post(portal, f"entry-bans/{id}:lift", lifting, **versioned)
    assert lifted == await post(portal, f"entry-bans/{id}:lift", lifting, **versioned)
    assert lifted["record"]["lift_reason"] == "court of appeal"

    again = {"If-Match": '"2"', "Idempotency-Key": "lift-2"} | portal.token(POLICE)
    assert (await portal.client.post(f"/v1/entry-bans/{id}:lift", json=lifting, headers=again)).status_code == 409
    await post(portal, "border-crossings", crossing(person=who), BORDER)
    assert await alerts(portal) == []


async def test_the_border_asks_whether_somebody_is_barred(portal: Api) -> None:
    who = person()
    id = (await post(portal, "entry-bans", ban(who)))["id"]
    asked = {"document": who["document"]}
    before = await portal.rows("SELECT count(*) AS n FROM access_log")

    found = await post(portal, "entry-bans:check", asked | {"day": "2026-03-01"}, BORDER)
    assert found == {
        "day": "2026-03-01",
        "barred": True,
        "bans": [{"id": id, "ground": "overstay", "barred_until": "2030-05-31", "evidence": "document"}],
        "possible": [],
    }
    later = await post(portal, "entry-bans:check", asked | {"day": "2030-06-01"}, BORDER)
    assert later == {"day": "2030-06-01", "barred": False, "bans": [], "possible": []}
    after = await portal.rows("SELECT count(*) AS n FROM access_log")
    assert after[0]["n"] - before[0]["n"] == 3  # two searches, and the one whom the first found
