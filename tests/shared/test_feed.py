"""The feed of events: who waits for them, and how."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import event

from services.portal.app import make_app
from shared.testing.api import Api, StartApi
from shared.testing.people import crossing

READERS = 20


@pytest.fixture
async def portal(start_api: StartApi) -> Api:
    return await start_api("portal", make_app)


async def cross(portal: Api) -> None:
    answer = await portal.client.post("/v1/border-crossings", json=crossing(), headers=portal.token("border"))
    assert answer.status_code == 201


async def read(portal: Api, **asked: Any) -> Any:
    return await portal.client.get("/v1/events", params=asked, headers=portal.token("system"))


async def test_all_who_wait_share_one_look(portal: Api) -> None:
    """Each reader looks when it comes and when its time is over, and in between nobody looks for one reader alone."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(portal.engine.sync_engine, "before_cursor_execute", note)
    answers = await asyncio.gather(*(read(portal, wait=3) for _ in range(READERS)))
    assert {answer.status_code for answer in answers} == {200}
    assert len([each for each in statements if "FROM outbox" in each]) < 3 * READERS


async def test_an_event_wakes_all_who_wait_for_it_and_nobody_else(portal: Api) -> None:
    await cross(portal)
    early = [asyncio.create_task(read(portal, after=1, wait=30)) for _ in range(READERS)]
    late = asyncio.create_task(read(portal, after=2, wait=30))
    await asyncio.sleep(0.5)
    await cross(portal)
    answers = await asyncio.gather(*early)
    assert [[e["position"] for e in answer.json()] for answer in answers] == [[2]] * READERS
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
