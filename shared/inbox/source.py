"""The port through which one service reads the events of another, whatever carries them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

import orjson

from shared.events.epochs import Epoch, Stand, went_back

Positions = Mapping[int, int]
"""How far a source was read: where to go on, by part. The feed has the one part 0, Kafka its partitions. A part that is
missing was not read yet."""

Event = dict[str, Any]
"""A CloudEvent in the JSON format's structured mode, parsed, with the outbox's `position` as an extension."""


LARGEST = 2**63 - 1
"""The last position that can be stored."""


class Place(NamedTuple):
    """Where an event lies in what carries it: the part, and the position there. In a feed that is the outbox's own, in
    Kafka the record's offset."""

    part: int
    position: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What the transport brought instead of an event; `raw` is None where not even its bytes are had."""

    raw: bytes | None


@dataclass(frozen=True, slots=True)
class Unparsed:
    """A feed's answer as it came, which nobody has parsed yet: the position that it was asked after, and that which it
    tells."""

    content: bytes
    after: int
    reached: int

    def events(self) -> list[Event] | None:
        """Its events, None unless all of it are such and stand in the order of their positions."""
        try:
            events = orjson.loads(self.content)
        except orjson.JSONDecodeError:
            return None
        if not isinstance(events, list):
            return None
        after = self.after
        for event in events:
            position = event.get("position") if isinstance(event, dict) else None
            if type(position) is not int or not after < position <= self.reached:
                return None
            after = position
        return events


def places_of(events: Sequence[Event]) -> list[Place]:
    """Where the events of a feed lie: at their positions."""
    return [Place(0, event["position"]) for event in events]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came from a source, and its positions behind it; `reached` is the position in the register's outbox up to
    which nothing is missing, 0 where that cannot be told: what is not granted to us does not come. `places` are those
    of the events, one for each: what cannot be taken is found there again. `epoch` is that of the outbox when it was
    read, None where the register tells none yet. `unparsed` is there instead of events where the source leaves large
    answers so."""

    events: list[Event | Unreadable]
    positions: Positions
    reached: int = 0
    places: Sequence[Place] = ()
    epoch: str | None = None
    unparsed: Unparsed | None = None


class Newest(NamedTuple):
    """Where a source ends: the position of its newest event in the register's outbox, and the end of each part of what
    carries the events. `behind` tells how many of its positions are not carried there yet; `epochs` are those of the
    outbox, the present one last, none where the register tells none yet."""

    position: int
    ends: Mapping[int, int]
    behind: int = 0
    epochs: Sequence[Epoch] = ()

    @property
    def epoch(self) -> str | None:
        """The present epoch."""
        return self.epochs[-1].id if self.epochs else None

    def is_reached(self, positions: Positions) -> bool:
        """Whether who was read up to these positions has everything."""
        return self.behind == 0 and all(positions.get(part, 0) >= end for part, end in self.ends.items())


class SourceFailed(Exception):
    """The source does not answer, or not as agreed. Asking is tried again; nothing was lost."""


class WentBack(SourceFailed):
    """The source does not hold what was read of it. It is not read on until it was read anew (`adopt`)."""


def expect_continued(source: str, stand: Stand, newest: Newest) -> None:
    """Raises WentBack where the source, which ends at `newest`, is no continuation of what was read up to `stand`."""
    if why := went_back(stand, newest.epochs, newest.position):
        raise WentBack(f"{source}: {why}")


def newest_position(events: Sequence[Event | Unreadable]) -> int:
    """The newest place in the register's outbox that the events name, 0 where none does."""
    named = (event.get("position") for event in events if isinstance(event, dict))
    return max((place for place in named if type(place) is int and place < 2**63), default=0)


class Source(Protocol):
    """One register's stream of events. Positions are given back by the caller, who stores them with the effect."""

    name: str
    transport: str

    async def read(self, after: Positions, limit: int, wait: float) -> Delivery:
        """Up to about `limit` events after the positions, oldest first; waits up to `wait` seconds for the first one.

        Raises SourceFailed.
        """
        ...

    async def newest(self) -> Newest:
        """Where the source ends now. Raises SourceFailed."""
        ...

    async def again(self, transport: str, places: Sequence[Place]) -> list[Event | Unreadable | None]:
        """What lies at each of the places of `transport`, None where nothing does. Raises SourceFailed."""
        ...

    async def close(self) -> None: ...


def event_of(raw: bytes) -> Event | Unreadable:
    """One event from its JSON text."""
    try:
        event = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return Unreadable(raw)
    return event if isinstance(event, dict) else Unreadable(raw)


def digest_of(event: Event | Unreadable) -> bytes | None:
    """SHA-256 of the event as compact JSON, or of the very bytes of what is none: tells, without the content, whether
    two are the same. None for what has no bytes or is nested too deeply to be written again."""
    if isinstance(event, Unreadable):
        return None if event.raw is None else sha256(event.raw).digest()
    try:
        return sha256(orjson.dumps(event)).digest()
    except TypeError:
        return None
