"""Forecasts from a release: made once by the real models, frozen, and read by everybody."""

import asyncio
import csv
import io
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg
import numpy as np
import pytest

from services.accounting.cases.forecasts.forecast import LARGEST, forecast_newest
from services.accounting.intake import forecasts as apart
from services.accounting.intake.monthly import release_monthly
from services.accounting.rules.forecasts.models import damped_trend
from services.accounting.rules.forecasts.series import Floats, month_number, period_of
from services.accounting.rules.residence.reckoning import UNDECLARED
from services.accounting.store.releases import public, release
from services.accounting.store.releases.public import PublicFigure
from shared.db.engine import make_engine
from shared.testing.api import Api
from tests.accounting.conftest import CONTROL, Accounting
from tests.accounting.test_forecast_rules import seasonal

START = month_number("2017-01")
NATION = "M.{}.{}.KZ._T.{}._T._T._T"
COUNTRIES = ("UZB", "RUS", "CHN", "KGZ", "TUR", "IND", "DEU", "TJK", "TKM", "MNG", "USA", "FRA")
FORECASTING = "SELECT FROM pg_stat_activity WHERE application_name = 'kosh-accounting-forecast'"
CUT = datetime(2026, 6, 10, 12, tzinfo=UTC)


def months(
    indicator: str, values: Floats, citizen: str = "_T", first: int = START, method: str = "M1216"
) -> list[PublicFigure]:
    margin, key = "" if citizen == "_T" else "CITIZEN", NATION.format(indicator, method, citizen)
    return [
        PublicFigure("DF_FLOW", margin, key, period_of(first + at), int(value), "A") for at, value in enumerate(values)
    ]


async def released(connection: asyncpg.Connection) -> int:
    """A release with months of the nation and of twelve citizenships, more than are forecast; one month is no final."""
    arrivals = seasonal(96) + np.round(np.linspace(0, 200, 96))
    broken = np.where(np.arange(96) < 80, seasonal(96, 2), 20.0)
    figures = [*months("IMM", arrivals), *months("EMI", broken)]
    figures.append(PublicFigure("DF_FLOW", "", NATION.format("IMM", "M1216", "_T"), "2025-01", 9_999, "E"))
    for place, country in enumerate(COUNTRIES):
        figures += months("IMM", np.full(40, 500.0 - place), country, START + 56)
    number = await release.add(connection, CUT, CUT, UNDECLARED, [], None, "1")
    await public.add(connection, number, figures)
    return number


async def test_a_release_is_forecast_once_and_everybody_reads_it(api: Api, written: Accounting) -> None:
    engine = make_engine(written.database.intake_url)
    assert await forecast_newest(engine) is None, "there is no release"
    assert (await api.client.get("/v1/forecasts")).json() == []
    number = await released(written.connection)
    run = await forecast_newest(engine)
    assert run is not None
    assert (run.release, run.series) == (number, 6 + 2 * LARGEST)
    assert await forecast_newest(engine) is None, "they are made"
    await engine.dispose()

    listed = (await api.client.get("/v1/forecasts", params={"lang": "en"})).json()
    assert len(listed) == run.series
    assert [each["citizenship"] for each in listed[6::2]] == sorted(COUNTRIES, key=COUNTRIES.index)[:LARGEST]
    found = {each["id"]: each for each in listed}
    arrivals = found[NATION.format("IMM", "M1216", "_T")]
    assert (arrivals["model"], arrivals["learned_through"]) == ("ETS", "2024-12"), "estimates are not learned from"
    ets, naive = sorted(arrivals["scores"], key=lambda each: each["model"])
    assert (ets["model"], naive["model"]) == ("ETS", "SNAIVE")
    assert ets["mase"] < naive["mase"]
    assert f"MASE {ets['mase']:.2f}" in arrivals["explanation"]
    departures = found[NATION.format("EMI", "M1216", "_T")]
    assert (departures["stopped"], departures["model"]) == ("BREAK", None)
    assert found[NATION.format("NET", "M1216R", "_T")]["stopped"] == "SHORT"

    one = (await api.client.get(f"/v1/forecasts/{arrivals['id']}")).json()
    assert [month["period"] for month in one["months"]] == [f"2025-{month:02}" for month in range(1, 13)]
    assert all(month["lower_95"] < month["lower_80"] < month["value"] < month["upper_80"] for month in one["months"])
    await _is_shown_on_the_site(api, one)
    assert (await api.client.get(f"/v1/forecasts/{departures['id']}")).json()["months"] == []
    for unknown in ("M.IMM.M1216.KZ._T.FRA._T._T._T", "x", "._T" * 40):
        assert (await api.client.get(f"/v1/forecasts/{unknown}")).status_code == 404
    assert (await api.client.get("/v1/forecasts/%00")).status_code == 400

    for change in ("DELETE FROM", "TRUNCATE"):
        for table in ("forecast", "forecast_series", "forecast_score"):
            with pytest.raises(asyncpg.PostgresError):
                await written.connection.execute(f"{change} public_figures.{table}")


