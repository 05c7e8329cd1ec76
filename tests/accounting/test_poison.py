"""Whatever a feed can hold: what cannot be taken is parked alone, without its content, and all the rest is counted."""

import asyncio
from collections.abc import Sequence
from itertools import zip_longest

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.intake import run as intake
from services.accounting.intake.decode import decode
from shared.events.portal import BorderCrossing
from shared.inbox import alarm
from shared.inbox.feed import FeedSource
from shared.inbox.source import Place, event_of
from shared.testing.nasty import nasty_texts, odd_but_true
from tests.accounting.conftest import HASHES, Accounting
from tests.accounting.test_exactness import hold_true
from tests.accounting.test_intake import read_to, running, until
from tests.accounting.world import World

PARKED = "SELECT part, position, type, reason, digest, event FROM parked_event ORDER BY position"


def feed_of(events: Sequence[bytes], parse_below: float) -> FeedSource:
    """A feed of these very bytes, one event at each position."""

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("newest"):
            return httpx.Response(200, json={"position": len(events)})
        after, limit = int(request.url.params["after"]), int(request.url.params["limit"])
        found = events[after : after + min(limit, 64)]
        await asyncio.sleep(0 if found else 0.02)
        reached = str(after + len(found))
        return httpx.Response(200, content=b"[" + b",".join(found) + b"]", headers={"Kosh-Position": reached})

    return FeedSource("portal", "http://portal", httpx.Auth(), httpx.MockTransport(answer), parse_below=parse_below)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "RETRY", 0.05)
    monkeypatch.setattr(intake, "HOUSEKEEPING", 0.05)
    monkeypatch.setattr(alarm, "SHARE", 2.0)  # here most of it is poison


async def test_poison_is_parked_alone_and_taken_once_it_is_mended(accounting: Accounting, parse_below: float) -> None:
    world = World(13, people=6)
    stream = world.stream(repeat=0, shuffled=False)
    good = next(event for event in reversed(stream) if event["type"] == BorderCrossing.TYPE)
    stream = sorted(stream, key=lambda event: event["subject"] != good["subject"])
    bad = [*filter(None, nasty_texts(good | {"position": 1})), *map(orjson.dumps, odd_but_true(good))]
    mixed: list[bytes] = []
    spoilt: set[int] = set()
    for true, false in zip_longest(stream, bad):
        mixed += [] if true is None else [orjson.dumps(true | {"position": len(mixed) + 1})]
        if false is not None:
            mixed.append(false.replace(b'"position":1', b'"position":%d' % (len(mixed) + 1)))
            spoilt.add(len(mixed))
    async with running(accounting, feed_of(mixed, parse_below)):
        await read_to(accounting, len(mixed))
        await hold_true(accounting, world)
        (state,) = await accounting.connection.fetch("SELECT seen, position, stopped FROM source_state")
        assert tuple(state) == (len(mixed), len(mixed), None)
        parked = await accounting.connection.fetch(PARKED)
        assert len(parked) > len(bad) / 2
        assert {row["event"] for row in parked} == {None}
        assert {row["position"] for row in parked} <= spoilt
        assert all(row["reason"].isascii() and row["reason"].isprintable() for row in parked)
        place = parked[0]["position"]
        mixed[place - 1] = orjson.dumps(good | {"position": place})
        await accounting.connection.execute("UPDATE parked_event SET resend = true")
        left = "(SELECT count(*) FROM parked_event) = $1 AND NOT EXISTS (SELECT FROM parked_event WHERE resend)"
        await until(accounting, left, len(parked) - 1)
    assert await accounting.connection.fetchval("SELECT seen FROM source_state") == len(mixed)
    await hold_true(accounting, world)


GOOD = World(13, people=1).stream()[0]
TEXT = orjson.dumps(GOOD)


@given(st.binary() | st.tuples(st.integers(0, len(TEXT)), st.binary(max_size=8)))
def test_any_bytes_are_taken_or_parked_by_what_can_be_stored(given: bytes | tuple[int, bytes]) -> None:
    raw = given if isinstance(given, bytes) else TEXT[: given[0]] + given[1] + TEXT[given[0] + len(given[1]) :]
    batch = decode("portal", [event_of(raw)], HASHES, [Place(0, 7)])
    rows = [*batch.crossings.values(), *batch.register_facts.values()]
    assert len(rows) + len(batch.parked) == 1
    for row in batch.parked:
        assert (row.reason.isascii(), row.reason.isprintable(), row.part, row.position) == (True, True, 0, 7)
        assert row.type is None or (row.type.isascii() and row.type.isprintable())
