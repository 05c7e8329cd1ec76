"""The outbox as an HTTP feed of CloudEvents (after http-feeds.org), for the consumers that contracts/topics.yaml names:
each sees the facts that it is granted, with the members that it is granted, and positions that move on over the others.
"""

import asyncio
from collections.abc import Sequence
from typing import Annotated, NamedTuple

from fastapi import Depends, FastAPI, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import outbox
from shared.errors import Conflict, Forbidden
from shared.events.envelope import Event
from shared.events.grants import Grant, grants_of
from shared.http import routes
from shared.http.openapi import problem_answer
from shared.identity.callers import Caller, requires
from shared.identity.scope import no_record, whole_country
from shared.outbox.http_feeds import Synonyms

NEWEST = 2**63 - 1
MEDIA_TYPE = "application/cloudevents-batch+json"

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
    "data": {
        "type": ["object", "null"],
        "additionalProperties": True,
        "description": "null where what is on file cannot be read: set it aside, and read it again once it is mended",
    },
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


class OutboxEpoch(BaseModel):
    """One life of the feed: a restored register gives the same positions to other events."""

    id: str = Field(description="as in the header `Kosh-Epoch` of the feed, and `kosh-epoch` of a Kafka record")
    after: int = Field(description="position up to which it holds what the epochs before it held, and no further")


class FeedPosition(BaseModel):
    """How far the feed reaches."""

    position: int = Field(description="of the newest event; 0 while there is none")
    relayed: int | None = Field(None, description="position up to which the caller's Kafka topic holds what is granted")
    epochs: list[OutboxEpoch] = Field(
        description="oldest first, the present one last. Who has read beyond what the present one continues, or in an "
        "epoch that is not named, holds what the register does not hold"
    )


@router.get(
    "/v1/events",
    summary="Events after a position, oldest first",
    response_class=Response,
    responses={
        200: {
            "content": {MEDIA_TYPE: {"schema": {"type": "array", "items": _EVENT}}},
            "headers": {
                "Kosh-Position": {"required": True, "schema": {"type": "integer"}},
                "Kosh-Epoch": {"required": True, "schema": {"type": "string", "format": "uuid"}},
            },
        },
        409: problem_answer("The position lies beyond the newest event: these are not the events that were read."),
    },
)
async def events(
    request: Request,
    caller: Annotated[Caller, requires("system", scope=ALL_EVENTS)],
    synonyms: Annotated[Synonyms, Depends()],
    after: Annotated[
        int | None, Query(ge=0, le=NEWEST, description="position of the last event already held; none: 0")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 1_000,
    wait: Annotated[
        float | None, Query(ge=0, le=60, description="seconds to wait for an event when there is none; none: 0")
    ] = None,
    type: Annotated[list[str], Query(max_length=50, description="only events of these types; none: all")] = [],  # noqa: B006
) -> Response:
    """A JSON array of CloudEvents 1.0, each with its `position`. The token's client chooses what is told: the facts
    and members that contracts/topics.yaml grants it. `Kosh-Position` tells where to go on from: it moves on over events
    that are not granted or not of a `type` that is asked for, and nobody waits less for them. `Kosh-Epoch` is the epoch
    of these positions: when it changes, ask `/v1/events/newest` whether yours is among what it continues. `lastEventId`
    and `timeout` are the names of http-feeds.org for `after` and `wait`."""
    grant, state = grant_of(caller, request.app), request.app.state
    patience = synonyms.patience(wait)
    async with state.engine.connect() as connection:
        start = await state.told_events.start(connection, after, synonyms)
        await _expect_to_hold(connection, start)
    state.feed_readers.asked(grant.consumer, start)
    seen = await _wait_for_events(request.app, grant, start, limit, patience, type)
    if seen.events:
        state.told_events.note(seen.events[-1][1].id, seen.events[-1][0])
    body = b"[" + b",".join(event.as_json(position=position) for position, event in seen.events) + b"]"
    headers = {"Kosh-Position": str(seen.reached), "Kosh-Epoch": seen.epoch}
    return Response(body, media_type=MEDIA_TYPE, headers=headers)


@router.get("/v1/events/newest", summary="Position of the newest event")
async def newest(
    request: Request, caller: Annotated[Caller, requires("system", "operator", scope=POSITION)]
) -> FeedPosition:
    """A consumer at this position has everything that is committed by now."""
    grant = None if "operator" in caller.roles else grant_of(caller, request.app)
    async with request.app.state.engine.connect() as connection:
        position = await outbox.newest(connection)  # before what is relayed: that may only be further
        relayed = await outbox.relayed(connection, [grant.topic]) if grant else {}
        epochs = [OutboxEpoch(id=epoch.id, after=epoch.after) for epoch in await outbox.epochs(connection)]
    return FeedPosition(position=position, relayed=relayed[grant.topic] if grant else None, epochs=epochs)


def grant_of(caller: Caller, app: FastAPI) -> Grant:
    """What the caller's client may read here. Raises Forbidden where it may read nothing."""
    for grant in grants_of(app.state.service):
        if grant.client == caller.client:
            return grant
    raise Forbidden("The client of your token is no consumer of this feed: contracts/topics.yaml names them.")


class Look(NamedTuple):
    """What is told of the events after a position, the position that is reached, and the epoch of both."""

    events: list[tuple[int, Event]]
    reached: int
    epoch: str


async def _wait_for_events(
    app: FastAPI, grant: Grant, after: int, limit: int, wait: float, types: Sequence[str]
) -> Look:
    now = asyncio.get_running_loop().time
    deadline, moved = now() + wait, after
    while True:
        async with app.state.engine.connect() as connection:
            seen = await _look(connection, grant, moved, limit, types)
        left = deadline - now()
        if seen.events or left <= 0 or app.state.stopping.is_set():
            return seen
        if seen.reached == moved:
            await app.state.outbox_watch.beyond(seen.reached, left)
        moved = seen.reached


async def _expect_to_hold(connection: AsyncConnection, position: int) -> None:
    """Raises Conflict for a position that no event has yet: who was there read another outbox, such as one from before
    the database was restored, and would wait for ever and miss what is written meanwhile."""
    if position and position > (newest := await outbox.newest(connection)):
        raise Conflict(f"Position {position} lies beyond the newest event, which is {newest}.")


async def _look(connection: AsyncConnection, grant: Grant, after: int, limit: int, types: Sequence[str]) -> Look:
    wanted = grant.facts.keys() & set(types) if types else grant.facts.keys()
    found, reached = await outbox.look_through(connection, after, limit, list(wanted))
    seen = ((position, grant.view(event)) for position, event in found)
    told = [(position, event) for position, event in seen if event]
    return Look(told, reached, (await outbox.epochs(connection))[-1].id)
