"""Registers of qualified specialists and unqualified workers: searched, exported, a person's history (L6)."""

import csv
import io
import zipfile
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest

from shared.clock import set_to
from shared.http.sheets import harmless
from shared.testing.api import Api
from shared.testing.people import person
from tests.permits import steps
from tests.permits.steps import DAY
from tests.permits.test_eaeu_worker import declaration, declare

SPECIALISTS, UNQUALIFIED = "/v1/worker-registers/qualified-specialists", "/v1/worker-registers/unqualified-workers"
SEEN = "SELECT record_kind, record_id, caller, agency, reason FROM access_log WHERE action = 'search' ORDER BY id"


@pytest.fixture
async def peopled(permits: Api) -> Api:
    """Two specialists by permit, one of the Union, one unqualified worker of another employer elsewhere, and two who
    are exempt: a specialist and one who is not, there as well."""
    with set_to(DAY):
        await steps.register_employer(permits)
        await steps.set_quota(permits, steps.pool(10))
        await steps.issue(permits, steps.application(*(steps.worker(person=named(n)) for n in (1, 2))))
        await declare(permits, declaration(person=named(3, "KGZ")), steps.officer(permits))
        other = declaration(
            person=named(4, "KGZ"), employer_bin=steps.OTHER_EMPLOYER, region="11", qualified=False, occupation="93"
        )
        (await declare(permits, other, steps.officer(permits))).raise_for_status()
        lower = {"region": "11", "employer_bin": steps.OTHER_EMPLOYER, "qualified": False, "occupation": "93"}
        for free in (
            exempt(5, ground="special_zone_project", occupation="2512"),
            exempt(6, ground="refugee", **lower),
        ):
            answer = await permits.client.post("/v1/exempt-workers", json=free, headers=steps.officer(permits))
            answer.raise_for_status()
    return permits


def exempt(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "source_id": f"X-{number}",
        "person": named(number),
        "employer_bin": steps.EMPLOYER,
        "region": "75",
        "activity": "J",
        "qualified": True,
        "ground_document": "D-1",
        "works_from": "2026-03-01",
    } | changes


def named(number: int, citizenship: str = "UZB") -> dict[str, Any]:
    document = {
        "type": "P",
        "number": f"FA000000{number}",
        "issuing_state": citizenship,
        "expires": "2030-01-01",
    }
    return person(surname=f"WORKER{'ABCDEFG'[number]}", citizenship=citizenship, document=document, iin=None)


async def found(api: Api, path: str, headers: dict[str, str], **asked: Any) -> list[dict[str, Any]]:
    answer = await api.client.get(path, params={"day": "2026-05-01"} | asked, headers=headers)
    workers: list[dict[str, Any]] = answer.raise_for_status().json()["workers"]
    return workers


def names(workers: list[dict[str, Any]]) -> set[str]:
    return {each["surname"] for each in workers}


async def test_each_register_shows_whoever_is_at_work_on_the_day(peopled: Api) -> None:
    whole = steps.officer(peopled)
    everyone = await found(peopled, SPECIALISTS, whole)
    assert names(everyone) == {"WORKERB", "WORKERC", "WORKERD", "WORKERF"}
    assert {each["kind"] for each in everyone} == {"employer", "eaeu", "special_zone_project"}
    assert {each["basis"] for each in everyone} == {"work_permit", "eaeu_worker", "exempt_worker"}
    assert names(await found(peopled, UNQUALIFIED, whole)) == {"WORKERE", "WORKERG"}
    free = {"WORKERD", "WORKERF"}
    assert names(await found(peopled, SPECIALISTS, whole, day="2026-03-15")) == free, "permits hold from April"
    assert names(await found(peopled, SPECIALISTS, whole, day="2027-04-01")) == free, "and until March"
    assert names(await found(peopled, UNQUALIFIED, whole, kind="refugee", region="11")) == {"WORKERG"}
    for asked, expected in (
        ({"occupation": "25"}, {"WORKERB", "WORKERC"}),
        ({"activity": "F"}, {"WORKERD"}),
        ({"kind": "eaeu"}, {"WORKERD"}),
        ({"kind": "special_zone_project"}, {"WORKERF"}),
        ({"kind": "refugee"}, set()),
        ({"kind": "seasonal"}, set()),
        ({"region": "11"}, set()),
        ({"employer_bin": steps.OTHER_EMPLOYER}, set()),
        ({"employer_bin": steps.EMPLOYER, "kind": "employer"}, {"WORKERB", "WORKERC"}),
    ):
        assert names(await found(peopled, SPECIALISTS, whole, **asked)) == expected, asked


