"""One line never takes its neighbours along: what fails while a chunk is committed is pinned to its line."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.engine import make_engine
from shared.telemetry.logs import JsonLines
from shared.testing.api import Api
from shared.testing.people import crossing, person

FAILURE = """
CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'cannot store %', NEW.source_id; END $$
"""
ON_BAD_LINES = """
CREATE TRIGGER fails BEFORE INSERT ON border_crossing FOR EACH ROW WHEN (NEW.source_id LIKE '%-BAD')
EXECUTE FUNCTION fails()
"""


@pytest.fixture
async def owner(portal: Api) -> AsyncIterator[AsyncEngine]:
    """The owner's connection to a database that fails, unforeseen, at every crossing whose source_id ends in -BAD."""
    engine = make_engine(portal.database.owner_url)
    async with engine.begin() as connection:
        await connection.execute(text(FAILURE))
        await connection.execute(text(ON_BAD_LINES))
    yield engine
    await engine.dispose()


def crossings(bad: set[int], count: int) -> list[dict[str, Any]]:
    return [crossing(source_id=f"{n}-BAD" if n in bad else f"{n}-GOOD") for n in range(1, count + 1)]


async def send(portal: Api, lines: list[dict[str, Any]], path: str = "border-crossings", role: str = "border") -> Any:
    """The answers for the lines, and the batch's number."""
    answer = await portal.client.post(
        f"/v1/{path}:batch",
        content=b"\n".join(map(orjson.dumps, lines)),
        headers=portal.token(role) | {"Content-Type": "application/x-ndjson"},
    )
    assert answer.status_code == 200
    return [orjson.loads(line) for line in answer.content.splitlines()], answer.headers["Kosh-Batch"]


@pytest.mark.parametrize(
    ("bad", "count"), [({1}, 1), ({2}, 3), ({1, 2, 3}, 3), ({1, 40, 41, 97}, 97), ({2000, 2001}, 2010)]
)
async def test_a_fault_of_the_database_is_pinned_to_its_lines(
    portal: Api, owner: AsyncEngine, bad: set[int], count: int
) -> None:
    (*answers, summary), _ = await send(portal, crossings(bad, count))

    assert {answer["line"] for answer in answers if answer["status"] == "rejected"} == bad
    assert [answer["line"] for answer in answers] == list(range(1, count + 1))
    assert summary == {"summary": {"created": count - len(bad), "repeated": 0, "rejected": len(bad)}}
    assert len(await portal.rows("SELECT id FROM border_crossing")) == count - len(bad)
    assert len(await portal.rows("SELECT line FROM rejected_line")) == len(bad)
    assert len(await portal.events()) == count - len(bad)


async def test_the_lines_that_failed_can_be_sent_again_once_the_fault_is_mended(
    portal: Api, owner: AsyncEngine
) -> None:
    _, batch = await send(portal, crossings({2}, 3))
    async with owner.begin() as connection:
        await connection.execute(text("DROP TRIGGER fails ON border_crossing"))
    kept = await portal.client.get(f"/v1/border-crossings/rejects/{batch}", headers=portal.token("border"))
    (again, _), _ = await send(portal, [orjson.loads(kept.content)])

    assert again["status"] == "created"


async def test_the_operator_is_told_and_no_person_is_named(
    portal: Api, owner: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    lines = crossings({2}, 3)
    lines[1]["person"] = person(surname="UNLOGGABLE")
    (_, failed, *_), batch = await send(portal, lines)
    (problem,) = failed["problems"]

    told = [JsonLines("portal").format(record) for record in caplog.records if record.levelno == logging.ERROR]
    (line,) = map(orjson.loads, told)
    assert (line["kind"], line["batch"], line["line"]) == ("border_crossing", batch, 2)
    assert line["fault"] in problem["detail"]
    assert line["failure"]
    assert not any(word in told[0] for word in ("UNLOGGABLE", "2-BAD"))
    exposed = (await portal.app.state.metrics.exposition()).decode()
    assert 'kosh_batch_line_failures_total{kind="border_crossing"} 1.0' in exposed
