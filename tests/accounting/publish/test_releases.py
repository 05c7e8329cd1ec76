"""What everybody reads: the public cubes of a release, frozen, after disclosure control."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, get_args

import asyncpg
import pytest

from services.accounting.cases.indicators import INDICATORS, Source
from services.accounting.cases.releases.cut import cut_due, cut_release
from services.accounting.cases.releases.treated import TREATED
from services.accounting.intake.decode import decode
from services.accounting.rules.disclosure.cell_key import MOST, WITHHELD, record_key, table
from services.accounting.rules.disclosure.cubes import cubes, named
from services.accounting.rules.figures.dataflows import FLOWS, OF_RELEASES
from services.accounting.store.register_records import VIOLATIONS
from services.accounting.store.releases import public
from services.accounting.store.releases.release import LOCK
from shared import clock
from shared.events.police import Violation
from shared.events.portal import HostNotification
from shared.testing.api import Api
from shared.testing.people import person
from tests.accounting.conftest import CONTROL, HASHES, QUIET, Accounting, intake_of
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
    await cut_release(written.connection, QUIET)
    for flow in FLOWS:
        answer = await api.client.get(f"/sdmx/v1/data/{flow}/all?format=csv")
        for row in csv.DictReader(answer.text.splitlines() if answer.status_code == 200 else []):
            if not row["SOURCE"]:
                assert row["FREQ"] in ("A", "Q") or flow in OF_RELEASES, "months are there for who names them"
                assert (row["OBS_STATUS"], row["CONF_STATUS"]) == ("A", "F")
    exact = await read(api, "DF_FLOW/A+Q.IMM+EMI+NET.M1216.KZ._T._T._T._T._T", "statistician")
    public = await read(api, "DF_FLOW/A+Q.IMM+EMI+NET.M1216.KZ._T._T._T._T._T")
    assert public
    assert public.items() < exact.items(), "what is not final is not there"


async def test_what_is_in_no_released_cube_is_refused_to_a_stranger(api: Api) -> None:
    for key in (
        "M.IMM.M1216.KZ._T._T.F._T._T",
        "A+M.IMM.M1216.71.....",
        "A.IMM.M1216.71..KAZ...",
        "Q.IMM.M1216....F..",
    ):
        answer = await api.client.get(f"/sdmx/v1/data/DF_FLOW/{key}")
        assert answer.status_code == 403
        assert "SEX x AGE" in answer.text, "it says which cubes there are"


async def test_a_release_stays_as_it_was(api: Api, written: Accounting) -> None:
    world = World(4, people=40)
    await written.take(world.stream())
    first = await cut_release(written.connection, QUIET)
    before = await read(api, FLOW)
    world.correct(0.3)
    await written.take(world.stream(order=1))
    assert await read(api, FLOW) == before, "what was counted since is not released"
    with clock.set_to(TODAY + timedelta(days=40)):
        await cut_release(written.connection, QUIET)
    after = await read(api, FLOW)
    assert after != before
    for moment in (first.cut_at.isoformat(), "2024-06-10", "2024-07-01T00:00:00Z"):
        assert await read(api, f"{FLOW}?asOf={moment.replace('+', '%2B')}") == before
        assert await read(api, f"{FLOW}?asOf={moment.replace('+', '%2B')}", "statistician") == before
    assert await read(api, f"{FLOW}?asOf=2024-08-01") == after
    assert await read(api, f"{FLOW}?asOf=2024-06-09") == {}


@pytest.mark.parametrize(
    "moment",
    [
        *("yesterday", "2024-02-30", "2024-06-10T12:00:00", "9999", "٢٠٢٤-٠١-٠١"),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    ],
)
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
    await cut_release(written.connection, QUIET)
    address = written.database.owner_url if owner else written.database.app_url
    connection = await asyncpg.connect(address.replace("+asyncpg", ""))
    with pytest.raises(asyncpg.PostgresError, match=r"stays as it is|permission denied"):
        await connection.execute(statement)
    await connection.close()


async def test_every_published_count_is_a_counted_one_with_the_noise_of_its_persons(
    api: Api, written: Accounting
) -> None:
    world = World(4, people=60)
    await written.take(world.stream())
    await found(written, d2023_01_15=1, d2023_05_01=2, d2023_08_01=3, d2023_11_01=30)
    guest = {
        "channel": "vmp", "state": "notified", "region": "61", "host_kind": "person", "stay_from": "2023-01-10",
        "purpose": "work",
    }  # fmt: skip
    guests = [guest | {"source_id": f"guest-{number}", "person": person(citizenship="UZB")} for number in range(20)]
    await say(written, HostNotification, guests)
    cut = await cut_release(written.connection, CONTROL)
    public = await _public(written.connection, cut.release)
    exact = await _exact(api, public)
    assert cut.shown == len(public)
    assert {flow for flow, *_ in public} >= {"DF_FLOW", "DF_STOCK", "DF_BORDER", "DF_STAY", "DF_EMIGRATION"}
    for cell, value in public.items():
        _, (_, indicator, *_), _ = cell
        if indicator != "NET":
            assert abs(value - exact[cell]) <= MOST, cell
            assert not 0 < abs(value) <= WITHHELD, cell
            assert value == 0 or exact[cell], cell
    moved = [value - exact[cell] for cell, value in public.items()]
    assert any(moved)
    assert abs(sum(moved)) < len(moved) / 2
    _one_value_by_every_path(public)
    await _by_the_definition(written.connection, public)
    with clock.set_to(TODAY + timedelta(hours=1)):
        again = await cut_release(written.connection, CONTROL)
    assert await _public(written.connection, again.release) == public, "releases together tell no more than one"


Cells = dict[tuple[str, tuple[str, ...], str], int]


async def _public(connection: asyncpg.Connection, release: int) -> Cells:
    rows = await connection.fetch(
        "SELECT flow, margin, key, period, value FROM public_figures.figure WHERE release = $1", release
    )
    for flow, margin, key, *_ in rows:
        assert key[0] in cubes(flow)[frozenset(margin.split(" x ")) - {""}], (flow, margin, key)
        assert margin == named(FLOWS[flow], frozenset(margin.split(" x ")))
    return {(flow, tuple(key.split(".")), period): int(value) for flow, _, key, period, value in rows}


async def _exact(api: Api, public: Cells) -> Cells:
    """What a statistician reads of the same cells, cube by cube."""
    found: Cells = {}
    for flow in {flow for flow, *_ in public}:
        for margin, often in cubes(flow).items():
            key = ".".join(
                "+".join(sorted(often)) if each.id == "FREQ" else "" if each.id in margin else each.total or ""
                for each in FLOWS[flow].dimensions
            )
            answer = await api.client.get(f"/sdmx/v1/data/{flow}/{key}?format=csv", headers=api.token("statistician"))
            for row in csv.DictReader(answer.text.splitlines() if answer.status_code == 200 else []):
                at = tuple(row[each.id] for each in FLOWS[flow].dimensions)
                found[flow, at, row["TIME_PERIOD"]] = int(float(row["OBS_VALUE"]))
    return found


def _one_value_by_every_path(public: Cells) -> None:
    """What counts the same persons is the same figure; what is a difference is that of published figures."""
    nets = 0
    for (flow, (often, indicator, method, *place), period), value in public.items():
        at = {code: public.get((flow, (often, code, method, *place), period)) for code in ("IMM", "EMI", "IMM_FINAL")}
        if flow == "DF_FLOW" and indicator == "IMM" and at["IMM_FINAL"] is not None:
            assert value == at["IMM_FINAL"]
        if flow == "DF_FLOW" and indicator == "NET" and method != "COUPON" and None not in (at["IMM"], at["EMI"]):
            assert value == (at["IMM"] or 0) - (at["EMI"] or 0)
            nets += 1
        if flow == "DF_BALANCE" and indicator == "NET":
            assert value == public["DF_FLOW", (often, "NET", method, "KZ", *["_T"] * 5), period]
        if flow == "DF_EMIGRATION" and indicator == "LEFT_BORDER":
            assert value == public["DF_FLOW", (often, "EMI", method, "KZ", *place, *["_T"] * 4), period]
    assert nets


async def _by_the_definition(connection: asyncpg.Connection, public: Cells) -> None:
    """Of violations, whose persons are few enough to add their keys up by hand."""
    secret = CONTROL.secret.get_secret_value().encode()
    asked = f"SELECT person, {VIOLATIONS.since} AS day FROM derived.record WHERE kind = $1"  # noqa: S608
    rows = await connection.fetch(asked, Violation.NAME)
    assert len(rows) == 36
    for period, month in (("2023-Q1", 1), ("2023-Q2", 5), ("2023-Q3", 8), ("2023-Q4", 11)):
        keys = [record_key(secret, row["person"]) for row in rows if row["day"].month == month]
        published = public["DF_STAY", ("Q", "VIOLATIONS", "REGISTER", "KZ", "_T"), period]
        assert published == table().published(len(keys), sum(keys))


async def test_who_becomes_another_person_or_one_more_changes_only_their_cells(api: Api, written: Accounting) -> None:
    await found(written, d2023_01_15=10, d2023_05_01=20, d2023_08_01=30)
    first = await cut_release(written.connection, CONTROL)
    await found(written, d2023_05_02=1)
    with clock.set_to(TODAY + timedelta(hours=1)):
        second = await cut_release(written.connection, CONTROL)
    before, after = [await _public(written.connection, each.release) for each in (first, second)]
    changed = {cell[2] for cell, value in after.items() if before.get(cell) != value}
    assert changed <= {"2023", "2023-Q2", "2023-05"}
    told = (await api.client.get(f"/v1/releases/{second.release}/differences")).json()["figures"]
    assert {each["period"] for each in told} <= changed
    assert all(each["causes"] is None for each in told)


async def test_the_secret_is_shown_nowhere(api: Api, written: Accounting, caplog: pytest.LogCaptureFixture) -> None:
    await found(written, d2023_05_01=3)
    with caplog.at_level("DEBUG"):
        cut = await cut_release(written.connection, CONTROL)
    secret = CONTROL.secret.get_secret_value()
    answers = [(await api.client.get(path)).text for path in ("/v1/releases", f"/v1/releases/{cut.release}", "/")]
    assert all(secret not in text for text in (*answers, repr(CONTROL), str(CONTROL), caplog.text, repr(cut)))
    assert not await written.connection.fetch("SELECT 1 FROM pg_class WHERE relname IN ('record_key', 'cell_key')")


async def test_a_month_has_one_release_by_itself(written: Accounting, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await cut_due(written.connection, QUIET) is None, "nothing is declared yet"
    await written.take(World(4, people=5).stream())
    await _is_killed_half_way(written, monkeypatch)
    assert await cut_due(written.connection, QUIET) is not None
    assert await cut_due(written.connection, QUIET) is None
    with clock.set_to(datetime(2024, 6, 30, 18, 59, tzinfo=UTC)):  # half past eleven in the evening in Almaty
        assert await cut_due(written.connection, QUIET) is None
    with clock.set_to(datetime(2024, 6, 30, 19, 1, tzinfo=UTC)):
        assert await cut_due(written.connection, QUIET) is not None


async def _is_killed_half_way(written: Accounting, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose connection goes once the release is stored and its figures are not leaves nothing of it."""
    other = await intake_of(written.database)

    async def killed(connection: asyncpg.Connection, release: int, _: object) -> None:
        assert await connection.fetchval("SELECT count(*) FROM released_figure WHERE release = $1", release)
        connection.terminate()
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(public, "add", killed)
        with pytest.raises((ConnectionError, asyncpg.InterfaceError)):
            await cut_due(other, QUIET)
    await written.connection.execute(f"SELECT pg_advisory_lock({LOCK}), pg_advisory_unlock({LOCK})")  # until it is gone
    for name in ("release", "released_figure", "released_gap", "released_cause", "public_figures.figure"):
        assert not await written.connection.fetchval(f"SELECT count(*) FROM {name}")  # noqa: S608


