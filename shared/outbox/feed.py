"""The outbox as an HTTP feed of CloudEvents (after http-feeds.org), for accounting, reconciliation and others."""

import asyncio
from typing import Annotated

from fastapi import FastAPI, Query, Request, Response

from shared import outbox
from shared.events.envelope import Event
from shared.http import routes
from shared.http.callers import requires

NEWEST = 2**63 - 1
POLL = 0.1  # seconds between looks while a reader waits

router = routes.router(tags=["events"])


@router.get(
    "/v1/events",
    dependencies=[requires("system")],
    summary="Events after a position, oldest first",
    response_class=Response,
    responses={
        200: {
            "content": {"application/cloudevents-batch+json": {}},
            "headers": {"Kosh-Position": {"schema": {"type": "integer"}}},
        }
    },
)
async def events(
    request: Request,
    after: Annotated[int, Query(ge=0, le=NEWEST, description="position of the last event already held")] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
    wait: Annotated[float, Query(ge=0, le=60, description="seconds to wait for an event when there is none")] = 0,
) -> Response:
    """A JSON array of CloudEvents 1.0, each with its `position`. `Kosh-Position` tells where to go on from."""
    found = await _wait_for_events(request.app, after, limit, wait)
    body = b"[" + b",".join(event.as_json(position=position) for position, event in found) + b"]"
    position = found[-1][0] if found else after
    return Response(body, media_type="application/cloudevents-batch+json", headers={"Kosh-Position": str(position)})


@router.get("/v1/events/newest", dependencies=[requires("system", "operator")], summary="Position of the newest event")
async def newest(request: Request) -> dict[str, int]:
    """`{"position": n}`: a consumer at n has everything that is committed by now."""
    async with request.app.state.engine.connect() as connection:
        return {"position": await outbox.newest(connection)}


async def _wait_for_events(app: FastAPI, after: int, limit: int, wait: float) -> list[tuple[int, Event]]:
    now = asyncio.get_running_loop().time
    deadline = now() + wait
    while True:
        async with app.state.engine.connect() as connection:
            found = await outbox.read_after(connection, after, limit)
        if found or now() >= deadline or app.state.stopping.is_set():
            return found
        await asyncio.sleep(POLL)
