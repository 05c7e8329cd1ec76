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
from shared.events.permits import EmployerStaff, QuotaPool, WorkPermit
from shared.testing.api import Api
from shared.testing.people import person
from tests.accounting.conftest import HASHES, Accounting
from tests.accounting.publish.test_quota_figures import pool
from tests.accounting.publish.test_register_figures import say
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


_positions = count(1)


def staff(year: int, foreigners: tuple[int, int], citizens: tuple[int, int] | None, **changes: Any) -> dict[str, Any]:
    """Of categories 2 and 3."""
    counts = {f"foreigners_{category}": 0 for category in "14"} | {"foreigners_2": foreigners[0]}
    counts |= {"foreigners_3": foreigners[1]}
    if citizens:
        counts |= {f"citizens_{each}": n for each, n in zip("1234", (0, *citizens, 0), strict=True)}
    return {"year": year, "reported_on": f"{year}-01-15" if citizens else None} | counts | changes


async def shares(api: Api) -> dict[tuple[str, str], tuple[str, str]]:
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
    assert await shares(api) == {
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
    assert (before := await shares(api)) == {("HEADS_SHARE", "2025"): ("25.00", "A")}
    await rebuild(written.database.owner_url.replace("+asyncpg", ""), lambda _: None)
    assert await shares(api) == before
    await take(version(3, 1, withdrawn=True))
    nothing = "/sdmx/v1/data/DF_INDICATOR/A.HEADS_SHARE+SPECIALISTS_SHARE.REGISTER.KZ"
    assert (await api.client.get(nothing, headers=api.token("statistician"))).status_code == 404
