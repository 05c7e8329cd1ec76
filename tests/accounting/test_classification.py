"""The export tells of every crossing in effect what the plain reading says, now and as an earlier vintage saw it."""

from datetime import date
from typing import Any

import orjson
import pytest

from shared.events.portal import BorderCrossing
from shared.testing.api import Api
from tests.accounting.conftest import Accounting
from tests.accounting.oracle_account import account
from tests.accounting.oracle_residence import Result
from tests.accounting.test_exactness import same_persons
from tests.accounting.world import Version, World

PERSON = {
    "iin": None, "document": {"type": "P", "number": "FA7654321", "issuing_state": "UZB"}, "surname": "KARIMOV",
    "given_names": "AZIZ", "birth_date": "1980-05-01", "sex": "M", "citizenship": "UZB",
}  # fmt: skip


async def exported(api: Api, **query: str) -> dict[str, dict[str, Any]]:
    """The lines, by source id."""
    answer = await api.client.get(
        "/v1/classifications", params={"method": "M1216"} | query, headers=api.token("statistician")
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = [orjson.loads(line) for line in answer.content.splitlines()]
    assert len(lines) == len({line["source_id"] for line in lines})
    return {line["source_id"]: line for line in lines}


@pytest.mark.parametrize("method", ["M1216", "M1216R"])
@pytest.mark.parametrize("obs_end", [None, date(2023, 7, 1), date(2024, 5, 31)])
async def test_every_crossing_is_told_as_it_was_seen(
    api: Api, written: Accounting, obs_end: date | None, method: str
) -> None:
    world = World(31, people=40)
    world.correct(0.1)
    await written.take(world.stream())
    truth = account(world, obs_end)
    told = truth.resolved if method == "M1216R" else truth.outcome
    found = await exported(api, method=method, **({"obs_end": obs_end.isoformat()} if obs_end else {}))
    expected = {world.records[subject][-1].data["source_id"]: subject for subject in truth.outcome}
    assert found.keys() == expected.keys()
    results = {
        s: Result(line["before"], line["after"], line["migration"], line["imputed"]) for s, line in found.items()
    }
    assert {s: r for s, r in results.items() if r != told[expected[s]]} == {}
    persons = {source_id: int(line["person"], 16) for source_id, line in found.items()}
    assert same_persons(persons, {source_id: truth.person[subject] for source_id, subject in expected.items()})


@pytest.mark.parametrize("size", [1, 2])
async def test_within_one_second_the_time_goes_before_the_source_s_number(
    api: Api, written: Accounting, size: int
) -> None:
    world = World(33, people=0)
    for number, direction, fraction in ((1, "exit", 900), (2, "entry", 100)):
        crossing = {
            "source_id": f"MS-{number}", "direction": direction, "checkpoint": "ALA-AIR", "person": PERSON,
            "crossed_at": f"2022-03-01T10:00:00.{fraction}+05:00",
        }  # fmt: skip
        world.records[f"crossing-{number}"] = [Version(BorderCrossing.TYPE, crossing, False)]
    await written.take(world.stream(shuffled=False), size)
    found = await exported(api)
    assert [(found[name]["before"], found[name]["migration"]) for name in ("MS-2", "MS-1")] == [(0, False), (0, False)]


async def test_a_vintage_that_does_not_exist_yet_is_refused(api: Api, written: Accounting) -> None:
    await written.take(World(32, people=2).stream())
    for obs_end in ("2024-06-02", "2030-01-01"):
        query = {"method": "M1216", "obs_end": obs_end}
        answer = await api.client.get("/v1/classifications", params=query, headers=api.token("statistician"))
        assert answer.status_code == 422
        (fault,) = answer.json()["errors"]
        assert fault == {"parameter": "obs_end", "detail": "Is too late: the figures reach to 2024-06-01."}


async def test_the_export_is_for_statisticians_and_leaves_a_trace(api: Api, written: Accounting) -> None:
    query = {"method": "M1216"}
    assert (await api.client.get("/v1/classifications", params=query)).status_code == 401
    refused = await api.client.get("/v1/classifications", params=query, headers=api.token("operator"))
    assert refused.status_code == 403
    await exported(api)
    assert await api.rows("SELECT action, record_kind FROM access_log") == [
        {"action": "read", "record_kind": "classification"}
    ]
