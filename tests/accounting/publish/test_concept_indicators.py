"""The concept's indicators beside their targets (DF_INDICATOR): value, computation, target, source."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from services.accounting.cases.rebuild import rebuild
from services.accounting.intake.decode import decode
from services.accounting.intake.published.load import load
from shared import clock
from shared.events.centres import CentreStay
from shared.events.envelope import Fact
from shared.events.kandas import EmploymentRequest, QuotaInclusion, SupportGrant
from shared.events.permits import EmployerStaff, QuotaPool, WorkPermit
from shared.testing.api import Api
from shared.testing.people import person
from tests.accounting.conftest import HASHES, Accounting
from tests.accounting.publish.test_quota_figures import pool
from tests.accounting.publish.test_register_figures import read, say
from tests.accounting.world import Version, event

FILE = Path("services/accounting/data/published_indicators.csv")


@pytest.fixture(autouse=True)
def _in_march_2026() -> Iterator[None]:
    with clock.set_to(datetime(2026, 3, 10, 12, tzinfo=UTC)):
        yield


def permit(**changes: Any) -> dict[str, Any]:
    return {
        "person": person(citizenship="CHN"), "kind": "employer", "category": "3", "employer_bin": "200340001008",
        "activity": "F", "region": "75", "occupation": "21", "qualified": True, "issued_on": "2024-02-01",
        "valid_from": "2024-02-01", "valid_until": "2025-01-31",
    } | changes  # fmt: skip


async def told(api: Api, key: str, role: str | None = "statistician") -> list[dict[str, str]]:
    headers = {"Accept": "text/csv"} | (api.token(role) if role else {})
    answer = await api.client.get(f"/sdmx/v1/data/DF_INDICATOR/{key}", headers=headers)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(answer.text.splitlines()))


async def test_each_indicator_has_its_value_its_computation_and_its_target(api: Api, written: Accounting) -> None:
    await load(written.database.app_url.replace("+asyncpg", ""), [FILE], "NET", lambda _: None)
    await say(
        written,
        WorkPermit,
        permit(),
        permit(),
        permit(qualified=False, category="4"),
        permit(kind="seasonal", category=None, qualified=False),
        permit(kind="labour_immigrant", category=None, qualified=False, employer_bin=None),
    )
    pools = [pool(1, 9_000, year=2024), pool(2, 20_000, year=2024, moved=1_000)]
    await say(written, QuotaPool, *pools, pool(2, 4_424, year=2024, kind="undistributed"))

    qualified = {row["TIME_PERIOD"]: row for row in await told(api, "A.QUALIFIED_SHARE..KZ")}
    assert (qualified["2024"]["OBS_VALUE"], qualified["2024"]["UNIT_MEASURE"]) == ("50.00", "PT")
    assert qualified["2024"]["COMMENT_OBS"].startswith("2 (DF_LABOUR/A.WORKERS.REGISTER.employer+seasonal")
    assert (qualified["2021"]["METHOD"], qualified["2021"]["OBS_VALUE"]) == ("TARGET", "70")
    quota = {row["TIME_PERIOD"]: row for row in await told(api, "A.QUOTA_SHARE.REGISTER.KZ")}
    force = {row["TIME_PERIOD"]: int(row["OBS_VALUE"]) for row in await told(api, "A.LABOUR_FORCE..KZ")}
    assert quota["2024"]["OBS_VALUE"] == f"{100 * 24_424 / force['2024']:.2f}" == "0.25"
    assert "2023" not in quota or quota["2023"]["OBS_VALUE"] == "0.00"


async def test_targets_are_for_everybody_and_values_are_not_yet(api: Api, written: Accounting) -> None:
    await load(written.database.app_url.replace("+asyncpg", ""), [FILE], "NET", lambda _: None)
    await say(written, WorkPermit, permit())
    targets = await told(api, "A..TARGET.KZ", role=None)
    assert {row["INDICATOR"]: row["OBS_VALUE"] for row in targets} == {
        "HEADS_SHARE": "30", "SPECIALISTS_SHARE": "10", "QUOTA_SHARE": "0.7", "QUALIFIED_SHARE": "70",
        "KANDAS_EMPLOYED_SHARE": "86", "RESETTLERS_SUPPORTED_SHARE": "100",
    }  # fmt: skip
    assert all("section 5: «" in row["SOURCE"] for row in targets)
    answer = await api.client.get("/sdmx/v1/data/DF_INDICATOR/A.QUALIFIED_SHARE.REGISTER.KZ")
    assert answer.status_code == 404


INCLUDED = {
    "kind": "resettler", "region": "59", "region_of_origin": "61", "state": "included", "included_on": "2025-04-01"
}  # fmt: skip
SUPPORTED = {
    "inclusion": "0199a0c0-0000-7000-8000-000000000001", "region": "59", "kind": "one_off", "granted_on": "2025-05-05",
    "expected_employment": "long_term", "mci": 70, "amount": 70 * 3_932,
}  # fmt: skip
ASKED = {
    "kind": "kandas", "status": "0199a0c0-0000-7000-8000-000000000002", "region": "55", "country_of_origin": "MNG",
    "state": "asked", "asked_on": "2025-06-02",
}  # fmt: skip
FOUND = {
    "state": "found", "found_on": "2026-02-02", "employer_bin": "200340001008", "position": "2341",
    "expected_employment": "long_term",
}  # fmt: skip


async def tell(written: Accounting, *told: tuple[str, int, type[Fact], dict[str, Any], bool]) -> None:
    """Versions of records: subject, version, fact, body, whether it was withdrawn."""
    events = [
        event(subject, version, Version(fact.TYPE, {"source_id": subject, **body}, withdrawn))
        for subject, version, fact, body, withdrawn in told
    ]
    batch = decode("kandas", [each | {"position": n} for n, each in enumerate(events, 1)], HASHES)
    assert batch.parked == []
    await written.writer.take(batch)


async def shares(api: Api) -> dict[str, str]:
    """Indicators 4 and 5 of 2025, as parts of their wholes."""
    found = {}
    for row in await told(api, "A.KANDAS_EMPLOYED_SHARE+RESETTLERS_SUPPORTED_SHARE.REGISTER.KZ"):
        part, whole = row["COMMENT_OBS"].split(" of ")
        if row["TIME_PERIOD"] == "2025":
            found[row["INDICATOR"]] = f"{part.partition(' ')[0]} of {whole.partition(' ')[0]} is {row['OBS_VALUE']}"
    return found


async def test_who_found_work_and_who_was_supported_are_shares_that_records_move(api: Api, written: Accounting) -> None:
    """A correction, a withdrawal and a merge move them, and all of it anew amounts to the same."""
    url = written.database.owner_url.replace("+asyncpg", "")
    one, two, three = (person(citizenship="KAZ") for _ in range(3))
    double = {**two, "iin": None}
    asker, idle = person(), person()
    await tell(
        written,
        ("I-1", 1, QuotaInclusion, INCLUDED | {"person": one}, False),
        ("I-2", 1, QuotaInclusion, INCLUDED | {"person": two}, False),
        ("I-3", 1, QuotaInclusion, INCLUDED | {"person": three, "included_on": "2024-12-31"}, False),
        ("G-1", 1, SupportGrant, SUPPORTED | {"person": one}, False),
        ("G-2", 1, SupportGrant, SUPPORTED | {"person": one, "kind": "other", "mci": None}, False),
        ("G-3", 1, SupportGrant, SUPPORTED | {"person": two, "region": "55"}, False),
        ("R-1", 1, EmploymentRequest, ASKED | {"person": asker}, False),
        ("R-2", 1, EmploymentRequest, ASKED | {"person": asker, "asked_on": "2025-09-01"} | FOUND, False),
        ("R-3", 1, EmploymentRequest, ASKED | {"person": idle}, False),
        ("R-4", 1, EmploymentRequest, ASKED | FOUND | {"person": idle, "asked_on": "2026-01-05"}, False),
        (
            "R-5", 1, EmploymentRequest,
            ASKED | FOUND | {"person": one, "kind": "resettler", "country_of_origin": None, "status": None,
            "inclusion": SUPPORTED["inclusion"]}, False,
        ),
    )  # fmt: skip
    employed, covered = "KANDAS_EMPLOYED_SHARE", "RESETTLERS_SUPPORTED_SHARE"
    assert await shares(api) == {employed: "1 of 2 is 50.00", covered: "1 of 2 is 50.00"}

    corrected = ASKED | {"person": idle} | FOUND
    await tell(
        written,
        ("R-3", 2, EmploymentRequest, corrected, False),
        ("G-3", 2, SupportGrant, SUPPORTED | {"person": two}, False),
    )
    assert await shares(api) == {employed: "2 of 2 is 100.00", covered: "2 of 2 is 100.00"}

    await tell(
        written,
        ("R-2", 2, EmploymentRequest, ASKED | {"person": asker, "asked_on": "2025-09-01"} | FOUND, True),
        ("G-1", 2, SupportGrant, SUPPORTED | {"person": one}, True),
        ("I-4", 1, QuotaInclusion, INCLUDED | {"person": double, "included_on": "2025-07-01"}, False),
    )
    assert await shares(api) == {employed: "1 of 2 is 50.00", covered: "2 of 2 is 100.00"}, "by document one person"
    await tell(written, ("G-2", 2, SupportGrant, SUPPORTED | {"person": one, "kind": "other", "mci": None}, True))
    before = await shares(api)
    assert before == {employed: "1 of 2 is 50.00", covered: "1 of 2 is 50.00"}
    await rebuild(url, lambda _: None)
    assert await shares(api) == before

    kandas = await read(api, "DF_KANDAS/A..REGISTER.55.MNG?startPeriod=2025&endPeriod=2025", "INDICATOR")
    assert (kandas["KANDAS_ASKED_WORK"], kandas["KANDAS_FOUND_WORK"]) == (2, 1)
    settled = await read(api, "DF_INTERNAL/A..REGISTER.59.61?startPeriod=2025&endPeriod=2025", "INDICATOR")
    assert [settled[name] for name in ("RESETTLERS", "RESETTLERS_SETTLED", "RESETTLERS_SUPPORTED")] == [3, 2, 1]


_positions = count(1)


def staff(year: int, foreigners: tuple[int, int], citizens: tuple[int, int] | None, **changes: Any) -> dict[str, Any]:
    """Of categories 2 and 3."""
    counts = {f"foreigners_{category}": 0 for category in "14"} | {"foreigners_2": foreigners[0]}
    counts |= {"foreigners_3": foreigners[1]}
    if citizens:
        counts |= {f"citizens_{each}": n for each, n in zip("1234", (0, *citizens, 0), strict=True)}
    return {"year": year, "reported_on": f"{year}-01-15" if citizens else None} | counts | changes


async def staff_shares(api: Api) -> dict[tuple[str, str], tuple[str, str]]:
    """Value and status of indicator 1 by code and year."""
    rows = await told(api, "A.HEADS_SHARE+SPECIALISTS_SHARE.REGISTER.KZ")
    return {(row["INDICATOR"], row["TIME_PERIOD"]): (row["OBS_VALUE"], row["OBS_STATUS"]) for row in rows}


async def test_foreigners_are_a_share_of_the_staff_of_enterprises_that_reported(api: Api, written: Accounting) -> None:
    await load(written.database.app_url.replace("+asyncpg", ""), [FILE], "NET", lambda _: None)
    most = {f"{side}_{category}": 1_000_000 for side in ("foreigners", "citizens") for category in "1234"}
    await say(
        written,
        EmployerStaff,
        staff(2023, (0, 3), (0, 0)),  # foreigners alone; nobody of categories 1 and 2
        staff(2024, (1, 3), (3, 7)),
        staff(2025, (1, 1), (3, 13)),
        staff(2025, (0, 1), (0, 4), citizens_4=9, foreigners_4=3),
        staff(2025, (500, 500), None),
        staff(2026, (0, 0), (3, 1), **most),
        staff(2022, (5, 5), None),  # nobody reported
    )
    assert await staff_shares(api) == {
        ("SPECIALISTS_SHARE", "2023"): ("100.00", "A"),
        ("HEADS_SHARE", "2024"): ("25.00", "A"),
        ("SPECIALISTS_SHARE", "2024"): ("30.00", "A"),
        ("HEADS_SHARE", "2025"): ("25.00", "A"),
        ("SPECIALISTS_SHARE", "2025"): ("16.13", "A"),  # 1 + 1 + 3 of 31
        ("HEADS_SHARE", "2026"): ("50.00", "P"),
        ("SPECIALISTS_SHARE", "2026"): ("50.00", "P"),
    }
    (of_2025,) = await told(api, "A.SPECIALISTS_SHARE.REGISTER.KZ?startPeriod=2025&endPeriod=2025")
    assert of_2025["COMMENT_OBS"] == (
        "5 foreigners by permit, without transfers within a company, of 31 workers of categories 3 and 4 at the year's"
        " end, in 2 enterprises with foreigners that reported their citizens; 1 that did not are left out"
    )
    for code, target in (("HEADS_SHARE", "30"), ("SPECIALISTS_SHARE", "10")):
        both = await told(api, f"A.{code}..KZ")
        assert {row["METHOD"] for row in both} == {"REGISTER", "TARGET"}
        assert [row["OBS_VALUE"] for row in both if row["METHOD"] == "TARGET"] == [target]


async def test_staff_told_anew_counts_once_and_taken_back_not_at_all(api: Api, written: Accounting) -> None:
    def version(number: int, foreigners: int, withdrawn: bool = False) -> dict[str, Any]:
        data = staff(2025, (foreigners, 0), (3, 0), source_id="staff:2025:200340001008")
        return event("staff:2025:200340001008", number, Version(EmployerStaff.TYPE, data, withdrawn))

    async def take(*events: dict[str, Any]) -> None:
        numbered = [each | {"position": next(_positions)} for each in events]
        await written.writer.take(decode("permits", numbered, HASHES))

    await take(version(1, 99))
    await take(version(2, 1), version(1, 99), version(2, 1))  # corrected; told again, the older late
    assert (before := await staff_shares(api)) == {("HEADS_SHARE", "2025"): ("25.00", "A")}
    await rebuild(written.database.owner_url.replace("+asyncpg", ""), lambda _: None)
    assert await staff_shares(api) == before
    await take(version(3, 1, withdrawn=True))
    nothing = "/sdmx/v1/data/DF_INDICATOR/A.HEADS_SHARE+SPECIALISTS_SHARE.REGISTER.KZ"
    assert (await api.client.get(nothing, headers=api.token("statistician"))).status_code == 404


STAY = {
    "centre": "0199a0c0-0000-7000-8000-000000000003", "status": ASKED["status"], "kind": "placement", "region": "61",
    "state": "placed", "since": "2025-03-03", "until": "2025-03-12",
}  # fmt: skip
ADAPTING = {"kind": "adaptation", "since": "2025-03-10", "until": "2025-09-01"}
HOUSED = ("KANDAS_HOUSED", "KANDAS_PLACED", "KANDAS_ADAPTED")


def ended(on: str) -> dict[str, Any]:
    return {"state": "ended", "ended_on": on, "end_reason": "left"}


async def housed(api: Api, area: str) -> list[int]:
    """Of 2025, in the order of HOUSED; the country of origin is in no stay."""
    path = f"DF_KANDAS/A.{'+'.join(HOUSED)}.REGISTER.{area}."
    found = await read(api, f"{path}?startPeriod=2025&endPeriod=2025", "INDICATOR", "PARTNER")
    assert {partner for _, partner in found} == {"_T", "_X"}
    return [found.get((name, "_X"), 0) for name in HOUSED]


async def test_who_is_housed_in_centres_is_counted_by_region_and_kind(api: Api, written: Accounting) -> None:
    """Each person once in every total, whoever stayed for a day; records move it, and all of it anew is the same."""
    one, two, three = (person(citizenship="MNG") for _ in range(3))
    await tell(
        written,
        ("S-1", 1, CentreStay, STAY | ended("2025-03-10") | {"person": one}, False),
        ("S-2", 1, CentreStay, STAY | ADAPTING | {"person": one}, False),
        ("S-3", 1, CentreStay, STAY | {"person": two, "since": "2025-01-06", "until": "2025-01-15"}, False),
        ("S-4", 1, CentreStay, STAY | ADAPTING | {"person": two, "region": "55"}, False),
        ("S-5", 1, CentreStay, STAY | ended("2025-03-03") | {"person": three}, False),
        ("S-6", 1, CentreStay, STAY | {"person": three, "since": "2026-01-05", "until": "2026-01-14"}, False),
    )
    assert await housed(api, "61") == [2, 2, 1]
    assert await housed(api, "55") == [1, 0, 1]
    assert await housed(api, "KZ") == [2, 2, 2], "neither who left on the first day, nor who is in two kinds twice"

    await tell(
        written,
        ("S-2", 2, CentreStay, STAY | ADAPTING | ended("2025-03-10") | {"person": one}, False),
        ("S-3", 2, CentreStay, STAY | {"person": three, "since": "2025-01-06", "until": "2025-01-15"}, False),
        ("S-4", 2, CentreStay, STAY | ADAPTING | {"person": two, "region": "55"}, True),
        ("S-7", 1, CentreStay, STAY | ADAPTING | {"person": {**three, "iin": None}}, False),
    )
    assert await housed(api, "KZ") == [2, 2, 1], "by document one person"
    await rebuild(written.database.owner_url.replace("+asyncpg", ""), lambda _: None)
    assert await housed(api, "KZ") == [2, 2, 1]


async def test_kandas_in_the_quotas_are_counted_by_education(api: Api, written: Accounting) -> None:
    """Levels and "not stated" add up to all who were included; a correction moves them, a rebuild changes nothing."""
    place = INCLUDED | {"kind": "kandas", "region": "55", "region_of_origin": None, "country_of_origin": "MNG"}
    levels = ("higher", "secondary", "secondary", None)
    told = [
        (
            f"E-{n}",
            1,
            QuotaInclusion,
            place | {"person": person()} | ({"competence": {"education": level}} if level else {}),
        )
        for n, level in enumerate(levels)
    ]
    await tell(written, *((*each, False) for each in told))
    assert await educated(api) == {"": 4, "_HIGHER": 1, "_SECONDARY": 2, "_NOT_STATED": 1}

    corrected = told[3][3] | {"competence": {"education": "vocational"}}
    await tell(written, ("E-3", 2, QuotaInclusion, corrected, False), ("E-0", 2, QuotaInclusion, told[0][3], True))
    assert await educated(api) == {"": 3, "_SECONDARY": 2, "_VOCATIONAL": 1}
    await rebuild(written.database.owner_url.replace("+asyncpg", ""), lambda _: None)
    assert await educated(api) == {"": 3, "_SECONDARY": 2, "_VOCATIONAL": 1}


async def educated(api: Api) -> dict[str, int]:
    """Of 2025, what is counted: all of them, and each level of which somebody is."""
    found = await read(api, "DF_KANDAS/A..REGISTER.55.MNG?startPeriod=2025&endPeriod=2025", "INDICATOR")
    included = {
        name.removeprefix("KANDAS_INCLUDED"): n for name, n in found.items() if name.startswith("KANDAS_INCLUDED")
    }
    return {name: count for name, count in included.items() if count}