async def test_it_is_read_page_by_page_and_only_who_was_shown_is_logged(peopled: Api) -> None:
    headers, cursor, shown = steps.officer(peopled), None, []
    while True:
        asked: dict[str, str] = {"day": "2026-05-01", "limit": "1"} | ({"cursor": cursor} if cursor else {})
        answer = (await peopled.client.get(SPECIALISTS, params=asked, headers=headers)).raise_for_status().json()
        shown += [each["id"] for each in answer["workers"]]
        logged = [row["record_id"] for row in await peopled.rows(SEEN) if row["record_id"]]
        assert logged == shown
        if not (cursor := answer["next"]):
            break
    assert len(shown) == len(set(shown)) == 4
    assert {row["agency"] for row in await peopled.rows(SEEN)} == {"development"}
    assert None not in {row["reason"] for row in await peopled.rows(SEEN)}


async def test_an_employer_sees_its_own_and_an_officer_the_region(peopled: Api) -> None:
    everyone, elsewhere = {"WORKERB", "WORKERC", "WORKERD", "WORKERF"}, {"WORKERE", "WORKERG"}
    for headers, specialists, unqualified in (
        (steps.employer(peopled), everyone, set[str]()),
        (steps.employer(peopled, steps.OTHER_EMPLOYER), set[str](), elsewhere),
        (peopled.token("permits-officer", agency="11"), set[str](), elsewhere),
        (peopled.token("permits-officer", agency="75"), everyone, set[str]()),
        (peopled.token("permits-officer", agency="an office of which nobody knows"), set[str](), set[str]()),
    ):
        assert names(await found(peopled, SPECIALISTS, headers)) == specialists
        assert names(await found(peopled, UNQUALIFIED, headers)) == unqualified
        exported = await peopled.client.get(f"{SPECIALISTS}/export", params={"day": "2026-05-01"}, headers=headers)
        assert {row["surname"] for row in csv.DictReader(io.StringIO(exported.text))} == specialists


async def test_a_file_has_whom_the_search_finds_and_each_of_them_is_logged(
    peopled: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.permits.cases.worker_register.EXPORT_PAGE", 2)
    monkeypatch.setattr("shared.http.sheets.ROWS_OF_A_SHEET", 2)
    headers = steps.officer(peopled)
    searched = await found(peopled, SPECIALISTS, headers)
    asked = {"day": "2026-05-01"}
    before = len(await peopled.rows(SEEN))
    as_csv = await peopled.client.get(f"{SPECIALISTS}/export", params=asked, headers=headers)
    logged = [row["record_id"] for row in (await peopled.rows(SEEN))[before:] if row["record_id"]]
    assert sorted(logged) == sorted(each["id"] for each in searched)
    assert [row["id"] for row in csv.DictReader(io.StringIO(as_csv.text))] == [each["id"] for each in searched]
    as_xlsx = await peopled.client.get(f"{SPECIALISTS}/export", params=asked | {"format": "xlsx"}, headers=headers)
    with zipfile.ZipFile(io.BytesIO(as_xlsx.content)) as archive:
        assert archive.testzip() is None
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        cells = [[c.findtext(".//{*}t") for c in row] for name in sheets for row in rows_of(archive.read(name))]
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))  # noqa: S314 (our own file)
    assert len(sheets) == 2, "what is beyond a sheet goes on in the next"
    assert [row[1] for row in cells if row[1] != "id"] == [each["id"] for each in searched]


def rows_of(sheet: bytes) -> list[ElementTree.Element]:
    return ElementTree.fromstring(sheet).findall(".//{*}row")  # noqa: S314 (our own file)


