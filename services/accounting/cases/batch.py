"""What one transaction takes in: rows of facts from one source, what could not be read, and how far it was read."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import MAXYEAR, MINYEAR, datetime
from typing import Any, Self

from services.accounting.rules.persons.identity import MadeClaim
from services.accounting.rules.rows import CrossingRow, FactRow, ParkedRow, RegisterRow
from shared.inbox.reading import position_of
from shared.inbox.source import Place, Unparsed, places_of


@dataclass
class EventBatch:
    """Rows of one source, of each record the newest version that came; those before it are `overtaken`.

    `places` are those of its events; `resent` are the parked events that the batch takes up again; `stop` is why its
    source is not read on, `went_back` that it does not hold what was read of it. `epoch` is that of the outbox's
    positions. What another process has parsed is here `unparsed` (`opened`). `traces` are what the events say of the
    requests that they come from (traceparent).
    """

    source: str
    events: Sequence[Any] = ()
    places: Sequence[Place | None] = ()
    transport: str = ""
    positions: Mapping[int, int] = field(default_factory=dict)
    seen: int = 0
    newest_position: int = 0
    newest_time: str | None = None
    crossings: dict[int, CrossingRow] = field(default_factory=dict)
    register_facts: dict[int, RegisterRow] = field(default_factory=dict)
    claims: dict[int, tuple[MadeClaim, int]] = field(default_factory=dict)
    overtaken: list[FactRow] = field(default_factory=list)
    parked: list[ParkedRow] = field(default_factory=list)
    resent: list[int] = field(default_factory=list)
    stop: str | None = None
    went_back: bool = False
    epoch: str | None = None
    unparsed: Unparsed | None = None
    traces: list[str] = field(default_factory=list)

    def opened(self) -> Self:
        """The same with its events at hand. Raises ValueError where what was parsed elsewhere cannot be parsed here."""
        if self.unparsed is None:
            return self
        if (events := self.unparsed.events()) is None:
            raise ValueError("a batch holds no events that were counted")  # rather than go on without them
        return replace(self, events=events, places=places_of(events), unparsed=None)

    def without_events(self, parked: Sequence[ParkedRow] = ()) -> Self:
        """The same with nothing of the events themselves, unless as `parked`: positions and what else was reached."""
        return replace(
            self, events=(), places=(), unparsed=None, seen=len(parked), crossings={}, register_facts={}, claims={},
            overtaken=[], parked=list(parked),
        )  # fmt: skip

    def add(self, row: FactRow, claims: Sequence[MadeClaim]) -> None:
        """Takes a row in, unless a newer version of its record is there. Keeps what it claims, and who said so."""
        rows: dict[int, Any] = self.crossings if isinstance(row, CrossingRow) else self.register_facts
        held = rows.get(row.fact)
        if held is not None and held.version != row.version:
            self.overtaken.append(min(held, row, key=_version))
        if held is None or held.version < row.version:
            rows[row.fact] = row
            for stated in claims:
                self.claims.setdefault(stated.key, (stated, row.fact))

    def reach(self, event: Mapping[str, Any]) -> None:
        """Remembers the newest position (the outbox's own, whatever the transport) and the time of its event, and what
        it comes from. Raises NotUnderstood where the position is none."""
        position, time = position_of(event), event.get("time")
        if isinstance(trace := event.get("traceparent"), str):
            self.traces.append(trace)
        if position > self.newest_position:
            self.newest_position = position
            self.newest_time = time if isinstance(time, str) else None


def _version(row: FactRow) -> int:
    return row.version


def moment(time: str | None) -> datetime | None:
    """The time that an event states, None where it states none that every zone has in its calendar."""
    with suppress(ValueError):
        moment = datetime.fromisoformat(time or "")
        return moment if moment.tzinfo and MINYEAR < moment.year < MAXYEAR else None
    return None
