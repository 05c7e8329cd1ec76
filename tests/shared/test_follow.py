"""Copies of another register's facts: over the feed and over a real Kafka, through kills, poison and any order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy import topics
from services.permits.app import make_app as make_permits
from services.permits.cases.entry_ban import BANS
from services.portal.app import make_app
from shared import clock
from shared.broker import Broker
from shared.db.engine import make_engine
from shared.errors import Unavailable
from shared.events.border_control import EntryBan
from shared.events.envelope import Fact
from shared.inbox import alarm, follow
from shared.inbox.adopt import adopt
from shared.inbox.copies import STALE, Copy, expect_current, keep
from shared.inbox.feed import FeedSource
from shared.inbox.kafka import KafkaSource
from shared.inbox.reading import Version
from shared.inbox.source import Source
from shared.outbox import relay
from shared.process import Telemetry
from shared.testing.api import Api, StartApi
from shared.testing.nasty import nasty_texts, odd_but_true
from shared.testing.people import crossing, person
from shared.testing.postgres import FreshDatabase
from shared.testing.set_back import set_back

POLICE = "migration-police"
COPIED = "SELECT id, version, withdrawn, barred_until FROM entry_ban ORDER BY id"


def ban(**changes: Any) -> dict[str, Any]:
    who = person()
    known = {"ground": "overstay", "barred_from": "2025-06-01", "barred_until": "2030-05-31"}
    return {"source_id": f"EB-{who['surname']}", "person": who} | known | changes


def event(position: int, record: str, version: int = 1, **data: Any) -> dict[str, Any]:
    return {
        "type": EntryBan.TYPE, "subject": record, "recordversion": version, "position": position, "data": ban(**data)
    }  # fmt: skip


def feed_of(portal: Api, types: Sequence[str] = (EntryBan.TYPE,)) -> FeedSource:
    class Signed(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Any:
            request.headers.update(portal.consumer("permits"))
            yield request

    return FeedSource("portal", "http://portal.test", Signed(), httpx.ASGITransport(portal.app), types)


def canned(events: Sequence[Any]) -> FeedSource:
    """A feed that holds just these events, as values or as bytes, and gives a few at a time."""

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("newest"):
            return httpx.Response(200, json={"position": len(events)})
        after, limit = int(request.url.params["after"]), int(request.url.params["limit"])
        some = events[after : after + min(limit, 40)]
        await asyncio.sleep(0.02 * (not some))
        body = b",".join(each if isinstance(each, bytes) else orjson.dumps(each) for each in some)
        return httpx.Response(200, content=b"[" + body + b"]", headers={"Kosh-Position": str(after + len(some))})

    return FeedSource("portal", "http://portal", httpx.Auth(), httpx.MockTransport(answer))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "RETRY", 0.05)
    monkeypatch.setattr(follow, "WAIT", 0.1)
    monkeypatch.setattr(relay, "RETRY", 0.05)
    monkeypatch.setattr("shared.inbox.adopt.SOON", 0.2)


@pytest.fixture
async def portal(start_api: StartApi) -> Api:
    return await start_api("portal", make_app)


@pytest.fixture
async def engine(fresh_database: FreshDatabase) -> AsyncIterator[AsyncEngine]:
    engine = make_engine((await fresh_database("permits")).app_url, application="follower")
    yield engine
    await engine.dispose()


async def bar(portal: Api, *bans: dict[str, Any]) -> list[str]:
    """The ids of the bans once they are registered."""
    answers = [await portal.client.post("/v1/entry-bans", json=ban, headers=portal.token(POLICE)) for ban in bans]
    return [answer.raise_for_status().json()["id"] for answer in answers]


@asynccontextmanager
async def background(work: Awaitable[None]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(work)
    try:
        yield
        assert not task.done(), task.exception()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def following(engine: AsyncEngine, source: Source, *copies: Copy[Any]) -> AsyncIterator[None]:
    watch = follow.FollowMetrics(Telemetry("test"))
    async with background(follow.Follower(engine, source, copies or (BANS,), watch).run()):
        yield
    await source.close()


async def rows(engine: AsyncEngine, query: str = COPIED) -> list[tuple[Any, ...]]:
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(query))]


async def current(engine: AsyncEngine) -> datetime:
    async with engine.connect() as connection:
        return await expect_current(connection, "portal")


async def until(found: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(30):
        while True:
            if await found():
                return
            await asyncio.sleep(0.01)


async def until_current(engine: AsyncEngine, since: datetime) -> None:
    """Waits until everything is copied that the register held at `since`."""

    async def is_current() -> bool:
        with suppress(Unavailable):
            return await current(engine) >= since
        return False

    await until(is_current)


OpenSource = Callable[[Api], Awaitable[Source]]


@pytest.fixture(params=["feed", pytest.param("kafka", marks=pytest.mark.kafka)])
async def open_source(request: pytest.FixtureRequest) -> AsyncIterator[OpenSource]:
    """The portal's events over either transport; over Kafka with the real relay."""
    async with AsyncExitStack() as stack:

        async def opened(portal: Api) -> Source:
            if request.param == "feed":
                return feed_of(portal)
            broker = Broker(request.getfixturevalue("kafka_node").bootstrap)
            await topics.ensure(broker)
            await stack.enter_async_context(background(relay.run(portal.engine, "portal", broker, Telemetry("relay"))))
            return KafkaSource(feed_of(portal), broker, "permits")

        yield opened