@pytest.mark.parametrize("cell", ["=1+1", "+7", "-1", "@SUM(A1)", "\tx", "\rx", "\n=x", "＝1", "＠x"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert [harmless(each) for each in ("A-1", "", 5, -5, None, date(2026, 1, 1))] == [
        *("A-1", "", 5, -5, None, date(2026, 1, 1))
    ]


async def test_a_person_s_history_shows_every_version_and_only_what_is_reached(peopled: Api) -> None:
    (row,) = await peopled.rows("SELECT id, version FROM work_permit WHERE body::text LIKE '%WORKERB%'")
    with set_to(DAY):
        body = {"reason": "an inquiry", "suspended_on": "2026-03-02"}
        headers = steps.once(steps.officer(peopled), row["version"])
        path = f"/v1/work-permits/{row['id']}:suspend"
        (await peopled.client.post(path, json=body, headers=headers)).raise_for_status()
        suspended = {each["surname"]: each["suspended_on"] for each in await found(peopled, SPECIALISTS, headers)}
        assert (suspended["WORKERB"], suspended["WORKERC"], suspended["WORKERF"]) == ("2026-03-02", None, None)
        headers = steps.once(steps.officer(peopled), row["version"] + 1)
        revoked = await peopled.client.post(
            f"/v1/work-permits/{row['id']}:revoke", json={"reason": "x", "ended_on": "2026-03-02"}, headers=headers
        )
    assert revoked.status_code == 200, revoked.text
    wanted = {"document": {"number": "FA0000001", "issuing_state": "UZB"}}
    path = "/v1/worker-registers:history"
    answer = (await peopled.client.post(path, json=wanted, headers=steps.officer(peopled))).raise_for_status().json()
    assert [[each["record"]["status"] for each in versions] for versions in answer["permits"]] == [
        ["issued", "issued", "revoked"]
    ]
    assert answer["declarations"] == []
    elsewhere = peopled.token("permits-officer", agency="11")
    assert (await peopled.client.post(path, json=wanted, headers=elsewhere)).json() == {
        "permits": [],
        "declarations": [],
        "exempt": [],
    }
    wanted["document"]["number"] = "FA0000006"
    answer = (await peopled.client.post(path, json=wanted, headers=elsewhere)).raise_for_status().json()
    assert [[each["record"]["ground"] for each in versions] for versions in answer["exempt"]] == [["refugee"]]
    looked = await peopled.rows(
        "SELECT count(*) AS n FROM access_log WHERE person_document IS NOT NULL AND agency = '11'"
    )
    assert looked[0]["n"] >= 1, "a fruitless search is one about the person too"
    assert (await peopled.client.post(path, json={}, headers=elsewhere)).status_code == 422
    assert await found(peopled, SPECIALISTS, steps.officer(peopled), occupation="25") != []


NO_QUESTIONS: list[dict[str, Any]] = [
    {"cursor": "x"},
    {"cursor": "WyJcdTAwMDAiXQ"},
    {"day": "9999-12-31"},
    {"day": "2026-02-30"},
    {"employer_bin": "' OR 1=1"},
    {"limit": 2**63},
    {"kind": "none"},
]


async def test_an_empty_register_is_a_file_too_and_what_is_no_question_is_refused(permits: Api) -> None:
    headers, path = steps.officer(permits), f"{UNQUALIFIED}/export"
    for asked in NO_QUESTIONS:
        answer = await permits.client.get(SPECIALISTS, params=asked, headers=headers)
        assert answer.status_code == 422, answer.text
    assert (await permits.client.get(SPECIALISTS, params={"occupation": "\0"}, headers=headers)).status_code == 400
    for form, status in (("pdf", 422), ("csv", 200), ("xlsx", 200)):
        answer = await permits.client.get(path, params={"format": form}, headers=headers)
        assert answer.status_code == status
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        (header,) = rows_of(archive.read("xl/worksheets/sheet1.xml"))
    assert header[0].findtext(".//{*}t") == "basis"
