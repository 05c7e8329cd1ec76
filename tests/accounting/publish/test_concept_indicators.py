"""The concept's indicators beside their targets (DF_INDICATOR): value, computation, target, source."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.accounting.intake.published.load import load
from shared import clock
from shared.events.permits import QuotaPool, WorkPermit
from shared.testing.api import Api
from shared.testing.people import person
from tests.accounting.conftest import Accounting
from tests.accounting.publish.test_quota_figures import pool
from tests.accounting.publish.test_register_figures import say

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
