"""What the quota of foreign labour amounts to, by version and pool: set, moved, reserved, used, left (DF_QUOTA)."""

from typing import Any

from shared.events.permits import QuotaPool
from shared.testing.api import Api
from tests.accounting.conftest import Accounting
from tests.accounting.publish.test_register_figures import read, say

DIMENSIONS = ("QUOTA_VERSION", "PERMIT_KIND", "CATEGORY", "ACTIVITY", "REF_AREA", "CITIZEN")


def pool(version: int, size: int, **changes: Any) -> dict[str, Any]:
    return {
        "source_id": f"2026:{version}:{size}", "year": 2026, "quota_version": version, "act": f"order {version}",
        "holds_from": "2026-01-02", "kind": "employer", "size": size, "moved": 0, "reserved": 0, "used": 0,
        "as_of": "2024-03-01",
    } | changes  # fmt: skip


async def test_pools_stand_at_what_they_limit_and_national_ones_are_summed(api: Api, written: Accounting) -> None:
    await say(
        written,
        QuotaPool,
        pool(1, 100, category="3", used=40),
        pool(2, 110, category="3", moved=10, reserved=7, used=43),
        pool(2, 30, category="4"),
        pool(2, 20, category="3", region="75", used=11),
        pool(2, 5, category="3", country="UZB", used=1),
        pool(2, 60, kind="undistributed", moved=-10),
        pool(1, 9, kind="seasonal", year=2025, used=9),
    )
    left = await read(api, "DF_QUOTA/A.QUOTA_LEFT.REGISTER......?startPeriod=2026&endPeriod=2026", *DIMENSIONS)
    newest = {
        ("employer", "3", "_T", "KZ", "_T"): 60,
        ("employer", "4", "_T", "KZ", "_T"): 30,
        ("employer", "_T", "_T", "KZ", "_T"): 90,
        ("undistributed", "_T", "_T", "KZ", "_T"): 60,
        ("_T", "_T", "_T", "KZ", "_T"): 150,
        ("employer", "3", "_T", "75", "_T"): 9,
        ("employer", "3", "_T", "KZ", "UZB"): 4,
    }
    before = {at: 60 for at in newest if at[:2] in {("employer", "3"), ("employer", "_T"), ("_T", "_T")}}
    before = {at: value for at, value in before.items() if at[3:] == ("KZ", "_T")}
    assert left == {(v, *at): value for v in ("_T", "V2") for at, value in newest.items()} | {
        ("V1", *at): value for at, value in before.items()
    }
    total = await read(api, "DF_QUOTA/A..REGISTER._T._T._T._T.KZ._T", "TIME_PERIOD", "INDICATOR", "OBS_STATUS")
    assert {at[1]: value for at, value in total.items() if at[0] == "2026"} == {
        "QUOTA_SET": 200, "QUOTA_MOVED": 0, "QUOTA_RESERVED": 7, "QUOTA_USED": 43, "QUOTA_LEFT": 150,
    }  # fmt: skip
    assert (await api.client.get("/sdmx/v1/data/DF_QUOTA/A.QUOTA_LEFT.REGISTER._T._T._T._T.75._T")).status_code == 403
