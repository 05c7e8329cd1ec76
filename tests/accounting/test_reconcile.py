"""A register of its own, an accounting that reads it, and what was lost, doubled or altered between them is named."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
import pytest

from services.accounting.app import make_app
from services.accounting.cases.reconciliation.reading import Rooms
from services.accounting.cases.reconciliation.reconcile import (
    DayReconciled,
    Line,
    RecordReconciled,
    SourceReconciled,
    reconcile,
)
from services.accounting.intake.adopt import adopt
from services.accounting.intake.decode import decode
from services.accounting.publish.reconciliation import COUNTS, Report
from services.accounting.settings import AccountingSettings
from services.portal.app import make_app as make_portal
from shared.db.engine import make_engine
from shared.inbox.feed import FeedSource
from shared.testing.api import Api, StartApi
from shared.testing.people import crossing
from tests.accounting.conftest import HASHES, Accounting, intake_of

CROSSED = "border_crossing.v1"
ORDERLY = {"held": 10, "arrived": 10, "counted": 7, "superseded": 3}
"""Of eight crossings, one of which was corrected and one withdrawn."""


class AsConsumer(httpx.Auth):
    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def auth_flow(self, request: httpx.Request) -> Any:
        request.headers.update(self._headers)
        yield request


@dataclass
class Both:
    """A portal, and accounting beside it."""

    portal: Api
    api: Api
    accounting: Accounting
    owner: asyncpg.Connection
    feed: FeedSource
    ids: dict[str, str]
    read: int = 0

    async def cross(self, *numbers: str, **changes: Any) -> None:
        for number in numbers:
            body = crossing(source_id=number) | changes
            answer = await self.portal.client.post(
                "/v1/border-crossings", json=body, headers=self.portal.token("border")
            )
            assert answer.status_code == 201
            self.ids[number] = answer.json()["id"]

    async def take(self, *, lose: bool = False) -> None:
        """Reads the feed to its end, as the intake does; or passes over what it brings."""
        delivery = await self.feed.read({0: self.read}, 1_000, 0)
        batch = decode("portal", delivery.events, HASHES, delivery.places)
        batch = batch.without_events() if lose else batch
        batch.transport, batch.positions, batch.epoch = "feed", delivery.positions, delivery.epoch
        batch.newest_position = delivery.reached
        await self.accounting.writer.take(batch)
        self.read = delivery.reached

    def is_of(self, number: str) -> str:
        """A condition on events: those of a record."""
        return f"subject = '{self.ids[number]}'"

    async def lines(self) -> list[Line]:
        state = self.api.app.state
        return [line async for line in reconcile(Rooms(state.engine, state.review), [(self.feed, self.feed)])]


def counts(lines: list[Line]) -> dict[str, int]:
    """Of all days together, those that are not 0."""
    total = Counter[str]()
    for line in lines:
        if isinstance(line, DayReconciled):
            total.update({name: getattr(line, name) for name in COUNTS})
            whole = line.counted + line.superseded + line.rejected + line.skipped + line.pending + line.missing
            assert line.held == whole
    return {name: count for name, count in total.items() if count}


def named(lines: list[Line]) -> list[tuple[str, str | None, int]]:
    return sorted((x.what, x.source_id, x.version) for x in lines if isinstance(x, RecordReconciled))


def source(lines: list[Line]) -> SourceReconciled:
    (last,) = (line for line in lines if isinstance(line, SourceReconciled))
    return last


@pytest.fixture
async def both(start_api: StartApi, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Both]:
    monkeypatch.setenv("KOSH_ACCOUNTING_IDENTITY_SECRET", "a secret of the tests alone")
    monkeypatch.setenv("KOSH_FEED_PORTAL_URL", "http://portal.test")
    portal = await start_api("portal", make_portal)
    api = await start_api("accounting", lambda _: make_app(AccountingSettings.of("accounting")))
    connection = await intake_of(api.database)
    owner = await asyncpg.connect(api.database.owner_url.replace("+asyncpg", ""))
    auth, transport = AsConsumer(portal.consumer("accounting")), httpx.ASGITransport(portal.app)
    feed = FeedSource("portal", "http://portal.test", auth, transport)
    api.app.state.sources = api.app.state.feeds = [feed]
    world = Both(portal, api, Accounting(api.database, connection), owner, feed, {})
    await world.cross("A1", "A2", "A3", "A4")
    await world.cross("B1", "B2", "B3", "B4", crossed_at="2026-03-02T01:15:00+05:00")
    headers = portal.token("border") | {"If-Match": '"1"'}
    path = f"/v1/border-crossings/{world.ids['A2']}"
    body = {"record": crossing(source_id="A2", purpose="study"), "reason": "a slip"}
    assert (await portal.client.put(path, json=body, headers=headers)).status_code == 200
    path = f"/v1/border-crossings/{world.ids['A3']}:withdraw"
    assert (await portal.client.post(path, json={"reason": "never happened"}, headers=headers)).status_code == 200
    await world.take()
    yield world
    await owner.close()
    await connection.close()


async def altered_in_the_outbox(both: Both, change: str, condition: str) -> None:
    await both.portal.as_owner(f"UPDATE outbox SET {change} WHERE {condition}")  # noqa: S608  (the test's own)


async def stored_again(both: Both, **changes: Any) -> None:
    """B1 is stored once more, under another key."""
    copied = "SELECT (jsonb_populate_record(c, $1::jsonb)).* FROM linkage.crossing c WHERE source_id = 'B1'"
    key = await both.owner.fetchval("SELECT fact FROM linkage.crossing WHERE source_id = 'B1'")
    told = orjson.dumps({"fact": key ^ (len(changes) + 1)} | changes).decode()
    await both.owner.execute(f"INSERT INTO linkage.crossing {copied}", told)


async def test_what_was_lost_doubled_or_altered_is_found_and_named(both: Both) -> None:
    before = await both.lines()
    assert (counts(before), named(before), source(before).state) == (ORDERLY, [], "agrees")
    days = {(line.day.isoformat(), line.held) for line in before if isinstance(line, DayReconciled)}
    assert days == {("2026-03-01", 6), ("2026-03-02", 4)}
    await both.cross("C1")
    await both.take(lose=True)  # never delivered
    await both.owner.execute("DELETE FROM linkage.crossing WHERE source_id = 'A1'")
    await stored_again(both, source_id="nobody's")
    await stored_again(both)
    await both.owner.execute("UPDATE linkage.crossing SET purpose = purpose + 1 WHERE source_id = 'B2'")
    await altered_in_the_outbox(both, "data = replace(data::text, 'UZB', 'KGZ')::json", both.is_of("B3"))
    await altered_in_the_outbox(both, "time = time - interval '9 days'", both.is_of("B4"))
    await both.cross("D1")  # not read yet
    found = await both.lines()
    assert named(found) == [
        ("altered", "B2", 1), ("altered", "B3", 1), ("altered", "B4", 1), ("doubled", "B1", 1),
        ("missing", "A1", 1), ("missing", "C1", 1), ("unheld", "nobody's", 1),
    ]  # fmt: skip
    expected = {"held": 12, "arrived": 9, "counted": 6, "superseded": 3, "pending": 1, "missing": 2, "doubled": 1}
    assert counts(found) == expected | {"unheld": 1, "altered": 3}
    assert source(found).state == "differs"


async def test_what_was_set_aside_is_told_from_what_is_lost_and_shown_to_those_entitled(
    both: Both, tmp_path: Path
) -> None:
    await both.cross("P1", "P2", "P3")
    sideways = "data = replace(data::text, '\"entry\"', '\"sideways\"')::json"
    await altered_in_the_outbox(both, sideways, f"position > {both.read + 1}")
    await both.take()
    await both.owner.execute("UPDATE parked_event SET skipped_at = now() WHERE id = (SELECT max(id) FROM parked_event)")
    found = await both.lines()
    assert named(found) == [("rejected", "P2", 1), ("skipped", "P3", 1)]
    assert counts(found) == ORDERLY | {"held": 13, "arrived": 13, "counted": 8, "rejected": 1, "skipped": 1}
    assert source(found).state == "agrees"
    await both.owner.execute("UPDATE parked_event SET transport = 'topic', position = 0")  # as Kafka brings them
    assert named(await both.lines()) == named(found)
    await both.owner.execute("DELETE FROM linkage.crossing WHERE source_id = 'B1'")
    await shown_to_those_entitled(both)
    with Report(tmp_path) as report:
        for line in await both.lines():
            report.add(line)
    assert not report.agrees
    assert any("missing" in line and "B1 version 1" in line for line in report.table())
    assert (tmp_path / "records.csv").read_text().count("B1") == 1
    assert len((tmp_path / "reconciliation.ndjson").read_text().splitlines()) == 6


async def shown_to_those_entitled(both: Both) -> None:
    client, asked = both.api.client, {"fact": CROSSED, "from": "2026-03-02", "until": "2026-03-02", "source": "portal"}
    answer = await client.get("/v1/reconciliation", params=asked, headers=both.api.token("operator"))
    assert answer.headers["content-type"] == "application/x-ndjson"
    record, day, last = map(orjson.loads, answer.content.splitlines())
    assert (record["what"], record["source_id"], record["version"]) == ("missing", "B1", 1)
    assert (day["day"], day["held"], day["missing"], last["state"]) == ("2026-03-02", 4, 1, "differs")
    for other in ({"source": "nobody"}, {"fact": "none.v1"}):
        answer = await client.get("/v1/reconciliation", params=other, headers=both.api.token("statistician"))
        assert (answer.status_code, b'"day"' in answer.content) == (200, False)
    await both.api.app.state.reconciling.acquire()
    answer = await client.get("/v1/reconciliation", headers=both.api.token("operator"))
    assert answer.status_code == 409


async def test_facts_of_a_version_before_and_of_another_life_are_said_to_be_until_they_are_adopted(both: Both) -> None:
    await both.owner.execute("UPDATE linkage.crossing SET told = NULL, seal = NULL")
    await both.owner.execute("UPDATE linkage.crossing_history SET told = NULL, seal = NULL")
    await stored_again(both, source_id="nobody's")
    await both.owner.execute("DELETE FROM linkage.crossing WHERE source_id = 'A1'")
    found = await both.lines()
    assert named(found) == [("missing", "A1", 1), ("unheld", "nobody's", 1)]
    assert counts(found) == ORDERLY | {"arrived": 9, "counted": 6, "missing": 1, "not_comparable": 9}
    await adopted(both)
    found = await both.lines()
    assert (counts(found), source(found).state) == (ORDERLY, "agrees")
    kept = both.read - 2  # a backup without the correction and the withdrawal is restored
    await both.portal.as_owner(f"DELETE FROM outbox WHERE position > {kept}")  # noqa: S608
    begun = f"INSERT INTO outbox_epoch (begins_after, life) VALUES ({kept}, outbox_life())"  # noqa: S608
    await both.portal.as_owner(begun)
    found = await both.lines()
    assert (source(found).state, source(found).read) == ("restored", kept)
    assert [what for what, _, _ in named(found)] == ["unheld"]  # the correction; what is withdrawn counts for nothing
    await adopted(both)
    assert (named(await both.lines()), source(await both.lines()).state) == ([], "agrees")


async def adopted(both: Both) -> None:
    owner = both.api.database.owner_url.replace("+asyncpg", "")
    await adopt(owner, both.feed, HASHES, lambda _: None)


async def test_a_register_that_does_not_answer_is_not_said_to_agree(tmp_path: Path) -> None:
    silent = FeedSource("portal", "http://portal", httpx.Auth(), httpx.MockTransport(lambda _: httpx.Response(503)))
    nobody = make_engine("postgresql+asyncpg://nobody@nowhere/none")
    (line,) = [line async for line in reconcile(Rooms(nobody, nobody), [(silent, silent)])]
    assert isinstance(line, SourceReconciled)
    assert (line.state, line.detail) == ("unknown", "portal: the feed answers 503")
    with Report(tmp_path) as report:
        report.add(line)
    assert not report.agrees
