"""The feed of events: who waits for them, and how."""

import asyncio
import csv
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import event, text

from services.portal.app import make_app
from shared.events.border_control import EntryBan
from shared.events.grants import name_birth_digest
from shared.testing.api import Api, StartApi
from shared.testing.people import crossing, person

READERS = 20


@pytest.fixture
async def portal(start_api: StartApi) -> Api:
    return await start_api("portal", make_app)


async def cross(portal: Api) -> None:
    answer = await portal.client.post("/v1/border-crossings", json=crossing(), headers=portal.token("border"))
    assert answer.status_code == 201


async def read(portal: Api, **asked: Any) -> Any:
    return await portal.client.get("/v1/events", params=asked, headers=portal.consumer("accounting"))


async def test_all_who_wait_share_one_look(portal: Api) -> None:
    """Each reader looks when it comes and when its time is over, and in between nobody looks for one reader alone."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(portal.engine.sync_engine, "before_cursor_execute", note)
    answers = await asyncio.gather(*(read(portal, wait=3) for _ in range(READERS)))
    assert {answer.status_code for answer in answers} == {200}
    assert len([each for each in statements if "FROM outbox" in each and "outbox_epoch" not in each]) < 3 * READERS


async def test_an_event_wakes_all_who_wait_for_it_and_nobody_else(portal: Api) -> None:
    await cross(portal)
    early = [asyncio.create_task(read(portal, after=1, wait=30)) for _ in range(READERS)]
    await asyncio.sleep(0.5)
    await cross(portal)
    late = asyncio.create_task(read(portal, after=2, wait=30))
    answers = await asyncio.gather(*early)
    assert [[e["position"] for e in answer.json()] for answer in answers] == [[2]] * READERS
    await asyncio.sleep(0.5)
    assert not late.done()
    await cross(portal)
    assert [e["position"] for e in (await late).json()] == [3]


async def test_a_reader_that_hangs_up_leaves_the_others_waiting(portal: Api) -> None:
    gone, stays = (asyncio.create_task(read(portal, wait=30)) for _ in range(2))
    await asyncio.sleep(0.3)
    gone.cancel()
    await asyncio.sleep(0.3)
    await cross(portal)
    assert len((await stays).json()) == 1


async def test_who_waits_is_let_go_when_the_service_stops(portal: Api) -> None:
    waiting = [asyncio.create_task(read(portal, wait=60)) for _ in range(READERS)]
    await asyncio.sleep(0.3)
    portal.app.state.stopping.set()
    answers = await asyncio.wait_for(asyncio.gather(*waiting), 30)
    assert [answer.json() for answer in answers] == [[]] * READERS


POLICE = "migration-police"
SECRETS = {"surname": "OKHOTNIKOV", "given_names": "ZINOVY", "surname_cyrillic": "ОХОТНИКОВ"}


async def ban(portal: Api, **who: Any) -> dict[str, Any]:
    """A ban on an invented person, as published."""
    known = {"ground": "security", "barred_from": "2025-06-01", "barred_until": "2030-05-31"}
    order = {"source_id": f"EB-{uuid4().hex}", "person": person(**(SECRETS | who))} | known
    answer = await portal.client.post("/v1/entry-bans", json=order, headers=portal.token(POLICE))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = (await portal.events())[-1]
    return found


async def told(portal: Api, consumer: str, **asked: Any) -> Any:
    return await portal.client.get("/v1/events", params=asked, headers=portal.consumer(consumer))


async def test_a_consumer_is_told_what_it_is_granted_and_no_more(portal: Api) -> None:
    """Permits needs the keys of bans: no name and no reason, and nothing of any crossing."""
    await cross(portal)
    published = await ban(portal)
    answer = await told(portal, "permits")
    (event,) = answer.json()
    assert event["data"] == {
        "person": {
            "iin": None,
            "document": {name: published["data"]["person"]["document"][name] for name in ("issuing_state", "number")},
            "name_birth_digest": name_birth_digest(published["data"]["person"]),
        },
        "barred_from": "2025-06-01",
        "barred_until": "2030-05-31",
        "lifted_on": None,
    }
    assert {name: event[name] for name in event if name != "data"} == {
        name: published[name] for name in published if name != "data"
    }
    assert not [secret for secret in (*SECRETS.values(), "security") if secret in answer.text]


async def test_positions_move_on_over_what_is_not_granted(portal: Api) -> None:
    for _ in range(3):
        await cross(portal)
    answer = await told(portal, "permits")
    assert (answer.json(), answer.headers["Kosh-Position"]) == ([], "3")
    await ban(portal)
    await cross(portal)
    accounting = await told(portal, "accounting")
    assert [e["position"] for e in accounting.json()] == [1, 2, 3, 5]
    assert accounting.headers["Kosh-Position"] == "5"


async def test_a_limit_counts_what_is_asked_for(portal: Api) -> None:
    for _ in range(3):
        await cross(portal)
    for _ in range(3):
        await ban(portal)
    await cross(portal)
    first = await told(portal, "permits", type=EntryBan.TYPE, limit=2)
    assert ([e["position"] for e in first.json()], first.headers["Kosh-Position"]) == ([4, 5], "5")
    second = await told(portal, "permits", after=5, limit=2)
    assert ([e["position"] for e in second.json()], second.headers["Kosh-Position"]) == ([6], "7")


async def test_nobody_waits_less_for_what_is_not_theirs(portal: Api) -> None:
    waiting = asyncio.create_task(told(portal, "permits", wait=30))
    await asyncio.sleep(0.3)
    await cross(portal)
    await asyncio.sleep(1.5)
    assert not waiting.done()
    await ban(portal)
    assert [e["position"] for e in (await waiting).json()] == [2]


async def test_a_position_beyond_the_newest_event_is_a_conflict(portal: Api) -> None:
    """As after a restored database: waiting would lose what is written until that position is reached again."""
    await cross(portal)
    assert (await told(portal, "accounting", after=1)).status_code == 200
    answer = await told(portal, "accounting", after=2, wait=30)
    assert answer.status_code == 409
    assert "newest event, which is 1" in answer.json()["detail"]


async def test_what_is_not_granted_cannot_be_asked_for(portal: Api) -> None:
    await ban(portal)
    answer = await told(portal, "accounting", type=EntryBan.TYPE)
    assert (answer.status_code, answer.json(), answer.headers["Kosh-Position"]) == (200, [], "1")


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"client_id": "kosh-portal"},  # reads permits, and nothing here
        {"client_id": "kosh-system"},
        {"client_id": "accounting"},
        {"client_id": ""},
        {"sub": "service-account-kosh-accounting"},
        {"client_id": ["kosh-accounting"]},
    ],
    ids=str,
)
async def test_an_unknown_client_reads_nothing(portal: Api, claims: dict[str, Any]) -> None:
    await cross(portal)
    for path in ("/v1/events", "/v1/events/newest", "/v1/events/sums", "/v1/events/digests"):
        answer = await portal.client.get(path, headers=portal.token("system", **claims))
        assert answer.status_code == 403


async def test_a_consumers_client_without_the_role_reads_nothing(portal: Api) -> None:
    answer = await portal.client.get("/v1/events", headers=portal.token("border", client_id="kosh-accounting"))
    assert answer.status_code == 403


async def test_azp_names_the_client_where_client_id_does_not_and_both_must_agree(portal: Api) -> None:
    known: list[tuple[dict[str, Any], int]] = [
        ({"azp": "kosh-accounting"}, 200),
        ({"azp": "kosh-accounting", "client_id": "kosh-accounting"}, 200),
        ({"azp": "kosh-terminal", "client_id": "kosh-accounting"}, 401),
    ]
    for claims, status in known:
        answer = await portal.client.get("/v1/events", headers=portal.token("system", **claims))
        assert answer.status_code == status


def test_a_consumers_token_opens_feeds_and_nothing_else_of_any_service() -> None:
    """The table is that of the code: tests/contracts/test_events.py."""
    with Path("contracts/http/access.csv").open(newline="") as lines:
        opened = {(row["method"], row["path"]) for row in csv.DictReader(lines) if "system" in row["who"].split()}
    assert opened == {("GET", f"/v1/events{of}") for of in ("", "/newest", "/sums", "/digests")}


async def test_sums_of_pages_add_up_to_those_of_all(portal: Api) -> None:
    for _ in range(3):
        await cross(portal)

    async def told(of: str, **asked: int) -> Any:
        answer = await portal.client.get(f"/v1/events/{of}", params=asked, headers=portal.consumer("accounting"))
        assert answer.status_code == 200
        return answer.json()

    (whole,) = (await told("sums"))["days"]
    pages = [await told("sums", after=after, limit=1) for after in range(3)]
    assert [page["reached"] for page in pages] == [1, 2, 3]
    of_each = [day for page in pages for day in page["days"]]
    assert sum(day["events"] for day in of_each) == whole["events"] == 3
    for name in ("records", "contents"):
        assert sum(int(day[name], 16) for day in of_each) % 2**64 == int(whole[name], 16)
    items = (await told("digests", after=1, until=2))["items"]
    assert [item["position"] for item in items] == [2]
    assert "data" not in items[0]
    beyond = await told("sums", after=2**63 - 1, until=0)
    assert (beyond["reached"], beyond["days"]) == (2**63 - 1, [])


async def test_a_client_of_http_feeds_org_reads_on_by_the_last_events_id(portal: Api) -> None:
    """Its loop: take what comes, remember the id of the last event, ask after it, with a patience in milliseconds."""
    for _ in range(5):
        await cross(portal)
    asked: dict[str, Any] = {"limit": 2}
    found: list[int] = []
    while batch := (await told(portal, "accounting", **asked)).json():
        found += [each["position"] for each in batch]
        asked["lastEventId"] = batch[-1]["id"]
    assert found == [1, 2, 3, 4, 5]
    waiting = asyncio.create_task(told(portal, "accounting", lastEventId=asked["lastEventId"], timeout=30_000))
    await cross(portal)
    assert [each["position"] for each in (await waiting).json()] == [6]


async def test_an_id_is_found_by_a_replica_that_has_not_told_it_and_after_a_position(portal: Api) -> None:
    await cross(portal)
    await cross(portal)
    first, second = await portal.events()
    portal.app.state.told_events.clear()
    asked = await told(portal, "accounting", lastEventId=first["id"])
    assert [each["position"] for each in asked.json()] == [2]
    assert (await told(portal, "accounting", lastEventId=str(second["position"]))).json() == []


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"lastEventId": "portal.border_crossing.v1:01900000-0000-7000-8000-000000000000:1"}, 409),
        ({"lastEventId": "portal.border_crossing.v1::99999999999999999999"}, 409),
        ({"lastEventId": "no id"}, 409),
        ({"lastEventId": "2"}, 409),
        ({"lastEventId": "٣"}, 409),
        ({"lastEventId": "9" * 30}, 409),
        ({"lastEventId": "x" * 300}, 422),
        ({"lastEventId": "1", "after": 1}, 422),
        ({"timeout": 5, "wait": 1}, 422),
        ({"timeout": -1}, 422),
        ({"timeout": 60_001}, 422),
    ],
)
async def test_an_id_of_another_outbox_is_a_conflict_and_two_ways_of_asking_are_refused(
    portal: Api, asked: dict[str, Any], status: int
) -> None:
    await cross(portal)
    answer = await told(portal, "accounting", **asked)
    assert answer.status_code == status
    assert status == 422 or "newest event, which is 1" in answer.json()["detail"]


async def test_what_cannot_be_read_in_the_outbox_goes_out_without_data_and_holds_up_nothing(portal: Api) -> None:
    """Whatever is in the outbox, such as after a repair by hand: each consumer sees that something is there."""
    await cross(portal)
    copied = text("""
        INSERT INTO outbox (type, subject, recordversion, recordwithdrawn, time, data)
        SELECT type, subject, 2, false, CAST(CAST(:time AS text) AS timestamptz),
            CAST(CAST(:data AS text) AS json) FROM outbox WHERE position = 1
    """)
    deep = "[" * 3_000 + "]" * 3_000
    spoilt = [
        '"\\ud800"',
        "[1]",
        "1e999",
        "null",
        deep,
        '{"person": 7}',
        '{"person": {"surname": 1}}',
    ]
    times = ["infinity", "-infinity", "20000-01-01", "4000-01-01 BC"]
    async with portal.engine.begin() as connection:
        for data in spoilt:
            await connection.execute(copied, {"data": data, "time": "2026-01-01"})
        for time in times:
            await connection.execute(copied, {"data": "{}", "time": time})
    await cross(portal)
    answer = await read(portal)
    events = answer.json()
    assert [event["position"] for event in events] == list(range(1, len(spoilt) + len(times) + 3))
    assert [event["data"] for event in events[1:7]] == [None, {}, None, None, None, None]
    assert events[-1]["data"] is not None


async def test_how_far_each_consumer_has_come_and_what_the_outbox_takes_is_shown(portal: Api) -> None:
    def shown(exposition: bytes, name: str) -> float:
        return float(next(line for line in exposition.decode().splitlines() if line.startswith(name)).split()[-1])

    metrics = portal.app.state.metrics
    before = await metrics.exposition()
    assert b"kosh_feed_asked_position{" not in before, "who has not asked is nowhere, not at 0"
    lines = "\n".join(orjson.dumps(crossing()).decode() for _ in range(500))
    headers = portal.token("border") | {"Content-Type": "application/x-ndjson"}
    answer = await portal.client.post("/v1/border-crossings:batch", content=lines, headers=headers)
    assert answer.status_code == 200
    await read(portal)
    await read(portal, after=300)
    after = await metrics.exposition()
    assert shown(after, 'kosh_feed_asked_position{consumer="accounting"}') == 300
    for figure in ("kosh_outbox_bytes", "kosh_database_bytes"):
        assert shown(after, figure) - shown(before, figure) > 100_000
