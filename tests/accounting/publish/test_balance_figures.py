"""DF_BALANCE: the population's growth beside natural growth and net migration, and what is left unexplained."""

import csv

import httpx

from services.accounting.cases.releases.cut import cut_release
from services.accounting.rules.disclosure.cubes import nation
from tests.accounting.conftest import CONTROL, Accounting
from tests.accounting.publish.test_published_figures import NET, Loading, client, loading, read
from tests.accounting.world import World

__all__ = ["client", "loading"]

BALANCE = NET.with_name("published_balance.csv")


async def test_the_coupons_close_but_for_the_census_gap(
    accounting: Accounting, loading: Loading, client: httpx.AsyncClient
) -> None:
    await accounting.take(World(4, people=40).stream())
    await loading.files(NET)
    await loading.files(BALANCE)
    await cut_release(accounting.connection, CONTROL._replace(cubes=nation))
    rows = await read(client, "/DF_BALANCE/A.RESIDUAL.COUPON.KZ")
    assert {row["TIME_PERIOD"]: row["OBS_VALUE"] for row in rows} == {
        **dict.fromkeys(("2018", "2019", "2020", "2022", "2023", "2024"), "0"),
        "2021": "380736",
    }
    ours = await read(client, "/DF_BALANCE/A.NET+RESIDUAL.M1216.KZ")
    found = {(row["INDICATOR"], row["TIME_PERIOD"]): int(row["OBS_VALUE"]) for row in ours}
    flow = await read(client, "/DF_FLOW/A.NET.M1216.KZ._T._T._T._T._T")
    assert {year: value for (code, year), value in found.items() if code == "NET"} == {
        row["TIME_PERIOD"]: int(row["OBS_VALUE"]) for row in flow
    }
    assert found["RESIDUAL", "2021"] == 380736 - 21217 - found["NET", "2021"], "and it tells no more than the flow does"


async def test_a_region_is_balanced_where_its_series_counts_moves_from_other_regions(
    accounting: Accounting, loading: Loading, client: httpx.AsyncClient, statistician: dict[str, str]
) -> None:
    await accounting.take(World(4, people=40).stream())
    await loading.files(NET)
    await loading.files(BALANCE)
    rows = await read(client, "/DF_BALANCE/A.RESIDUAL..75", statistician)
    assert {(row["METHOD"], row["TIME_PERIOD"]) for row in rows} == {("COUPON", "2023"), ("COUPON", "2024")}
    with BALANCE.open(encoding="utf-8") as file:
        held = {(row["key"], row["period"]): int(row["value"]) for row in csv.DictReader(file)}
    population, growth, net = "A.POPULATION.PUBLISHED.75", "A.NATURAL_GROWTH.PUBLISHED.75", "A.NET.COUPON.75"
    for row in rows:
        year = row["TIME_PERIOD"]
        grown = held[population, str(int(year) + 1)] - held[population, year]
        assert int(row["OBS_VALUE"]) == grown - held[growth, year] - held[net, year]
        assert row["COMMENT_OBS"].startswith(f"{held[population, str(int(year) + 1)]} - {held[population, year]} - ")