async def test_a_coverage_that_shrinks_is_corrected_by_a_release_with_its_reason(api: Api, written: Accounting) -> None:
    """A day that was covered by mistake made figures final: they are withdrawn now, not at the end of the month."""
    world = World(4, people=40)
    await written.take(world.stream())
    assert await cut_due(written.connection, QUIET) is not None
    before, (first,) = await read(api, FLOW), (await api.client.get("/v1/releases")).json()
    start = date.fromisoformat(first["covered_from"])
    world.declare(start, (end := world.obs_end - timedelta(days=500)))
    await written.take(world.stream(order=1))
    later = TODAY + timedelta(hours=1)
    with clock.set_to(later):
        assert await cut_due(written.connection, QUIET) is not None
        assert await cut_due(written.connection, QUIET) is None
    after = await read(api, FLOW)
    assert after.keys() < before.keys()
    corrected, same = (await api.client.get("/v1/releases")).json()
    assert same == first
    assert (first["reason"], corrected["reason"]) == (None, "coverage_shrank")
    assert corrected["covered_through"] == (end - timedelta(days=1)).isoformat()
    assert await read(api, f"{FLOW}?asOf={TODAY.isoformat().replace('+', '%2B')}") == before
    world.declare(start, world.obs_end + timedelta(days=30))
    await written.take(world.stream(order=2))
    with clock.set_to(later + timedelta(hours=1)):
        assert await cut_due(written.connection, QUIET) is None, "more is released in its turn"


def test_of_every_kind_of_figure_it_is_said_what_a_release_does_to_it() -> None:
    assert {type(each.source) for each in INDICATORS} <= set(TREATED)
    assert {kind for kind in get_args(Source) if isinstance(kind, type)} <= set(TREATED)
