"""What everybody reads: finals of a release, frozen; small counts withheld, and nothing that gives them back."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import asyncpg
import pytest

from services.accounting.cases.releases.cut import cut_due, cut_release
from services.accounting.intake.decode import decode
from services.accounting.rules.disclosure.withholding import is_small
from services.accounting.rules.figures.dataflows import FLOWS
from shared import clock
from shared.events.police import Violation
from shared.events.portal import ResidenceRegistration
from shared.testing.api import Api
from shared.testing.people import person
from tests.accounting.conftest import HASHES, Accounting
from tests.accounting.world import Version, World, event

FLOW = "DF_FLOW/all"
TODAY = datetime(2024, 6, 10, 12, tzinfo=UTC)

_numbers = count(1)
Figures = dict[tuple[str, ...], int]


@pytest.fixture(autouse=True)
def _in_june_2024() -> Iterator[None]:
    with clock.set_to(TODAY):
        yield


async def read(api: Api, address: str, role: str | None = None) -> Figures:
    """Value by FREQ, INDICATOR, METHOD and period; nothing where it answers that there is nothing."""
    headers = {"Accept": "text/csv"} | (api.token(role) if role else {})
    answer = await api.client.get(f"/sdmx/v1/data/{address}", headers=headers)
    assert answer.status_code in (200, 404), answer.text
    rows = csv.DictReader(answer.text.splitlines() if answer.status_code == 200 else [])
    return {
        (row["FREQ"], row["INDICATOR"], row["METHOD"], row["TIME_PERIOD"]): int(row["OBS_VALUE"])
        for row in rows
        if not row["SOURCE"]
    }


async def found(written: Accounting, **by_day: int) -> None:
    """So many violations on each day, written `d2023_01_15`."""
    days = [day[1:].replace("_", "-") for day, several in by_day.items() for _ in range(several)]
    records = [
        {
            "source_id": f"V-{next(_numbers)}", "person": person(), "violation": "other", "region": "71",
            "found_on": day, "article": "517",
        }
        for day in days
    ]  # fmt: skip
    await say(written, Violation, records)


async def say(written: Accounting, fact: Any, records: list[dict[str, Any]]) -> None:
    events = [
        event(record["source_id"], 1, Version(fact.TYPE, record, False)) | {"position": number}
        for number, record in enumerate(records, 1)
    ]
    batch = decode(fact.PRODUCER, events, HASHES)
    assert batch.parked == []
    await written.writer.take(batch)


async def test_before_a_release_nobody_reads_a_computed_figure(api: Api, written: Accounting) -> None:
    await written.take(World(4, people=40).stream())
    assert {method for _, _, method, _ in await read(api, FLOW)} <= {"COUPON", "PUBLISHED"}
    assert await read(api, "DF_BORDER/all") == {}
    assert await read(api, "DF_BORDER/all", "statistician") != {}


async def test_a_stranger_reads_final_years_and_quarters_alone(api: Api, written: Accounting) -> None:
    await written.take(World(4, people=40).stream())
    await cut_release(written.connection)
    for flow in FLOWS:
        answer = await api.client.get(f"/sdmx/v1/data/{flow}/all?format=csv")
        for row in csv.DictReader(answer.text.splitlines() if answer.status_code == 200 else []):
            if not row["SOURCE"]:
                assert row["FREQ"] in ("A", "Q")
                assert (row["OBS_STATUS"], row["CONF_STATUS"]) == ("A", "F")
    exact = await read(api, "DF_FLOW/A+Q.IMM+EMI+NET.M1216.KZ._T._T._T._T._T", "statistician")
    public = await read(api, "DF_FLOW/A+Q.IMM+EMI+NET.M1216.KZ._T._T._T._T._T")
    assert public
    assert public.items() < exact.items(), "what is not final is not there"


async def test_months_are_refused_to_a_stranger(api: Api) -> None:
    for freq in ("M", "A+M"):
        answer = await api.client.get(f"/sdmx/v1/data/DF_FLOW/{freq}.IMM.M1216......")
        assert answer.status_code == 403


async def test_a_release_stays_as_it_was(api: Api, written: Accounting) -> None:
    world = World(4, people=40)
    await written.take(world.stream())
    first = await cut_release(written.connection)
    before = await read(api, FLOW)
    world.correct(0.3)
    await written.take(world.stream(order=1))
    assert await read(api, FLOW) == before, "what was counted since is not released"
    with clock.set_to(TODAY + timedelta(days=40)):
        await cut_release(written.connection)
    after = await read(api, FLOW)
    assert after != before
    for moment in (first.cut_at.isoformat(), "2024-06-10", "2024-07-01T00:00:00Z"):
        assert await read(api, f"{FLOW}?asOf={moment.replace('+', '%2B')}") == before
        assert await read(api, f"{FLOW}?asOf={moment.replace('+', '%2B')}", "statistician") == before
    assert await read(api, f"{FLOW}?asOf=2024-08-01") == after
    assert await read(api, f"{FLOW}?asOf=2024-06-09") == {}


@pytest.mark.parametrize("moment", ["yesterday", "2024-02-30", "2024-06-10T12:00:00", "9999", "٢٠٢٤-٠١-٠١"])
async def test_a_moment_that_is_none_is_named(api: Api, moment: str) -> None:
    answer = await api.client.get("/sdmx/v1/data/DF_FLOW/all", params={"asOf": moment})
    assert answer.status_code == 400
    assert [fault["parameter"] for fault in answer.json()["errors"]] == ["asOf"]


@pytest.mark.parametrize(
    "statement", ["UPDATE released_figure SET value = 1", "DELETE FROM release", "TRUNCATE release"]
)
@pytest.mark.parametrize("owner", [False, True])
async def test_nobody_changes_what_was_released(written: Accounting, statement: str, owner: bool) -> None:
    await written.take(World(4, people=10).stream())
    await cut_release(written.connection)
    address = written.database.owner_url if owner else written.database.app_url
    connection = await asyncpg.connect(address.replace("+asyncpg", ""))
    with pytest.raises(asyncpg.PostgresError, match=r"stays as it is|permission denied"):
        await connection.execute(statement)
    await connection.close()


async def test_small_counts_of_a_register_are_withheld_with_a_complement(api: Api, written: Accounting) -> None:
    await found(written, d2023_01_15=3, d2023_05_01=20, d2023_08_01=30, d2023_11_01=40)
    cut = await cut_release(written.connection)
    public = await read(api, "DF_STAY/.VIOLATIONS.REGISTER..")
    assert public == {
        ("A", "VIOLATIONS", "REGISTER", "2023"): 93,
        ("Q", "VIOLATIONS", "REGISTER", "2023-Q3"): 30,
        ("Q", "VIOLATIONS", "REGISTER", "2023-Q4"): 40,
        ("Q", "VIOLATIONS", "REGISTER", "2024-Q1"): 0,
    }
    assert cut.withheld == 2
    exact = await read(api, "DF_STAY/Q.VIOLATIONS.REGISTER.KZ._T", "statistician")
    assert exact["Q", "VIOLATIONS", "REGISTER", "2023-Q1"] == 3


async def test_two_releases_together_give_nothing_back(api: Api, written: Accounting) -> None:
    """Three quarters were released before the year had ended: it is the year that hides the fourth."""
    await found(written, d2023_01_15=10, d2023_05_01=20, d2023_08_01=30)
    with clock.set_to(datetime(2023, 11, 1, tzinfo=UTC)):
        await cut_release(written.connection)
        before = await read(api, "DF_STAY/.VIOLATIONS.REGISTER..")
    await found(written, d2023_11_15=2)
    await cut_release(written.connection)
    public = before | await read(api, "DF_STAY/.VIOLATIONS.REGISTER..")
    assert {period for *_, period in public} == {"2023-Q1", "2023-Q2", "2023-Q3", "2024-Q1"}


async def test_no_difference_gives_a_small_count_back(api: Api, written: Accounting) -> None:
    """Net migration by registrations is arrivals less departures: two of the three may be shown."""
    acts = [("registration", 40), ("deregistration", 2)]
    records = [
        {
            "source_id": f"R-{next(_numbers)}", "act": act, "date": "2023-02-01", "person": person(), "region": "71",
            "counterpart_country": "DEU",
        }
        for act, several in acts
        for _ in range(several)
    ]  # fmt: skip
    await say(written, ResidenceRegistration, records)
    await cut_release(written.connection)
    public = await read(api, "DF_FLOW/.IMM+EMI+NET.COUPON......")
    of_quarter = {indicator: value for (_, indicator, _, period), value in public.items() if period == "2023-Q1"}
    assert len(of_quarter) == 1
    assert not any(map(is_small, of_quarter.values()))


async def test_a_month_has_one_release_by_itself(written: Accounting) -> None:
    assert await cut_due(written.connection) is None, "nothing is declared yet"
    await written.take(World(4, people=5).stream())
    assert await cut_due(written.connection) is not None
    assert await cut_due(written.connection) is None
    with clock.set_to(datetime(2024, 6, 30, 18, 59, tzinfo=UTC)):  # half past eleven in the evening in Almaty
        assert await cut_due(written.connection) is None
    with clock.set_to(datetime(2024, 6, 30, 19, 1, tzinfo=UTC)):
        assert await cut_due(written.connection) is not None


async def test_a_coverage_that_shrinks_is_corrected_by_a_release_with_its_reason(api: Api, written: Accounting) -> None:
    """A day that was covered by mistake made figures final: they are withdrawn now, not at the end of the month."""
    world = World(4, people=40)
    await written.take(world.stream())
    assert await cut_due(written.connection) is not None
    before, (first,) = await read(api, FLOW), (await api.client.get("/v1/releases")).json()
    start = date.fromisoformat(first["covered_from"])
    world.declare(start, (end := world.obs_end - timedelta(days=500)))
    await written.take(world.stream(order=1))
    later = TODAY + timedelta(hours=1)
    with clock.set_to(later):
        assert await cut_due(written.connection) is not None
        assert await cut_due(written.connection) is None
    after = await read(api, FLOW)
    assert {period for *_, period in after} < {period for *_, period in before}
    corrected, same = (await api.client.get("/v1/releases")).json()
    assert same == first
    assert (first["reason"], corrected["reason"]) == (None, "coverage_shrank")
    assert corrected["covered_through"] == (end - timedelta(days=1)).isoformat()
    assert await read(api, f"{FLOW}?asOf={TODAY.isoformat().replace('+', '%2B')}") == before
    world.declare(start, world.obs_end + timedelta(days=30))
    await written.take(world.stream(order=2))
    with clock.set_to(later + timedelta(hours=1)):
        assert await cut_due(written.connection) is None, "more is released in its turn"