async def test_the_newest_version_of_each_record_is_copied(
    portal: Api, engine: AsyncEngine, open_source: OpenSource
) -> None:
    async def send(method: str, path: str, body: dict[str, Any], role: str = POLICE, **headers: str) -> Any:
        answer = await portal.client.request(method, path, json=body, headers=portal.token(role) | headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    first, second = ban(), ban()
    corrected = await send("POST", "/v1/entry-bans", first)
    await send("POST", "/v1/border-crossings", crossing(), "border")
    withdrawn = await send("POST", "/v1/entry-bans", second)
    change = {"record": first | {"barred_until": "2026-12-31"}, "reason": "mistyped"}
    await send("PUT", f"/v1/entry-bans/{corrected['id']}", change, **{"If-Match": '"1"'})
    async with following(engine, await open_source(portal)):
        await until_current(engine, clock.now())
        assert {id: version for id, version, *_ in await rows(engine)} == {corrected["id"]: 2, withdrawn["id"]: 1}
        path = f"/v1/entry-bans/{withdrawn['id']}:withdraw"
        await send("POST", path, {"reason": "another person"}, **{"If-Match": '"1"'})
        await until_current(engine, clock.now())
    known = {id: (version, gone, str(until)) for id, version, gone, until in await rows(engine)}
    assert known == {corrected["id"]: (2, False, "2026-12-31"), withdrawn["id"]: (2, True, "2030-05-31")}


async def test_a_follower_whose_connection_is_killed_goes_on_where_its_effect_ended(engine: AsyncEngine) -> None:
    events = [event(n, f"r{n}") for n in range(1, 201)]
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'follower' AND pid <> {own}"
    async with following(engine, canned(events)):
        await until(lambda: rows(engine))
        ((own,),) = await rows(engine, "SELECT pg_backend_pid()")
        await rows(engine, kill.format(own=own))
        await until_current(engine, clock.now())
    assert len(await rows(engine)) == 200


async def test_what_is_not_understood_is_set_aside_once_and_tried_again_by_the_next_program(
    engine: AsyncEngine,
) -> None:
    class Stricter(Fact, producer="portal", name="entry_ban", version=1):
        source_id: str
        not_invented_yet: str

    events = [event(1, "good"), "nonsense", event(3, "bad", barred_from="none of the days")]
    strict = Copy(Stricter, BANS.table, lambda _: {})
    async with following(engine, canned(events), strict):
        await until_current(engine, clock.now())
    assert await rows(engine) == []
    for _ in range(2):
        async with following(engine, canned(events)):
            await until_current(engine, clock.now())
        assert [id for id, *_ in await rows(engine)] == ["good"]
        assert await rows(engine, "SELECT count(*) FROM inbox_parked") == [(2,)]
    assert "none of the known" not in str(await rows(engine, "SELECT reason FROM inbox_parked"))


async def test_poison_is_set_aside_alone_and_read_again_where_it_lies(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alarm, "SHARE", 2.0)
    bad = [*filter(None, nasty_texts(event(1, "spoilt"))), *map(orjson.dumps, odd_but_true(event(1, "odd")))]
    events: list[Any] = []
    for false in bad:
        events.append(event(len(events) + 1, f"r{len(events)}"))
        events.append(false.replace(b'"position":1', b'"position":%d' % (len(events) + 1)))
    events.append(event(len(events) + 1, f"r{len(events)}", barred_from="0001-01-01", barred_until=None))
    async with following(engine, canned(events)):
        await until_current(engine, clock.now())
        parked = await rows(engine, "SELECT position, reason, type, event FROM inbox_parked ORDER BY id")
        places = [place for place, *_ in parked]
        assert await rows(engine, "SELECT count(*) FROM entry_ban WHERE id LIKE 'r%'") == [(len(bad),)]
        assert all(place % 2 == 0 for place in places[:-1])
        assert len(places) == len(set(places)) > len(bad) / 3
        assert {kept for *_, kept in parked} == {None}
        assert all(reason.isascii() and reason.isprintable() for _, reason, *_ in parked)
        events[places[0] - 1] = event(places[0], "mended")
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE inbox_parked SET resend = true"))
        await until(lambda: rows(engine, "SELECT 1 FROM entry_ban WHERE id = 'mended'"))
        await until(lambda: rows(engine, "SELECT 1 WHERE NOT EXISTS (SELECT FROM inbox_parked WHERE resend)"))
        assert await rows(engine, "SELECT count(*) FROM inbox_parked") == [(len(places) - 1,)]


async def test_operators_of_a_register_see_skip_and_resend_what_its_copies_lack(start_api: StartApi) -> None:
    permits = await start_api("permits", make_permits)
    operator, officer = permits.token("operator"), permits.token("permits-officer")
    async with following(permits.engine, canned([event(1, "good"), "nonsense", event(3, "r\0")])):
        await until_current(permits.engine, clock.now())
        (first, second) = (await permits.client.get("/v1/parked-events", headers=operator)).json()["items"]
        assert (first["reason"], second["reason"]) == (
            "not a CloudEvent in JSON", "subject is not one line of at most 255 characters"
        )  # fmt: skip
        assert [(each["position"], each["resend"]) for each in (first, second)] == [(2, False), (3, False)]
        skipped = await permits.client.post("/v1/parked-events:skip", params={"id": first["id"]}, headers=operator)
        assert skipped.json() == {"skipped": 1}
        assert (await permits.client.post("/v1/parked-events:resend", headers=operator)).json() == {"resent": 1}
        await until(lambda: rows(permits.engine, "SELECT 1 WHERE NOT EXISTS (SELECT FROM inbox_parked WHERE resend)"))
    assert (await permits.client.get("/v1/parked-events", headers=officer)).status_code == 403


async def test_when_too_much_is_not_understood_nothing_is_taken_and_nobody_decides(engine: AsyncEngine) -> None:
    events = [event(n, f"r{n}", barred_from="nonsense") for n in range(1, 100)]
    async with following(engine, canned(events)):
        await asyncio.sleep(0.3)
    assert await rows(engine, "SELECT (SELECT count(*) FROM inbox_position), (SELECT count(*) FROM inbox_parked)") == [
        (0, 0)
    ]
    with pytest.raises(Unavailable, match="not complete yet"):
        await current(engine)


async def test_a_register_that_does_not_answer_makes_copies_stale_in_time(portal: Api, engine: AsyncEngine) -> None:
    async with following(engine, feed_of(portal)):
        await until_current(engine, clock.now())
    with clock.set_to(clock.now() + 1.01 * STALE), pytest.raises(Unavailable, match="not complete since"):
        await current(engine)


async def test_versions_in_any_order_leave_the_newest(engine: AsyncEngine) -> None:
    fact = EntryBan.model_validate(ban())

    for record, order in (("r1", (1, 2, 3)), ("r2", (3, 1, 2)), ("r3", (2, 3, 3, 1))):
        versions = [(Version(record, number, number == 3), fact) for number in order]
        async with engine.begin() as connection:
            await keep(connection, BANS, versions)
            await keep(connection, BANS, versions)
        held = [(version, gone) for id, version, gone, _ in await rows(engine) if id == record]
        assert held == [(3, True)]


async def test_copies_of_a_register_that_went_back_decide_nothing_until_it_was_read_anew(
    portal: Api, engine: AsyncEngine, open_source: OpenSource
) -> None:
    first, second, lost = await bar(portal, ban(), ban(), ban())
    async with following(engine, await open_source(portal)):
        await until_current(engine, clock.now())
        assert await adopt(engine, feed_of(portal), [BANS]) is None  # all is well
        await set_back(portal, 2, "entry_ban")
        third, fourth = await bar(portal, ban(), ban())  # one at the lost one's position, one beyond it

        async def is_in_doubt() -> bool:
            with suppress(Unavailable):
                await current(engine)
                return False
            return True

        await until(is_in_doubt)
        assert {id for id, *_ in await rows(engine)} == {first, second, lost}
        assert await adopt(engine, feed_of(portal), [BANS]) == 1
        held = dict.fromkeys((first, second, third, fourth), False)
        assert {id: gone for id, _, gone, _ in await rows(engine)} == held | {lost: True}
        await until_current(engine, clock.now())
        (fifth,) = await bar(portal, ban())
        await until_current(engine, clock.now())
        assert fifth in {id for id, *_ in await rows(engine)}


async def test_who_had_read_nothing_of_what_was_lost_goes_on_by_itself_and_is_told_none_of_it(
    portal: Api, engine: AsyncEngine, open_source: OpenSource
) -> None:
    """Over Kafka the lost event still lies in the topic."""
    first, second = await bar(portal, ban(), ban())
    source = await open_source(portal)
    async with following(engine, source):
        await until_current(engine, clock.now())
    await bar(portal, ban())

    async def is_relayed() -> bool:
        return isinstance(source, FeedSource) or (await feed_of(portal).ends()).relayed == 3

    await until(is_relayed)
    await set_back(portal, 2, "entry_ban")
    (third,) = await bar(portal, ban())
    async with following(engine, await open_source(portal)):
        await until_current(engine, clock.now())
    assert {id for id, *_ in await rows(engine)} == {first, second, third}
