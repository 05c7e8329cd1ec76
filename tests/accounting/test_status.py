"""The status says `settled` only when the figures hold everything that the sources hold."""

from typing import Any

import asyncpg
import pytest

from services.accounting.intake.decode import decode
from shared.events.epochs import Epoch
from shared.inbox.source import Newest, SourceFailed
from shared.testing.api import Api
from tests.accounting.conftest import HASHES, Accounting
from tests.accounting.world import World


class Horizon:
    """A source that ends where the test says."""

    name, transport = "portal", "feed"

    def __init__(self, end: int | None, *epochs: Epoch) -> None:
        self.end, self.epochs = end, epochs

    async def newest(self) -> Newest:
        if self.end is None:
            raise SourceFailed("portal: the feed answers 503")
        return Newest(self.end, {0: self.end}, epochs=self.epochs)

    async def close(self) -> None: ...


async def status(api: Api, end: int | None, *epochs: Epoch) -> Any:
    api.app.state.sources = [Horizon(end, *epochs)]
    return (await api.client.get("/v1/status", headers=api.token("operator"))).json()


async def test_an_empty_source_is_settled_and_a_new_event_is_pending(api: Api) -> None:
    assert (await status(api, 0))["settled"] is True
    found = await status(api, 5)
    assert (found["settled"], found["sources"][0]["pending"]) == (False, 5)


async def test_it_counts_what_was_seen_repeated_and_rejected(api: Api, written: Accounting) -> None:
    world = World(41, people=3)
    events = world.stream(repeat=0, shuffled=False)
    poison = events[0] | {"type": "unknown", "position": len(events) + 2}
    batch = decode("portal", [*events, events[0] | {"position": len(events) + 1}, poison], HASHES)
    batch.transport, batch.positions = "feed", {0: len(events) + 2}
    await written.writer.take(batch)
    found = await status(api, len(events) + 2)
    assert found["settled"] is True
    assert (found["register_start"], found["obs_end"]) == ("2021-01-01", "2024-06-01")
    assert found["without_likeness"] == 0
    owner = await asyncpg.connect(written.database.owner_url.replace("+asyncpg", ""))
    held = "SELECT min(key) FROM linkage_derived.identity_key"
    await owner.execute(f"UPDATE linkage.claim SET day_block = NULL WHERE key = ({held})")  # noqa: S608
    await owner.close()
    assert (await status(api, 0))["without_likeness"] == 1
    assert (await api.client.get("/v1/status")).json()["without_likeness"] is None  # a small count is personal
    (source,) = found["sources"]
    assert (source["seen"], source["counted"], source["repeated"], source["rejected"], source["pending"]) == (
        len(events) + 2, len(events), 1, 1, 0,
    )  # fmt: skip


@pytest.mark.parametrize(("end", "state"), [(None, "unreachable"), (0, "stopped")])
async def test_it_says_why_a_source_is_not_read(api: Api, written: Accounting, end: int | None, state: str) -> None:
    batch = decode("portal", [], HASHES)
    batch.stop = "too much poison" if state == "stopped" else None
    await written.writer.take(batch)
    found = await status(api, end)
    (source,) = found["sources"]
    assert source["state"] == state
    assert source["detail"] == (batch.stop or "portal: the feed answers 503")
    assert found["settled"] is (state == "stopped")


async def test_a_watermark_is_reached_though_writing_never_ends(api: Api, written: Accounting) -> None:
    """A client that noted the position of its event need not wait for a moment in which nobody writes."""
    events = World(41, people=3).stream(repeat=0, shuffled=False)
    for read in (len(events) // 2, len(events)):
        batch = decode("portal", events[:read], HASHES)
        batch.transport, batch.positions = "feed", {0: read}
        await written.writer.take(batch)
        found = await status(api, read + 1_000)
        assert (found["settled"], found["sources"][0]["counted_through"]) == (False, read)


async def test_a_stranger_learns_no_count_and_no_time(api: Api, written: Accounting) -> None:
    await written.take(World(41, people=3).stream())
    api.app.state.sources = [Horizon(5)]
    for headers in ({}, api.token("host"), api.token("border")):
        found = (await api.client.get("/v1/status", headers=headers)).json()
        (source,) = found["sources"]
        assert {name for name, value in source.items() if value is not None} == {"source", "state", "settled"}
    for role in ("statistician", "operator", "system"):
        (source,) = (await api.client.get("/v1/status", headers=api.token(role))).json()["sources"]
        assert source["seen"] > 0


async def test_a_register_that_was_set_back_is_never_settled(api: Api, written: Accounting) -> None:
    """Its outbox has caught up with the position that was read, and other events stand there."""
    events = World(41, people=3).stream(repeat=0, shuffled=False)
    batch = decode("portal", events, HASHES)
    batch.transport, batch.positions, batch.epoch = "feed", {0: len(events)}, "before"
    await written.writer.take(batch)
    epochs = Epoch("before", 0), Epoch("after", len(events) - 1)
    for known, settled in ((epochs[:1], True), (epochs, False), (epochs[1:], False)):
        found = await status(api, len(events), *known)
        (source,) = found["sources"]
        assert (found["settled"], source["settled"], source["state"] == "reading") == (settled,) * 3
    assert "set back" in source["detail"]
    stranger = (await api.client.get("/v1/status")).json()
    assert (stranger["settled"], stranger["sources"][0]["detail"]) == (False, None)
