"""What a machine found against a person is a finding until an officer confirms it; the person may contest it (P5b)."""

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from services.portal.cases.border.border_alert import PORTAL
from services.portal.cases.police.violation import Finding
from services.portal.cases.stays import overstay_run
from services.portal.cases.stays.stay_control import stay_on
from shared.http.paging import cursor_at
from shared.kernel.iin import check_digit
from shared.testing.api import Api
from shared.testing.people import crossing, person
from tests.portal.hosts import hand_in, notice

POLICE = "migration-police"
DAY = date(2026, 3, 1)
IIN = f"90050130001{check_digit('90050130001')}"
OTHER = f"90050130002{check_digit('90050130002')}"


@pytest.fixture
async def finding(portal: Api) -> dict[str, Any]:
    """Of somebody with an IIN who stays too long."""
    body = crossing(person=person(iin=IIN, citizenship="KOR"), crossed_at="2026-01-01T10:00:00+05:00")
    await portal.client.post("/v1/border-crossings", json=body, headers=portal.token("border"))
    assert (await overstay_run.run(portal.engine, DAY, PORTAL)).recorded == 1
    answer = await portal.client.post("/v1/violations:awaiting", headers=portal.token(POLICE))
    (found,) = answer.json()["findings"]
    return dict(found)


async def act(
    portal: Api, path: str, finding: dict[str, Any], headers: dict[str, str], version: int = 1, key: str = "key-1"
) -> Any:
    record = finding["violation"]["id"]
    headers = headers | {"If-Match": f'"{version}"', "Idempotency-Key": key}
    address = f"/v1/{path.format(id=record)}"
    return await portal.client.post(address, json={"reason": "I left on the train of 20 January."}, headers=headers)


def citizen(portal: Api, iin: str = IIN) -> dict[str, str]:
    return portal.token("citizen", iin=iin)


async def own(portal: Api, iin: str = IIN) -> list[dict[str, Any]]:
    answer = await portal.client.get("/v1/me/violations", headers=citizen(portal, iin))
    assert answer.status_code == 200
    assert answer.json()["next"] is None
    return list(answer.json()["findings"])


async def test_the_person_sees_rule_and_facts_and_how_to_contest(portal: Api, finding: dict[str, Any]) -> None:
    (seen,) = await own(portal)
    assert seen["state"] == "finding"
    assert seen["violation"]["record"]["since"] == "2026-01-31"
    assert (seen["stay"]["right"], seen["stay"]["lawful"]) == ("visa_free", False)
    assert {"rule": "visa_free_entry", "outcome": "failed"}.items() <= seen["stay"]["checks"][0].items()
    assert ":contest" in seen["how_to_contest"]
    assert await own(portal, OTHER) == []


async def test_a_list_of_one_s_own_says_that_there_is_more(portal: Api, finding: dict[str, Any]) -> None:
    entered = {"person": person(iin=IIN, citizenship="KOR"), "crossed_at": "2025-01-01T10:00:00+05:00"}
    for body in (entered, entered | {"crossed_at": "2025-03-20T10:00:00+05:00", "direction": "exit"}):
        await portal.client.post("/v1/border-crossings", json=crossing(**body), headers=portal.token("border"))
    assert (await overstay_run.run(portal.engine, date(2025, 3, 1), PORTAL)).recorded == 1
    whole = await own(portal)
    seen, following = [], "?limit=1"
    for _ in whole:
        answer = await portal.client.get(f"/v1/me/violations{following}", headers=citizen(portal))
        seen += answer.json()["findings"]
        following = f"?limit=1&cursor={answer.json()['next']}"
    assert (len(whole), seen, following) == (2, whole, "?limit=1&cursor=None")


async def test_a_cursor_of_another_list_is_refused(portal: Api) -> None:
    lists = {
        "GET /v1/me/violations": citizen(portal),
        "POST /v1/violations:awaiting": portal.token(POLICE),
        "GET /v1/host-notifications": portal.token("host", iin=IIN),
        "POST /v1/host-duties:search": portal.token(POLICE),
    }
    for called, headers in lists.items():
        method, path = called.split()
        for cursor in (cursor_at("x"), cursor_at("x", "y")):
            body = {"state": "due"} if path.endswith("search") else None
            answer = await portal.client.request(method, f"{path}?cursor={cursor}", headers=headers, json=body)
            assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "invalid-cursor"), called


