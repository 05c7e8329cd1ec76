"""Stay control over HTTP, and the overstay run: killed, repeated, put right (P5)."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from services.portal.cases.border.border_alert import PORTAL
from services.portal.cases.stays import overstay_run
from services.portal.cases.stays.work_permit import COPIES
from services.portal.store.stays import stay_control as store
from shared.errors import Unavailable
from shared.events.permits import EaeuWorker, WorkPermit
from shared.inbox.copies import Copy, keep
from shared.inbox.reading import Version
from shared.kernel.iin import check_digit
from shared.testing.api import Api
from shared.testing.people import crossing, person
from tests.portal.guests import foreigner, with_visa

POLICE, BORDER = "migration-police", "border"
DAY = date(2026, 3, 1)


async def post(portal: Api, path: str, body: dict[str, Any], role: str = POLICE) -> Any:
    answer = await portal.client.post(f"/v1/{path}", json=body, headers=portal.token(role))
    assert answer.status_code < 300, answer.text
    return answer.json()


async def cross(portal: Api, who: dict[str, Any], day: str, direction: str = "entry") -> Any:
    body = crossing(person=who, crossed_at=f"{day}T10:00:00+05:00", direction=direction)
    return await post(portal, "border-crossings", body, BORDER)


def asked(who: dict[str, Any], **more: Any) -> dict[str, Any]:
    document = who["document"]
    return {
        "document": document,
        "day": "2026-03-01",
    } | more


async def overstays(portal: Api) -> dict[str, dict[str, Any]]:
    """Violations in effect by source id."""
    newest = {e["subject"]: e for e in await portal.events() if e["type"] == "kz.kosh.portal.violation.v1"}
    return {e["data"]["source_id"]: e["data"] for e in newest.values() if not e["recordwithdrawn"]}


async def found_on(portal: Api, day: str) -> tuple[int, int]:
    """How many findings a run recorded and withdrew that was ordered for the day, and done by the background."""
    ordered = await post(portal, "overstay-runs", {"day": day}, "operator")
    assert ordered["state"] == "waiting"
    again = await post(portal, "overstay-runs", {"day": day}, "operator")
    assert again["id"] == ordered["id"]
    await overstay_run.do_ordered(portal.engine)
    answer = await portal.client.get(f"/v1/overstay-runs/{ordered['id']}", headers=portal.token("operator"))
    ran = answer.json()
    assert (ran["day"], ran["state"]) == (day, "done")
    return ran["recorded"], ran["withdrawn"]


async def test_days_left_with_the_reasoning(portal: Api) -> None:
    who = person()
    await cross(portal, who, "2026-02-20")
    before = await portal.rows("SELECT count(*) AS n FROM access_log")
    found = await post(portal, "stay-control:check", asked(who), BORDER)

    assert (found["right"], found["present"], found["days_used"]) == ("visa_free", True, 10)
    assert (found["last_day"], found["days_left"]) == ("2026-03-21", 20)
    assert [(check["rule"], check["outcome"]) for check in found["checks"]] == [
        ("visa_free_entry", "passed"),
        ("visa_free_total", "passed"),
    ]
    after = await portal.rows("SELECT count(*) AS n FROM access_log")
    assert after[0]["n"] - before[0]["n"] == 2  # the question, and whom it found


def permitted(who: dict[str, Any], **changes: Any) -> WorkPermit:
    known = {"source_id": "W-1", "kind": "employer", "category": "3", "status": "issued", "region": "75"}
    term = {"issued_on": "2026-01-01", "valid_from": "2026-01-01", "valid_until": "2026-12-31"}
    work = {"activity": "J", "qualified": True, "employer_bin": "200340001008"}
    return WorkPermit.model_validate({"person": who} | known | term | work | changes)


async def copy(
    portal: Api, fact: WorkPermit | EaeuWorker, record: str = "W", version: int = 1, withdrawn: bool = False
) -> None:
    """As the follower copies it from the permits register."""
    wanted: Copy[Any] = next(each for each in COPIES if each.fact.TYPE == fact.TYPE)
    async with portal.engine.begin() as connection:
        await keep(connection, wanted, [(Version(record, version, withdrawn), fact)])


async def test_a_work_permit_counts_by_its_validity(portal: Api) -> None:
    who = person()
    await cross(portal, who, "2026-01-01")
    await copy(portal, permitted(who))
    found = await post(portal, "stay-control:check", asked(who))
    assert (found["right"], found["lawful"], found["last_day"]) == ("work_permit", True, "2026-12-31")

    await copy(portal, permitted(who, status="revoked", ended_on="2026-03-01"), version=2)
    ended = await post(portal, "stay-control:check", asked(who))
    assert (ended["right"], ended["lawful"], ended["since"]) == ("none", False, "2026-03-01")


async def test_a_declared_worker_of_the_union_stays_as_long_as_the_work_lasts(portal: Api) -> None:
    who = person(citizenship="KGZ")
    work = {"employer_bin": "200340001008", "region": "75", "activity": "F", "qualified": False, "country": "KGZ"}
    declared = EaeuWorker.model_validate({"source_id": "E-1", "person": who, "works_from": "2025-09-01"} | work)
    await cross(portal, who, "2025-09-01")
    assert (await post(portal, "stay-control:check", asked(who)))["lawful"] is False
    await copy(portal, declared)
    found = await post(portal, "stay-control:check", asked(who))
    assert (found["right"], found["lawful"], found["days_left"]) == ("eaeu_worker", True, None)
    assert [check["rule"] for check in found["checks"]] == ["eaeu_work", "visa_free_total"]

    await copy(portal, declared, version=2, withdrawn=True)
    assert (await post(portal, "stay-control:check", asked(who)))["right"] == "eaeu"


async def test_a_run_accuses_nobody_who_is_permitted_to_work(portal: Api) -> None:
    permitted_one, other = person(), person()
    for who in (permitted_one, other):
        await cross(portal, who, "2025-12-01")
    await copy(portal, permitted(permitted_one, valid_from="2025-12-01", issued_on="2025-12-01"))
    assert (await overstay_run.run(portal.engine, DAY, PORTAL)).recorded == 1
    (found,) = (await overstays(portal)).values()
    assert found["person"]["document"] == other["document"]


async def test_a_run_waits_while_permits_may_be_missing(portal: Api) -> None:
    await cross(portal, person(), "2025-12-01")
    await portal.as_owner("DELETE FROM inbox_source")
    with pytest.raises(Unavailable):
        await overstay_run.run(portal.engine, DAY, PORTAL)
    assert await overstays(portal) == {}


async def test_whoever_never_crossed_is_asked_about_with_a_citizenship(portal: Api) -> None:
    question = asked(person())
    unknown = await portal.client.post("/v1/stay-control:check", json=question, headers=portal.token(BORDER))
    assert unknown.status_code == 404
    found = await post(portal, "stay-control:check", question | {"citizenship": "KGZ"})
    assert (found["present"], found["right"], found["last_day"]) == (False, "eaeu", "2026-05-29")


async def test_a_second_passport_is_followed_by_iin_and_birth_date(portal: Api) -> None:
    who = person(iin="900501300120")
    renewed = person(iin="900501300120", surname=who["surname"])
    await cross(portal, who, "2026-02-01")
    await cross(portal, renewed, "2026-02-10", "exit")
    found = await post(portal, "stay-control:check", asked(who) | {"iin": who["iin"]})
    assert (found["present"], found["days_used"]) == (False, 11)


async def test_the_run_records_who_stays_without_right_and_nobody_else(portal: Api) -> None:
    late, in_time, gone, citizen, resident, refugee = (person() for _ in range(6))
    citizen["citizenship"] = "KAZ"
    entry = await cross(portal, late, "2026-01-01")
    await cross(portal, in_time, "2026-02-20")
    await cross(portal, gone, "2026-01-01")
    await cross(portal, gone, "2026-01-20", "exit")
    for who in (citizen, resident, refugee):
        await cross(portal, who, "2026-01-01")
    permit = {"source_id": "RP-1", "person": resident, "residence": "permanent", "region": "75"}
    await post(portal, "residence-permits", permit | {"granted_on": "2026-01-05"})
    status = {"source_id": "PS-1", "person": refugee, "kind": "refugee", "country_of_origin": "AFG", "region": "75"}
    await post(portal, "protection-statuses", status | {"granted_on": "2026-01-05"})

    assert await found_on(portal, "2026-03-01") == (1, 0)
    assert await found_on(portal, "2026-03-01") == (0, 0)
    assert await found_on(portal, "2026-03-02") == (0, 0)
    (violation,) = (await overstays(portal)).values()
    assert violation["source_id"] == f"overstay:{entry['id']}"
    assert violation["person"] == late
    assert (violation["since"], violation["found_on"], violation["found_by"]) == (
        "2026-01-31",
        "2026-03-01",
        "overstay_run",
    )


def without_document(serial: int, **changes: Any) -> dict[str, Any]:
    """Somebody who is known by IIN only."""
    first = f"90050130{serial:03d}"
    return person(iin=f"{first}{check_digit(first)}", document=None) | changes


async def done(portal: Api) -> tuple[int, int]:
    ran = await overstay_run.run(portal.engine, DAY, PORTAL)
    return ran.recorded, ran.withdrawn


async def test_the_run_sees_who_is_known_by_iin_only(portal: Api) -> None:
    late, gone, citizen, on_passport, in_time, namesake = (without_document(serial) for serial in range(1, 7))
    entry = await cross(portal, late, "2026-01-01")
    await cross(portal, gone, "2026-01-01")
    await cross(portal, gone, "2026-01-20", "exit")
    await cross(portal, citizen | {"citizenship": "KAZ"}, "2026-01-01")
    await cross(portal, on_passport, "2026-01-01")
    await cross(portal, on_passport | {"document": person()["document"]}, "2026-01-10", "exit")
    await cross(portal, in_time, "2026-02-20")
    other_entry = await cross(portal, namesake, "2026-01-02")
    await cross(portal, person(iin=namesake["iin"], birth_date="1977-07-07"), "2026-02-25")  # a slip of the keyboard

    assert await done(portal) == (2, 0)
    found = await overstays(portal)
    assert set(found) == {f"overstay:{entry['id']}", f"overstay:{other_entry['id']}"}
    assert found[f"overstay:{entry['id']}"]["person"] == late
    assert await done(portal) == (0, 0)

    await cross(portal, late, "2026-01-15", "exit")
    assert await done(portal) == (0, 1)


async def test_an_electronic_tourist_visa_bounds_the_entry_and_the_stay_lasts_its_own_days(portal: Api) -> None:
    guest = foreigner()
    term = {"valid_from": "2026-09-01", "valid_until": "2026-09-30", "stay_days": 30}
    number = await with_visa(portal, guest, category="B12", entries="single", electronic=True, **term)
    body = crossing(person=guest, crossed_at="2026-09-28T10:00:00+05:00", visa_number=number)
    await post(portal, "border-crossings", body, BORDER)

    found = await post(portal, "stay-control:check", asked(guest, day="2026-10-01"))
    assert (found["right"], found["lawful"], found["last_day"]) == ("visa", True, "2026-10-27")
    for day, recorded in (("2026-10-01", 0), ("2026-10-27", 0), ("2026-10-28", 1)):
        assert await found_on(portal, day) == (recorded, 0)
    (violation,) = (await overstays(portal)).values()
    assert violation["since"] == "2026-10-28"


async def test_an_annulled_visa_no_longer_holds_on_the_day_of_its_annulment(portal: Api) -> None:
    guest = foreigner()
    number = await with_visa(portal, guest, stay_days=None, state="annulled", annulled_on="2026-03-10")
    body = crossing(person=guest, crossed_at="2026-03-01T10:00:00+05:00", visa_number=number)
    await post(portal, "border-crossings", body, BORDER)
    for day, right in (("2026-03-09", "visa"), ("2026-03-10", "none")):
        assert (await post(portal, "stay-control:check", asked(guest, day=day)))["right"] == right


@pytest.mark.parametrize("someone", [lambda _: person(), without_document], ids=["on a document", "by IIN only"])
async def test_a_run_killed_in_the_middle_and_repeated_finds_what_one_run_finds(
    portal: Api, monkeypatch: pytest.MonkeyPatch, someone: Callable[[int], dict[str, Any]]
) -> None:
    entries = {(await cross(portal, someone(serial), "2026-01-01"))["id"] for serial in range(10)}
    read, calls = store.bodies, 0

    async def killed_at_the_third(connection: Any, ids: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 3:
            await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return await read(connection, ids)

    with monkeypatch.context() as patched:
        patched.setattr(store, "bodies", killed_at_the_third)
        with pytest.raises(DBAPIError):
            await overstay_run.run(portal.engine, DAY, PORTAL, at_once=2)
    assert len(await overstays(portal)) == 4

    found = await overstay_run.run(portal.engine, DAY, PORTAL, at_once=2)
    assert (found.recorded, found.withdrawn) == (10, 0)  # of the order, before and after the kill
    assert set(await overstays(portal)) == {f"overstay:{entry}" for entry in entries}
    assert [each["recordversion"] for each in await portal.events()] == [1] * 20


async def test_an_exit_reported_late_takes_the_violation_back(portal: Api) -> None:
    who = person()
    await cross(portal, who, "2026-01-01")
    await overstay_run.run(portal.engine, DAY, PORTAL)
    assert len(await overstays(portal)) == 1

    await cross(portal, who, "2026-01-15", "exit")
    found = await overstay_run.run(portal.engine, DAY, PORTAL)
    assert (found.recorded, found.withdrawn) == (0, 1)
    assert await overstays(portal) == {}


async def test_whoever_became_a_citizen_does_not_overstay(portal: Api) -> None:
    who = person(iin="900501300120")
    await cross(portal, who, "2026-01-01")
    change = {"source_id": "CC-1", "person": who | {"citizenship": "KAZ"}, "act": "acquired", "date": "2026-01-20"}
    await post(portal, "citizenship-changes", change)
    assert (await overstay_run.run(portal.engine, DAY, PORTAL)).recorded == 0


async def test_a_run_asks_the_same_number_of_times_for_few_and_many(portal: Api) -> None:
    statements: list[str] = []
    event.listen(portal.engine.sync_engine, "before_cursor_execute", lambda _c, _u, sql, *_: statements.append(sql))

    async def statements_for(count: int) -> int:
        lines = [orjson.dumps(crossing(crossed_at="2026-01-01T10:00:00+05:00")) for _ in range(count)]
        headers = portal.token(BORDER) | {"Content-Type": "application/x-ndjson"}
        await portal.client.post("/v1/border-crossings:batch", content=b"\n".join(lines), headers=headers)
        statements.clear()
        assert (await overstay_run.run(portal.engine, DAY, PORTAL)).recorded == count
        return len(statements)

    assert await statements_for(3) == await statements_for(300) - 5  # judging and placing the first three again


async def test_a_page_of_a_run_reads_what_it_holds_however_large_the_register_is(portal: Api) -> None:
    lines = [orjson.dumps(crossing(crossed_at="2026-01-01T10:00:00+05:00")) for _ in range(500)]
    headers = portal.token(BORDER) | {"Content-Type": "application/x-ndjson"}
    await portal.client.post("/v1/border-crossings:batch", content=b"\n".join(lines), headers=headers)
    assert (await overstay_run.run(portal.engine, DAY, PORTAL)).recorded == 500
    plans: list[dict[str, Any]] = []

    async def rows_read(query: Any, **parameters: Any) -> int:
        async with portal.engine.connect() as connection:
            asked = text(f"EXPLAIN (ANALYZE, FORMAT JSON) {query.text}")
            plans[:] = [orjson.loads((await connection.execute(asked, parameters)).scalar_one())[0]["Plan"]]
        read = 0
        for plan in plans:  # grows while it is gone through
            plans.extend(plan.get("Plans", ()))
            read += plan["Actual Loops"] * (plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0))
        return int(read)

    people = await rows_read(store._LAST_ON_DOCUMENTS, after="", before=datetime(2026, 3, 2, tzinfo=UTC), limit=10)
    assert 10 <= people < 200
    assert 10 <= await rows_read(store._FOUND_BY_RUN, after=UUID(int=0), limit=10) < 200


@pytest.mark.parametrize(
    ("wanted", "pointers"),
    [
        ({}, {"", "/iin"}),
        ({"document": {"issuing_state": "UZB"}, "surname": "KARIMOV"}, {"/document/number", "/birth_date"}),
        ({"document": {"number": "N1"}, "day": 20260301}, {"/document/issuing_state", "/day"}),
        ({"iin": "1", "surname": "KARIMOV", "day": "2200-01-01"}, {"/iin", "/birth_date", "/day"}),
    ],
)
async def test_who_is_sought_by_too_little_is_told_all_that_lacks(
    portal: Api, wanted: dict[str, Any], pointers: set[str]
) -> None:
    answer = await portal.client.post("/v1/stay-control:check", json=wanted, headers=portal.token("border"))
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == pointers
