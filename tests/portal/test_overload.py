"""Overload: what is not taken is refused with the way on, what is taken is there, and nobody is crowded out."""

import asyncio
from uuid import uuid4

import httpx
import pytest

from services.portal.app import make_app
from shared.testing.api import StartApi
from shared.testing.people import crossing

FLOOD = 30
QUIET = 5


async def test_a_flood_is_refused_in_part_loses_nothing_and_crowds_nobody_out(
    start_api: StartApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOSH_MAX_RUNNING", "4")
    portal = await start_api("portal", make_app)
    loud, quiet = (portal.token("border", subject=name) for name in ("loud", "quiet"))

    async def send(headers: dict[str, str]) -> httpx.Response:
        body = crossing(source_id=str(uuid4()))
        return await portal.client.post("/v1/border-crossings", json=body, headers=headers)

    async def one_by_one() -> list[int]:
        return [(await send(quiet)).status_code for _ in range(QUIET)]

    assert [(await send(each)).status_code for each in (loud, quiet)] == [201, 201]
    flood = asyncio.gather(*(send(loud) for _ in range(FLOOD)))
    answered, answers = await asyncio.gather(one_by_one(), flood)
    assert answered == [201] * QUIET
    by_status = {answer.status_code for answer in answers}
    assert by_status == {201, 503}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers if answer.status_code == 503)

    taken = 2 + QUIET + sum(answer.status_code == 201 for answer in answers)
    stored = await portal.rows(
        "SELECT (SELECT count(*) FROM border_crossing) AS records, count(*) AS events FROM outbox"
    )
    assert stored == [{"records": taken, "events": taken}]
    assert (await send(loud)).status_code == 201, "it recovers at once"