async def test_a_finding_is_contested_and_then_answered(portal: Api, finding: dict[str, Any]) -> None:
    contested = await act(portal, "me/violations/{id}:contest", finding, citizen(portal))
    assert contested.status_code == 200
    (seen,) = await own(portal)
    assert seen["state"] == "contested"
    assert seen["answer_due"] > contested.json()["record"]["contested_on"]

    again = await act(portal, "me/violations/{id}:contest", finding, citizen(portal), version=2, key="key-2")
    assert again.status_code == 409
    confirmed = await act(portal, "violations/{id}:confirm", finding, portal.token(POLICE), version=2, key="key-3")
    assert confirmed.status_code == 200
    (seen,) = await own(portal)
    assert (seen["state"], seen["answer_due"]) == ("confirmed", None)
    waiting = await portal.client.post("/v1/violations:awaiting", headers=portal.token(POLICE))
    assert waiting.json() == {"findings": [], "next": None}


async def test_nobody_contests_for_another(portal: Api, finding: dict[str, Any]) -> None:
    for version in (1, 7):  # whose it is is asked before its version
        answer = await act(portal, "me/violations/{id}:contest", finding, citizen(portal, OTHER), version)
        assert answer.status_code == 404
    (seen,) = await own(portal)
    assert seen["state"] == "finding"


async def test_a_correction_neither_confirms_nor_contests(portal: Api, finding: dict[str, Any]) -> None:
    record = finding["violation"]
    for member in ("confirmed_on", "contested_on"):
        answer = await portal.client.put(
            f"/v1/violations/{record['id']}",
            json={"record": record["record"] | {member: "2026-03-02"}, "reason": "typing error"},
            headers=portal.token(POLICE) | {"If-Match": '"1"', "Idempotency-Key": member},
        )
        assert answer.status_code == 422, answer.text
        assert [problem["pointer"] for problem in answer.json()["errors"]] == [f"/record/{member}"]


async def test_what_an_officer_found_is_no_finding(portal: Api) -> None:
    body = {"source_id": "V-1", "person": person(iin=IIN), "violation": "illegal_work", "found_on": "2026-03-01"}
    made = await portal.client.post("/v1/violations", json=body, headers=portal.token(POLICE))
    assert await own(portal) == []
    answer = await act(portal, "violations/{id}:confirm", {"violation": made.json()}, portal.token(POLICE))
    assert answer.status_code == 409


async def test_a_run_withdraws_findings_but_not_what_an_officer_confirmed(portal: Api, finding: dict[str, Any]) -> None:
    assert (await act(portal, "violations/{id}:confirm", finding, portal.token(POLICE))).status_code == 200
    person_ = finding["violation"]["record"]["person"]
    left = crossing(person=person_, crossed_at="2026-01-20T10:00:00+05:00", direction="exit")
    await portal.client.post("/v1/border-crossings", json=left, headers=portal.token("border"))
    assert (await overstay_run.run(portal.engine, DAY, PORTAL)).withdrawn == 0


async def awaiting(portal: Api, agency: str) -> list[dict[str, Any]]:
    answer = await portal.client.post("/v1/violations:awaiting", headers=portal.token(POLICE, agency=agency))
    return list(answer.json()["findings"])


async def test_the_officers_of_the_host_s_region_confirm_the_finding(portal: Api) -> None:
    guest = person(iin=IIN, citizenship="KOR")
    body = crossing(person=guest, crossed_at="2026-01-01T10:00:00+05:00")
    await portal.client.post("/v1/border-crossings", json=body, headers=portal.token("border"))
    told = await hand_in(portal, notice(person=guest, stay_from="2026-01-02", stay_until="2026-01-20"))
    assert told.status_code == 201, told.text
    await overstay_run.run(portal.engine, DAY, PORTAL)

    assert await awaiting(portal, "police-71") == []
    (found,) = await awaiting(portal, "police-75")
    assert found["violation"]["record"]["region"] == "75"
    almaty = portal.token(POLICE, agency="police-75")
    assert (await act(portal, "violations/{id}:confirm", found, almaty)).status_code == 200


