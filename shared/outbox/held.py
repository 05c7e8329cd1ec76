"""What the register holds, in sums and digests, for a consumer who compares it with what was taken (decision 0063).

In pages of positions, as the feed itself: each is one short statement, nothing is held between two, and what was summed
up to a position may be added to what follows. Told of is what the caller is granted, by the members that it is granted.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from hashlib import sha256
from typing import Annotated, Any, NamedTuple

import orjson
from fastapi import Query, Request
from pydantic import BaseModel, Field

from shared import outbox
from shared.events.digests import date_told, day_told, members_digest
from shared.events.envelope import Event
from shared.http import routes
from shared.identity.callers import Caller, requires
from shared.kernel.digests import content_digest, record_digest, subject_key
from shared.outbox.feed import ALL_EVENTS, NEWEST, grant_of

SUM = 2**64
MOST = 2_000  # events of a page: a tenth of a second's work

router = routes.router(tags=["events"])

After = Annotated[int, Query(ge=0, le=NEWEST, description="position of the last event already told of")]
Until = Annotated[int | None, Query(ge=0, le=NEWEST, description="position of the last event asked for; none: all")]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Types = Annotated[list[str], Query(alias="type", max_length=50, description="only events of these types; none: all")]
Days = Annotated[list[date], Query(alias="day", max_length=400, description="only events of these days; none: all")]


class DaySum(BaseModel):
    """The events of one type that happened on one day."""

    type: str
    day: date = Field(description="of their time, in Kazakhstan")
    events: int
    records: str = Field(description="sum of the digests of which versions of which records they are, 64 bits in hex")
    contents: str = Field(description="sum of the digests of what they say, 64 bits in hex")


class EventSums(BaseModel):
    """A page of the outbox, summed up."""

    epoch: str = Field(description="of these positions, as in the header `Kosh-Epoch` of the feed")
    reached: int = Field(description="position to go on from")
    members: dict[str, str] = Field(
        description="by type which members the caller is granted, as a digest: contents can be compared only between "
        "those who are told the same"
    )
    days: list[DaySum]


class EventDigest(BaseModel):
    """One version of one record, without what it says."""

    position: int
    type: str
    subject: str
    source_id: str | None = Field(description="the record's own number, where it has one that is granted")
    version: int
    withdrawn: bool
    day: date
    content: str | None = Field(description="digest of what it says, 48 bits in hex; null where that has none")
    event: str = Field(description="SHA-256 of the event as compact JSON, as with parked events")


class EventDigests(BaseModel):
    """A page of the outbox, version by version."""

    epoch: str
    reached: int = Field(description="position to go on from")
    items: list[EventDigest]


class GrantedPage(NamedTuple):
    """Events as they are granted, the position that is reached, and the epoch of both."""

    events: list[tuple[int, Event]]
    reached: int
    epoch: str


@router.get("/v1/events/sums", summary="What the register holds, by type and day")
async def event_sums(
    request: Request,
    caller: Annotated[Caller, requires("system", scope=ALL_EVENTS)],
    after: After = 0,
    until: Until = None,
    limit: Limit = MOST,
) -> EventSums:
    """Counts and sums of digests of the events after a position, as `/v1/events` would tell them: begin at 0 and add
    up page by page until `reached` is the newest position, or `until`. How the digests are made stands in decision
    0063. Of two sums that are equal, the sets of versions and what they say are equal."""
    page, members = await _page(request, caller, after, until, limit, ())
    days = await asyncio.to_thread(_sums, page.events)  # beside the requests of others
    return EventSums(epoch=page.epoch, reached=page.reached, members=members, days=days)


@router.get("/v1/events/digests", summary="What the register holds, version by version")
async def event_digests(
    request: Request,
    caller: Annotated[Caller, requires("system", scope=ALL_EVENTS)],
    after: After = 0,
    until: Until = None,
    limit: Limit = MOST,
    types: Types = [],  # noqa: B006
    days: Days = [],  # noqa: B006
) -> EventDigests:
    """Digests of the events after a position, each with its version: for the days on which `/v1/events/sums` differ
    from what was taken. What an event says is not told."""
    page, _ = await _page(request, caller, after, until, limit, types)
    items = await asyncio.to_thread(lambda: list(_digests(page.events, frozenset(days))))
    return EventDigests(epoch=page.epoch, reached=page.reached, items=items)


async def _page(
    request: Request, caller: Caller, after: int, until: int | None, limit: int, types: Sequence[str]
) -> tuple[GrantedPage, dict[str, str]]:
    """Raises Forbidden for who is granted nothing here."""
    grant = grant_of(caller, request.app)
    wanted = grant.facts.keys() & set(types) if types else grant.facts.keys()
    last = NEWEST if until is None else until
    async with request.app.state.engine.connect() as connection:
        found, reached = await outbox.look_through(connection, after, limit, list(wanted))
        epoch = (await outbox.epochs(connection))[-1].id
    views = ((position, grant.view(event)) for position, event in found if position <= last)
    told = [(position, event) for position, event in views if event]
    members = {type: members_digest(granted) for type, granted in grant.facts.items()}
    return GrantedPage(told, max(after, min(reached, last)), epoch), members


def _sums(events: Collection[tuple[int, Event]]) -> list[DaySum]:
    sums: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for _, event in events:
        key, of = subject_key(event.subject), sums[event.type, day_told(event.time)]
        of[0] += 1
        of[1] += record_digest(key, event.recordversion, event.recordwithdrawn)
        of[2] += content_digest(key, event.recordversion, orjson.loads(event.data)) or 0
    return [
        DaySum(type=type, day=date_told(day), events=n, records=f"{r % SUM:016x}", contents=f"{c % SUM:016x}")
        for (type, day), (n, r, c) in sorted(sums.items())
    ]


def _digests(events: Collection[tuple[int, Event]], days: Collection[date]) -> Iterator[EventDigest]:
    for position, event in events:
        day = date_told(day_told(event.time))
        if days and day not in days:
            continue
        said: Any = orjson.loads(event.data)
        number = said.get("source_id") if isinstance(said, dict) else None
        content = content_digest(subject_key(event.subject), event.recordversion, said)
        yield EventDigest(
            position=position,
            type=event.type,
            subject=event.subject,
            source_id=number if isinstance(number, str) else None,
            version=event.recordversion,
            withdrawn=event.recordwithdrawn,
            day=day,
            content=None if content is None else f"{content:012x}",
            event=sha256(event.as_json(position=position)).hexdigest(),
        )
