"""The parameters of http-feeds.org beside ours: `lastEventId` for `after`, `timeout` (milliseconds) for `wait`.

An event's id says nothing of its position. A replica remembers the ids that it ended its answers with; any other is
looked for in the whole outbox, once.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Annotated

from fastapi import Query
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import outbox
from shared.errors import Conflict, Invalid
from shared.events.envelope import TYPE_PREFIX

REMEMBERED = 10_000  # ids, about 2 MB
_DIGITS = 19  # of the largest position
_VERSION_DIGITS = 9  # those that a version can have

_FOUND = text("""
SELECT max(position) FROM (
    SELECT position, type, recordversion FROM outbox WHERE subject = :subject
    UNION ALL
    SELECT position, type, recordversion FROM outbox_page,
        unnest(positions, types, subjects, recordversions) AS archived (position, type, subject, recordversion)
        WHERE subject = :subject AND :subject = ANY(subjects)
) told WHERE type = :type AND recordversion = :version
""")


@dataclass(frozen=True, slots=True)
class Synonyms:
    """What a client of http-feeds.org asks with."""

    last_event_id: Annotated[
        str | None,
        Query(alias="lastEventId", max_length=200, description="as `after`: id, or position, of the last event held"),
    ] = None
    timeout: Annotated[int | None, Query(ge=0, le=60_000, description="as `wait`, in milliseconds")] = None

    def patience(self, wait: float | None) -> float:
        """Seconds to wait. Raises Invalid where both are said."""
        if self.timeout is None:
            return wait or 0
        if wait is not None:
            raise Invalid("`timeout` is another name of `wait`: send one of them.")
        return self.timeout / 1_000


class ToldEvents:
    """The positions of the events that answers ended with, by id; the oldest are forgotten."""

    def __init__(self) -> None:
        self._positions: OrderedDict[str, int] = OrderedDict()

    def note(self, id: str, position: int) -> None:
        self._positions[id] = position
        if len(self._positions) > REMEMBERED:
            self._positions.popitem(last=False)

    def clear(self) -> None:
        self._positions.clear()

    async def start(self, connection: AsyncConnection, after: int | None, synonyms: Synonyms) -> int:
        """The position to read on from. Raises Invalid where both ways are used, Conflict for an event that this
        outbox does not hold."""
        if synonyms.last_event_id is None:
            return after or 0
        if after is not None:
            raise Invalid("`lastEventId` is another name of `after`: send one of them.")
        position = self._positions.get(synonyms.last_event_id) or await _position(connection, synonyms.last_event_id)
        if position is None:
            newest = await outbox.newest(connection)
            raise Conflict(f"No event has the id of `lastEventId`; read on from the newest event, which is {newest}.")
        return position


async def _position(connection: AsyncConnection, id: str) -> int | None:
    """Where an event stands that its id names, or its position. None: nowhere."""
    if _is_number(id, _DIGITS):
        return int(id) if int(id) < 2**63 else None
    type, _, rest = id.partition(":")
    subject, _, version = rest.rpartition(":")
    if not (type and subject and _is_number(version, _VERSION_DIGITS)):
        return None
    named = {"subject": subject, "version": int(version), "type": f"{TYPE_PREFIX}.{type}"}
    found: int | None = await connection.scalar(_FOUND, named)
    return found


def _is_number(text: str, digits: int) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= digits
