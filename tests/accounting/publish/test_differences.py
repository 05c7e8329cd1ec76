"""Differences between releases by cause, whether a release adds up, and two versions of the method side by side."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import asyncpg
import pytest

from services.accounting.cases.rebuild import rebuild
from services.accounting.cases.releases import cut, methods
from services.accounting.cases.releases.controlled import Control
from services.accounting.cases.releases.cut import cut_release
from services.accounting.rules.disclosure.cubes import nation
from services.accounting.rules.releases.versions import METHOD_VERSIONS, MethodVersion
from services.accounting.rules.residence.residence import Rule
from shared import clock
from shared.testing.api import Api
from tests.accounting.conftest import CONTROL, QUIET, Accounting, review_of
from tests.accounting.publish.test_releases import found
from tests.accounting.test_exactness import hold_true
from tests.accounting.test_words_taken import say_some
from tests.accounting.world import World

TODAY = datetime(2024, 6, 10, 12, tzinfo=UTC)
JOURNAL = "SELECT cell, cause, count FROM cube_cause WHERE count <> 0 ORDER BY 1, 2"
SPLIT_UP = ("M1216", "M1216R")
LOUD = CONTROL._replace(cubes=nation)
"""Cuts releases of the whole country alone, with noise."""


@pytest.fixture(autouse=True)
def _in_june_2024() -> Iterator[None]:
    with clock.set_to(TODAY):
        yield


async def _cut(written: Accounting, days: int, control: Control = QUIET) -> int:
    with clock.set_to(TODAY + timedelta(days=days)):
        return (await cut_release(written.connection, control)).release


async def _published(written: Accounting, release: int, period: str) -> int:
    asked = "SELECT value FROM public_figures.figure WHERE flow = 'DF_STAY' AND key LIKE '%.VIOLATIONS.%'"
    return int(await written.connection.fetchval(f"{asked} AND release = $1 AND period = $2", release, period))


async def _read(api: Api, address: str, role: str | None = None) -> Any:
    answer = await api.client.get(address, headers=api.token(role) if role else {})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _differences(api: Api, id: int, since: int, role: str | None = "statistician") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await _read(api, f"/v1/releases/{id}/differences?since={since}", role))["figures"]
    return found


def _parts(figure: dict[str, Any]) -> dict[str, int]:
    return {each["cause"]: each["value"] for each in figure["causes"]}


async def _rebuilt(written: Accounting, *versions: MethodVersion) -> None:
    dsn = written.database.owner_url.replace("+asyncpg", "")
    await rebuild(dsn, lambda _: None, versions or METHOD_VERSIONS)


async def test_causes_add_up_between_any_two_releases_and_a_rebuild_keeps_them(api: Api, written: Accounting) -> None:
    """After the first release nothing comes but corrections, withdrawals and days that are declared: all of what moves
    has one of their causes, and nothing is left over as timely."""
    world = World(4, people=40)
    await written.take(world.stream())
    first = await _cut(written, 0)
    before = await written.connection.fetch(JOURNAL)
    world.correct(0.4)
    await written.take(world.stream(order=1), size=50)
    second = await _cut(written, 1)
    world.declare(date(2020, 6, 1), world.obs_end + timedelta(days=20))
    world.correct(0.2)
    await written.take(world.stream(order=2), size=50)
    third = await _cut(written, 2)
    held = await written.connection.fetch(JOURNAL)
    assert held != before
    await _rebuilt(written)
    assert await written.connection.fetch(JOURNAL) == held, "the same facts, counted by the same method"
    await hold_true(written, world)
    causes: set[str] = set()
    for since, id in ((first, second), (second, third), (first, third)):
        figures = [each for each in await _differences(api, id, since) if each["flow"] in ("DF_FLOW", "DF_BORDER")]
        for each in (each for each in figures if each["causes"] is not None):
            parts = _parts(each)
            assert sum(parts.values()) == each["after"] - each["before"]
            assert "timely" not in parts, each
            causes |= parts.keys()
        assert any(each["causes"] for each in figures)
    assert causes >= {"correction", "withdrawal", "merge", "split"}
    public = await _differences(api, third, first, role=None)
    assert public
    assert all(each["causes"] is None and each["before"] != each["after"] for each in public), "as published, no more"


def _method(figure: dict[str, Any]) -> str:
    method: str = figure["key"].split(".")[2]
    return method


async def test_records_of_days_that_were_complete_are_late(api: Api, written: Accounting) -> None:
    """A fifth of the records come after a release, though the feed had declared their days."""
    events = World(4, people=40).stream(shuffled=False)
    late = {event["subject"] for event in events[::5]} - {"coverage"}
    await written.take([event for event in events if event["subject"] not in late])
    first = await _cut(written, 0)
    await written.take([event for event in events if event["subject"] in late])
    second = await _cut(written, 1)
    figures = [each for each in await _differences(api, second, first) if each["causes"]]
    assert {cause for each in figures for cause in _parts(each)} <= {"late_record", "merge", "split"}
    assert any(_parts(each).get("late_record") for each in figures)


async def test_who_becomes_another_by_a_reviewers_word_does_so_by_the_word(api: Api, written: Accounting) -> None:
    world = World(4, people=40)
    await written.take(world.stream())
    first = await _cut(written, 0)
    random = Random(4)
    async with review_of(written.database) as review:
        for _ in range(4):
            await say_some(review, random)
    assert await written.writer.take_words()
    second = await _cut(written, 1)
    figures = [each for each in await _differences(api, second, first) if each["causes"]]
    assert figures
    assert all(_parts(each) == {"word": each["after"] - each["before"]} for each in figures)


async def test_everybody_reads_what_was_published_of_a_difference(api: Api, written: Accounting) -> None:
    await found(written, d2023_01_15=3, d2023_05_01=20, d2023_08_01=30, d2023_11_01=40)
    first = await _cut(written, 0, LOUD)
    await found(written, d2023_01_16=1, d2023_05_02=2)
    second = await _cut(written, 1, LOUD)
    exact = {each["period"]: each for each in await _differences(api, second, first)}
    public = {each["period"]: each for each in await _differences(api, second, first, role=None)}
    assert exact["2023-Q1"]["after"] == 4
    assert public.keys() <= {"2023", "2023-Q1", "2023-Q2"}
    for period, each in public.items():
        assert (await _published(written, second, period), await _published(written, first, period)) == (
            each["after"],
            each["before"],
        )
    assert all(each["causes"] is None for each in (*exact.values(), *public.values()))


async def test_what_a_rebuild_counts_otherwise_is_the_methods(api: Api, written: Accounting) -> None:
    """As if a list had changed: the cube holds what the method would not say today."""
    await written.take(World(4, people=40).stream())
    owner = await asyncpg.connect(written.database.owner_url.replace("+asyncpg", ""))
    await owner.execute("UPDATE derived.cube SET count = count + 2")
    await owner.close()
    first = await _cut(written, 0)
    await _rebuilt(written)
    second = await _cut(written, 1)
    figures = [each for each in await _differences(api, second, first) if _method(each) in SPLIT_UP]
    assert {each["flow"] for each in figures} == {"DF_FLOW", "DF_STOCK", "DF_BALANCE"}, (
        "what is carried on has its causes, too"
    )
    assert figures
    assert all(_parts(each) == {"method": each["after"] - each["before"]} for each in figures)


async def test_numbers_that_are_no_earlier_release_are_named(api: Api, written: Accounting) -> None:
    await written.take(World(4, people=5).stream())
    only = await _cut(written, 0)
    for address, status in (
        (f"/v1/releases/{only}/differences", 422),
        (f"/v1/releases/{only}/differences?since={only}", 422),
        (f"/v1/releases/{only}/differences?since={2**63 - 1}", 422),
        (f"/v1/releases/{2**63 - 1}/differences", 404),
        (f"/v1/releases/{2**63 - 1}", 404),
    ):
        assert (await api.client.get(address)).status_code == status, address


async def test_a_release_tells_whether_it_adds_up_and_when_the_next_is_due(api: Api, written: Accounting) -> None:
    await written.take(World(4, people=40).stream())
    first = await _cut(written, 0)
    note = await _read(api, f"/v1/releases/{first}")
    assert note["sums_that_do_not_hold"] == []
    control = note["disclosure_control"]
    assert (control["method"], control["largest_change"], control["smallest_count"]) == ("cell_key", 4, 3)
    assert (note["next_due"], note["method_version"], note["reason"]) == ("2024-07-01", METHOD_VERSIONS[-1].id, None)
    assert (await _read(api, "/v1/releases"))[0]["next_due"] == "2024-07-01"


async def test_two_versions_of_the_method_are_published_side_by_side(
    api: Api, written: Accounting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An invented version before the present one: 270 of 487 days, of which more people make a migration."""
    world = World(4, people=60)
    await written.take(world.stream())
    former = MethodVersion("0", date(2020, 1, 1), Rule(270, 487), "invented")
    await _rebuilt(written, former, *METHOD_VERSIONS)
    await hold_true(written, world)
    reader = api.app.state.read_figures
    versions = (former, *METHOD_VERSIONS)
    _, present = await methods.method_versions(reader, versions, exact=True)
    assert present.overlap
    figures = {each["TIME_PERIOD"]: int(each["OBS_VALUE"]) for each in await _finals(api)}
    for each in present.overlap:
        assert each.factor is None or abs(each.factor * each.former - each.present) < 0.01 * each.former
        if each.indicator == "IMM":
            assert figures[str(each.year)] == each.present
    assert any(each.former != each.present for each in present.overlap)
    assert [each["overlap"] for each in await _read(api, "/v1/method-versions")] == [[]], "there is one version today"
    _, nothing = await methods.method_versions(reader, versions, exact=False)
    assert nothing.overlap == [], "strangers are shown what was released by both, and nothing was"
    with monkeypatch.context() as patched:
        patched.setattr(cut, "METHOD_VERSIONS", (former,))
        await _cut(written, 0, LOUD)
    world.correct(0.5)
    await written.take(world.stream())
    await _cut(written, 1, LOUD)
    _, shown = await methods.method_versions(reader, versions, exact=False)
    once, now = [await _migrations(api, f"&asOf={TODAY + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}") for days in (0, 1)]
    assert {(each.indicator, each.year): (each.former, each.present) for each in shown.overlap} == {
        cell: (once[cell], now[cell]) for cell in once.keys() & now.keys()
    }, "a cell reads the same by every path"
    assert any(each.former != each.present for each in shown.overlap)
    assert {each.present for each in shown.overlap}.isdisjoint({1, 2})


async def _migrations(api: Api, as_of: str) -> dict[tuple[str, int], int]:
    answer = await api.client.get(f"/sdmx/v1/data/DF_FLOW/A.IMM+EMI.M1216.KZ._T._T._T._T._T?format=csv{as_of}")
    rows = csv.DictReader(answer.text.splitlines())
    return {(row["INDICATOR"], int(row["TIME_PERIOD"])): int(row["OBS_VALUE"]) for row in rows}


async def _finals(api: Api) -> list[dict[str, str]]:
    answer = await api.client.get(
        "/sdmx/v1/data/DF_FLOW/A.IMM.M1216.KZ._T._T._T._T._T?format=csv", headers=api.token("statistician")
    )
    return list(csv.DictReader(answer.text.splitlines()))
