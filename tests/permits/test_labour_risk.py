"""The labour-risk map over HTTP: scored by month, repeated at will, by region, half-yearly (L8)."""

import csv
import io
from asyncio import gather
from datetime import datetime
from typing import Any

import pytest

from shared.clock import ALMATY, set_to
from shared.testing.api import Api
from shared.testing.people import person
from tests.permits import steps
from tests.permits.test_declared_kinds import exempt
from tests.permits.test_eaeu_worker import declaration
from tests.permits.test_labour_control import COMPLAINTS, INSPECTIONS, complaint, inspection

RISK = "/v1/labour-risk"
JUNE = datetime(2026, 6, 2, 10, tzinfo=ALMATY)
MONTH = "2026-05"


@pytest.fixture
async def scored(permits: Api) -> Api:
    """One enterprise here, half of its workers paid low, and one elsewhere of which little is known."""
    with set_to(steps.DAY):
        await steps.register_employer(permits)
        await steps.set_quota(permits, steps.pool(10))
        workers = [steps.worker(person=person(), wage=wage) for wage in (169_999, 170_000)]
        await steps.issue(permits, steps.application(*workers))
    elsewhere: dict[str, Any] = {"region": "11", "employer_bin": steps.OTHER_EMPLOYER}
    for path, body in (
        ("/v1/eaeu-workers", declaration(**elsewhere)),
        ("/v1/exempt-workers", exempt(**elsewhere)),
        ("/v1/exempt-workers", exempt(source_id="LEFT", works_until="2026-04-30", **elsewhere)),
        (INSPECTIONS, inspection()),
        (INSPECTIONS, inspection(source_id="BEFORE", inspected_on="2025-05-31")),
        (COMPLAINTS, complaint()),
        (COMPLAINTS, complaint(source_id="C-2", settled_on="2026-03-09", outcome="unfounded")),
    ):
        (await permits.client.post(path, json=body, headers=steps.officer(permits))).raise_for_status()
    return permits


async def run(api: Api, month: str = MONTH, role: str = "operator") -> dict[str, Any]:
    with set_to(JUNE):
        answer = await api.client.post(f"{RISK}:run", json={"month": month}, headers=api.token(role))
    done: dict[str, Any] = answer.raise_for_status().json()
    return done


async def test_a_month_is_scored_once_and_every_part_is_shown(scored: Api) -> None:
    at_one_time = await gather(*(run(scored) for _ in range(3)))
    assert sorted(each["added"] for each in at_one_time) == [0, 0, 4]
    assert await run(scored) == {"month": MONTH, "scored": 4, "added": 0, "changed": 0, "dropped": 0}
    answer = await scored.client.get(RISK, params={"month": MONTH}, headers=scored.token("statistician"))
    there, here = answer.raise_for_status().json()["scores"]
    assert (there["region"], here["region"]) == ("11", "75")
    assert {part["name"]: part["value"] for part in here["parts"]} == {
        "wages": 0.5,
        "checks": 0.3333,
        "complaints": 1.0,
        "foreign_share": 0.0005,
    }
    assert here["score"] == pytest.approx(sum(part["contribution"] for part in here["parts"])) == 45.01
    assert here["counts"]["checks"] == 1, "the window is a year"
    assert here["unknown"] == []
    assert there["unknown"] == ["wages", "foreign_share"]
    assert there["counts"]["foreigners"] == 2, "one of the Union, one exempt by ground"
    enterprises = await scored.client.get(f"{RISK}/enterprises", headers=steps.officer(scored))
    assert [each["employer_bin"] for each in enterprises.json()["scores"]] == [steps.EMPLOYER, steps.OTHER_EMPLOYER]


async def test_what_comes_late_scores_the_month_anew_and_what_goes_is_dropped(scored: Api) -> None:
    await run(scored)
    headers = steps.officer(scored)
    late = inspection(source_id="LATE", inspected_on="2026-05-31")
    taken = (await scored.client.post(INSPECTIONS, json=late, headers=headers)).raise_for_status().json()
    assert (await run(scored))["changed"] == 2, "the enterprise and its region"
    (found,) = await scored.rows("SELECT id FROM eaeu_worker")
    free = [f"/v1/exempt-workers/{row['id']}" for row in await scored.rows("SELECT id FROM exempt_worker")]
    for path in (f"{INSPECTIONS}/{taken['id']}", f"/v1/eaeu-workers/{found['id']}", *free):
        answer = await scored.client.post(
            f"{path}:withdraw", json={"reason": "x"}, headers=headers | {"If-Match": '"1"'}
        )
        assert answer.status_code == 200
    done = await run(scored)
    assert (done["changed"], done["dropped"]) == (2, 2), "as at first, though that content was on record before"
    assert await run(scored) == done | {"changed": 0, "dropped": 0}
    answer = await scored.client.get(RISK, params={"month": MONTH, "region": "11"}, headers=headers)
    assert answer.json()["scores"] == []
    versions = await scored.rows("SELECT version FROM labour_risk WHERE employer_bin = :bin", bin=steps.EMPLOYER)
    assert versions == [{"version": 3}]


async def test_an_officer_reads_the_enterprises_of_the_region_page_by_page(scored: Api) -> None:
    await run(scored)
    path = f"{RISK}/enterprises"
    for agency, expected in (("75", [steps.EMPLOYER]), ("11", [steps.OTHER_EMPLOYER]), ("nobody knows it", [])):
        answer = await scored.client.get(path, headers=scored.token("permits-officer", agency=agency))
        assert [each["employer_bin"] for each in answer.json()["scores"]] == expected
    assert (await scored.client.get(path, headers=steps.employer(scored))).status_code == 403
    headers = steps.officer(scored)
    first = (await scored.client.get(path, params={"limit": 1}, headers=headers)).json()
    second = (await scored.client.get(path, params={"limit": 1, "cursor": first["next"]}, headers=headers)).json()
    assert [each["scores"][0]["employer_bin"] for each in (first, second)] == [steps.EMPLOYER, steps.OTHER_EMPLOYER]
    assert second["next"] is None
    forged = await scored.client.get(path, params={"cursor": "WyJcdTAwMDAiXQ"}, headers=headers)
    assert forged.status_code == 422


async def test_the_half_yearly_table_is_json_and_a_file_and_no_other_month_is_scored(scored: Api) -> None:
    for month in ("2026-04", MONTH):
        await run(scored, month)
    headers = scored.token("statistician")
    answer = await scored.client.get(f"{RISK}/reports/2026-H1", headers=headers)
    there, here = answer.raise_for_status().json()["rows"]
    assert (here["region"], here["months"], here["last_month"], here["foreigners"]) == ("75", 2, MONTH, 2)
    assert (here["mean_score"], here["last_score"]) == (50.01, 45.01)
    exported = await scored.client.get(f"{RISK}/reports/2026-H1/export", headers=headers)
    rows = list(csv.DictReader(io.StringIO(exported.text)))
    assert [row["region"] for row in rows] == [there["region"], here["region"]]
    assert rows[1] == {name: str(value) for name, value in here.items()}
    empty = await scored.client.get(f"{RISK}/reports/2025-H2", headers=headers)
    assert empty.json()["rows"] == []
    for half in ("2026-H3", "2026", "%00-H1"):
        assert (await scored.client.get(f"{RISK}/reports/{half}", headers=headers)).status_code in (400, 422)
    for month in ("2099-01", "2017-08", "2016-02", "2026-13", "0000-01", "\0"):
        answer = await scored.client.post(f"{RISK}:run", json={"month": month}, headers=scored.token("operator"))
        assert answer.status_code == 422, (month, answer.text)
