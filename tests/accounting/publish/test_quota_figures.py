"""What the quota of foreign labour amounts to, by version and pool: set, moved, reserved, used, left (DF_QUOTA)."""

from typing import Any

from services.accounting.cases.rebuild import rebuild
from shared.events.kandas import QuotaInclusion, RegionalQuotaPool
from shared.events.permits import QuotaPool
from shared.testing.api import Api
from shared.testing.people import person
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
    for finer in ("3._T.75._T", "3._T.KZ._T", "_T.F.KZ._T", "_T._T.75._T", "_T._T.KZ.UZB"):
        asked = await api.client.get(f"/sdmx/v1/data/DF_QUOTA/A.QUOTA_USED.REGISTER._T._T.{finer}")
        assert asked.status_code == 403, "without noise, and so of the nation alone"


def regional(version: int, size: int, region: str | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "source_id": f"2024:{version}:{size}", "year": 2024, "quota_version": version, "act": f"order {version}",
        "holds_from": f"2024-01-1{version}", "kind": "kandas", "region": region, "size": size,
    } | changes  # fmt: skip


async def test_regional_quotas_stand_beside_who_was_included_as_the_newest_version_sets_them(
    api: Api, written: Accounting
) -> None:
    included = {
        "kind": "kandas", "person": person(), "region": "55", "country_of_origin": "MNG", "state": "included",
        "included_on": "2024-02-01",
    }  # fmt: skip
    await say(written, QuotaInclusion, included)
    await say(
        written,
        RegionalQuotaPool,
        regional(2, 3033),  # newer than what is told after it, and more than its regions together
        regional(2, 950, "55"),
        regional(2, 6450, kind="resettler"),
        regional(1, 2433),
        regional(1, 900, "55"),
        regional(1, 40, "39"),  # a region that the newer version has not
        regional(1, 77, "59", kind="resettler"),
        regional(1, 2337, year=2023, holds_from="2023-01-05"),
    )

    at = ("TIME_PERIOD", "REF_AREA")

    async def figures() -> dict[str, dict[Any, int]]:
        return {
            f"{flow} {code}": await read(api, f"{flow}/A.{code}.REGISTER..{origin}?endPeriod=2024", *at)
            for flow, code, origin in (
                ("DF_KANDAS", "KANDAS_QUOTA", "_T"),
                ("DF_KANDAS", "KANDAS_INCLUDED", "_T"),
                ("DF_INTERNAL", "RESETTLERS_QUOTA", "KZ"),
            )
        }

    expected = {
        "DF_KANDAS KANDAS_QUOTA": {("2023", "KZ"): 2337, ("2024", "KZ"): 3033, ("2024", "55"): 950},
        "DF_KANDAS KANDAS_INCLUDED": {("2024", "KZ"): 1, ("2024", "55"): 1},
        "DF_INTERNAL RESETTLERS_QUOTA": {("2024", "KZ"): 6450},
    }
    assert await figures() == expected
    await rebuild(written.database.owner_url.replace("+asyncpg", ""), lambda _: None)
    assert await figures() == expected
    await say(written, RegionalQuotaPool, regional(3, 0, "55"), regional(3, 600))
    after = await read(api, "DF_KANDAS/A.KANDAS_QUOTA.REGISTER..", "TIME_PERIOD", "REF_AREA", "PARTNER")
    assert after == {("2023", "KZ", "_T"): 2337, ("2024", "KZ", "_T"): 600, ("2024", "55", "_T"): 0}
