"""The outbox as an HTTP feed of CloudEvents (after http-feeds.org), for accounting, reconciliation and others."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from fastapi import FastAPI, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import outbox
from shared.events.envelope import Event
from shared.http import routes
from shared.identity.callers import requires
from shared.identity.scope import no_record, whole_country

NEWEST = 2**63 - 1
MEDIA_TYPE = "application/cloudevents-batch+json"
POLL = 0.1  # seconds until the next look while a reader waits; in a silence looks become rarer ...
SLOWER = 1.5
SLOWEST = 0.8  # ... to this: only what comes after a silence is delayed by it

_ATTRIBUTES = {
    "specversion": {"type": "string", "const": "1.0"},
    "id": {"type": "string", "description": "stable: the same version of the same record is the same event"},
    "type": {"type": "string", "description": "names the schema of `data`: see asyncapi.yaml"},
    "source": {"type": "string"},
    "subject": {"type": "string", "description": "the record"},
    "time": {"type": "string", "format": "date-time", "description": "when it happened"},
    "datacontenttype": {"type": "string", "const": "application/json"},
    "recordversion": {"type": "integer"},
    "recordwithdrawn": {"type": "boolean"},
    "position": {"type": "integer", "description": "in this feed"},
    "data": {"type": "object", "additionalProperties": True},
}
_EVENT = {
    "title": "CloudEvent",
    "type": "object",
    "properties": _ATTRIBUTES | {"traceparent": {"type": "string"}},
    "required": list(_ATTRIBUTES),
}

ALL_EVENTS = whole_country("a register's consumers are told of all its records")
POSITION = no_record("a position names nobody")

router = routes.router(tags=["events"])


class FeedPosition(BaseModel):
    """How far the feed reaches."""

    position: int = Field(description="of the newest event; 0 while there is none")


@router.get(
    "/v1/events",
    dependencies=[requires("system", scope=ALL_EVENTS)],
    summary="Events after a position, oldest first",
    response_class=Response,
    responses={
        200: {
            "content": {MEDIA_TYPE: {"schema": {"type": "array", "items": _EVENT}}},
            "headers": {"Kosh-Position": {"required": True, "schema": {"type": "integer"}}},
        }
    },
)
async def events(
    request: Request,
    after: Annotated[int, Query(ge=0, le=NEWEST, description="position of the last event already held")] = 0,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
    wait: Annotated[float, Query(ge=0, le=60, description="seconds to wait for an event when there is none")] = 0,
    type: Annotated[list[str], Query(max_length=50, description="only events of these types; none: all")] = [],  # noqa: B006
) -> Response:
    """A JSON array of CloudEvents 1.0, each with its `position`. `Kosh-Position` tells where to go on from: with `type`
    it moves on over events of other types, of which `limit` at most are looked at."""
    found, position = await _wait_for_events(request.app, after, limit, wait, type)
    body = b"[" + b",".join(event.as_json(position=position) for position, event in found) + b"]"
    return Response(body, media_type=MEDIA_TYPE, headers={"Kosh-Position": str(position)})


@router.get(
    "/v1/events/newest",
    dependencies=[requires("system", "operator", scope=POSITION)],
    summary="Position of the newest event",
)
async def newest(request: Request) -> FeedPosition:
    """A consumer at this position has everything that is committed by now."""
    async with request.app.state.engine.connect() as connection:
        return FeedPosition(position=await outbox.newest(connection))


async def _wait_for_events(
    app: FastAPI, after: int, limit: int, wait: float, types: Sequence[str]
) -> tuple[list[tuple[int, Event]], int]:
    now = asyncio.get_running_loop().time
    deadline, pause = now() + wait, POLL
    while True:
        async with app.state.engine.connect() as connection:
            found, reached = await _look(connection, after, limit, types)
        if reached > after or now() >= deadline or app.state.stopping.is_set():
            return found, reached
        await asyncio.sleep(pause)
        pause = min(pause * SLOWER, SLOWEST)


async def _look(
    connection: AsyncConnection, after: int, limit: int, types: Sequence[str]
) -> tuple[list[tuple[int, Event]], int]:
    if types:
        return await outbox.look_through(connection, after, limit, types)
    found = await outbox.read_after(connection, after, limit)
    return found, found[-1][0] if found else after