@pytest.mark.parametrize(("checkpoint", "region"), [("KORDAY", "31"), (" korday", "31"), ("A NEW GATE", None)])
async def test_what_nobody_reported_is_found_where_the_person_entered_until_more_is_known(
    portal: Api, checkpoint: str, region: str | None
) -> None:
    guest = person(iin=IIN, citizenship="KOR")
    body = crossing(person=guest, crossed_at="2026-01-01T10:00:00+05:00", checkpoint=checkpoint)
    await portal.client.post("/v1/border-crossings", json=body, headers=portal.token("border"))
    for _ in range(2):
        await overstay_run.run(portal.engine, DAY, PORTAL)
    (finding,) = (await portal.client.post("/v1/violations:awaiting", headers=portal.token(POLICE))).json()["findings"]
    assert (finding["violation"]["record"]["region"], finding["violation"]["version"]) == (region, 1)
    assert len(await awaiting(portal, "police-31")) == (region == "31")
    assert await awaiting(portal, "police-63") == []
    permit = {
        "source_id": "RP-1",
        "person": guest,
        "residence": "temporary",
        "region": "63",
        "granted_on": "2024-01-10",
        "valid_until": "2025-01-09",
    }
    made = await portal.client.post("/v1/residence-permits", json=permit, headers=portal.token(POLICE))
    assert made.status_code == 201, made.text
    for _ in range(2):
        await overstay_run.run(portal.engine, DAY, PORTAL)
    (found,) = await awaiting(portal, "police-63")
    assert (found["state"], found["violation"]["version"]) == ("finding", 2)
    assert await awaiting(portal, "police-31") == []


async def test_findings_of_many_people_and_days_are_shown_together(portal: Api) -> None:
    """One list asks the stay control no more often than one finding does, and says of each what it says alone."""
    people = [person(citizenship="KOR") for _ in range(5)]
    people.append(people[0] | {"document": person()["document"], "iin": IIN})
    for number, who in enumerate(people):
        entered = crossing(person=who, crossed_at=f"2026-01-{10 + number}T10:00:00+05:00")
        assert (
            await portal.client.post("/v1/border-crossings", json=entered, headers=portal.token("border"))
        ).is_success
    costs = []
    for day in (date(2026, 2, 10), date(2026, 2, 12), DAY):
        await overstay_run.run(portal.engine, day, PORTAL)
        statements: list[str] = []
        note = _noting(statements)
        event.listen(portal.engine.sync_engine, "before_cursor_execute", note)
        answer = await portal.client.post("/v1/violations:awaiting", headers=portal.token(POLICE))
        event.remove(portal.engine.sync_engine, "before_cursor_execute", note)
        costs.append((len(answer.json()["findings"]), len(statements)))
    assert [found for found, _ in costs] == [2, 4, 6]
    assert len({statements for _, statements in costs}) == 1, costs
    findings = [Finding.model_validate(finding) for finding in answer.json()["findings"]]
    assert len({finding.violation.record.found_on for finding in findings}) == 3
    async with portal.engine.connect() as connection:
        for finding in findings:
            record = finding.violation.record
            assert finding.stay == await stay_on(connection, record.person, record.found_on)
            assert finding.stay is not None


def _noting(statements: list[str]) -> Any:
    return lambda _connection, _cursor, statement, *_: statements.append(statement)


@pytest.mark.parametrize(("language", "said"), [("kk", "Кіргеннен бері 60 күн өтті"), ("ru", "Со дня въезда")])
async def test_the_person_reads_it_in_their_language(
    portal: Api, finding: dict[str, Any], language: str, said: str
) -> None:
    told = await portal.client.get("/v1/me/violations", headers=citizen(portal) | {"Accept-Language": language})
    (seen,) = told.json()["findings"]
    assert seen["stay"]["checks"][0]["explanation"].startswith(said)
    assert not re.search("machine|officer", seen["how_to_contest"])