async def _is_shown_on_the_site(api: Api, one: dict[str, Any]) -> None:
    """Arrivals as a view and as SDMX, with what the API says of them; departures with the break that stops them."""
    own, series = "/data/forecasts.{}?method=M1216&lang=en", "/sdmx/v1/data/DF_FORECAST/M.{}.M1216.KZ._T..?format=csv"
    page, told, picture = [
        (await api.client.get(path)).text
        for path in ("/en/forecasts?method=M1216", series.format("IMM"), own.format("svg"))
    ]
    ets, naive = sorted(one["scores"], key=lambda each: each["model"])

    errors = [round(100 * each["mase"]) for each in (ets, naive)]
    score = "off by {}% of a usual change from year to year (MASE), saying “as a year before” by {}%;"
    assert score.format(*errors) in page
    assert page.count('class="band s2"') == picture.count('class="band s2"') * 2 == 4, "80 and 95 %, wide and narrow"
    rows = [*csv.DictReader(io.StringIO(told.removeprefix("\ufeff")))]
    for model in (ets, naive):
        measured = {each["FORECAST"]: each["OBS_VALUE"] for each in rows if each["MODEL"] == model["model"]}
        assert float(measured["MASE"]) == round(model["mase"], 2)
        assert float(measured["COVERED_95"]) == round(100 * model["covered_95"], 2)
    expected = {each["TIME_PERIOD"]: float(each["OBS_VALUE"]) for each in rows if each["FORECAST"] == "EXPECTED"}
    assert expected == {month["period"]: month["value"] for month in one["months"]}
    assert {each["OBS_STATUS"] for each in rows if each["FORECAST"] == "UPPER_80"} == {"F"}

    kept = (await api.client.get(own.format("json"))).json()["rows"]
    assert {each["period"]: each["expected"] for each in kept if each["expected"] is not None} == expected
    assert sum(each["counted"] is not None for each in kept) == 97
    assert (await api.client.get(own.format("xlsx"))).content.startswith(b"PK")
    table = [*csv.DictReader(io.StringIO((await api.client.get(own.format("csv"))).text))]
    assert [(each["upper_95"], each["status"]) for each in table[-1:]] == [(str(one["months"][-1]["upper_95"]), "F")]

    broken = (await api.client.get(series.format("EMI"))).text
    assert "_T,BREAK," in broken
    assert "EXPECTED" not in broken
    assert (
        "Nothing is forecast: the level of the year"
        in (await api.client.get("/en/forecasts?method=M1216&indicator=EMI")).text
    )
    assert (await api.client.get(f"{series.format('IMM')}&asOf=2026-01-01")).status_code == 404
    history = (await api.client.get(f"{series.format('IMM')}&includeHistory=true")).text
    assert history.count(",EXPECTED,") == 12
    assert (await api.client.get(f"{series.format('IMM')}&updatedAfter=2026-01-01")).text == history
    exact = await api.client.get(series.format("IMM"), headers=api.token("statistician"))
    assert exact.text == told
    second = await api.client.get("/sdmx/v2/data/dataflow/KOSH/DF_FORECAST/~/M.IMM.M1216.KZ._T.ETS.EXPECTED")
    assert second.text.count(",EXPECTED,") == 12
    assert (await api.client.get("/sdmx/v2/availability/dataflow/KOSH/DF_FORECAST/~")).status_code == 200
    for unknown in ("IMM_OPEN", "%27", "M" * 41):
        assert (await api.client.get(f"/en/forecasts?indicator={unknown}")).status_code in (400, 422)


async def test_forecasts_come_by_themselves_all_or_none(
    written: Accounting, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name, value in written.database.settings("accounting").items():
        monkeypatch.setenv(name, value)
    caplog.set_level(logging.INFO, apart.__name__)

    def said() -> list[str]:
        """Whatever else is told: a driver that is cancelled while it connects complains."""
        return [each.getMessage() for each in caplog.records if each.name == apart.__name__]

    number = await release.add(written.connection, CUT, CUT, UNDECLARED, [], None, "1")
    owner = await asyncpg.connect(written.database.owner_url.replace("+asyncpg", ""))

    with monkeypatch.context() as bare:
        bare.setattr(apart, "find_spec", lambda _: None)
        apart.can_forecast.cache_clear()
        async with clock(written, look=0):
            await until(lambda: bool(said()))
            await asyncio.sleep(0.1)
    apart.can_forecast.cache_clear()
    assert [each.partition(":")[0] for each in said()] == ["nothing is forecast here"], "once"

    async def asks(statement: str) -> bool:
        return bool(await written.connection.fetchval(f"SELECT EXISTS ({statement})"))

    held = owner.transaction()
    await held.start()
    await owner.execute("LOCK TABLE public_figures.forecast_score IN ACCESS EXCLUSIVE MODE")
    async with clock(written):
        await until(lambda: asks(f"{FORECASTING} AND wait_event_type = 'Lock'"))
    await held.rollback()
    await until(lambda: asks(f"{FORECASTING} HAVING count(*) = 0"))
    assert not await asks("SELECT FROM public_figures.forecast_series"), "killed in the middle"

    async with clock(written):
        await until(lambda: asks("SELECT FROM public_figures.forecast_series"))
        await until(lambda: said()[-1] == f"release {number}: 0 of 6 series are forecast")
    await owner.close()


@asynccontextmanager
async def clock(written: Accounting, look: float = 0.1) -> AsyncIterator[None]:
    """The intake's, which looks all the time, until the block ends."""
    address = written.database.intake_url.replace("+asyncpg", "")
    looking = asyncio.create_task(release_monthly(address, CONTROL, look))
    try:
        yield
    finally:
        looking.cancel()
        await asyncio.wait([looking])


async def until(holds: Callable[[], bool | Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while True:
            found = holds()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.02)


def test_the_damped_trend_shifts_and_scales_with_its_series_and_fits_nothing_without_spread() -> None:
    values = seasonal(72)
    plain, again, moved = damped_trend(values), damped_trend(values), damped_trend(values * 3 + 1_000)
    assert plain is not None
    assert again is not None
    assert moved is not None
    assert (plain.mean.tobytes(), plain.error.tobytes()) == (again.mean.tobytes(), again.error.tobytes())
    np.testing.assert_allclose(moved.mean, plain.mean * 3 + 1_000, rtol=1e-4)
    np.testing.assert_allclose(moved.error, plain.error * 3, rtol=1e-3)
    assert np.all(np.diff(plain.error) >= 0), "what is further away is less sure"
    assert damped_trend(np.full(72, 300.0)) is None
