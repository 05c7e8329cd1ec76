"""Contents of parked events that earlier versions kept: forgotten, once where each lies and its digest are noted."""

from typing import Any

from sqlalchemy import Connection, text

from shared.inbox.source import LARGEST, Event, Unreadable, digest_of, event_of

AT_ONCE = 500
_HELD = "SELECT id, event FROM {table} WHERE event IS NOT NULL ORDER BY id LIMIT :most"
_FORGET = """
UPDATE {table} SET event = NULL, digest = coalesce(digest, CAST(:digest AS bytea)),
    transport = CASE WHEN transport IS NULL THEN CAST(:transport AS text) ELSE transport END,
    part = CASE WHEN transport IS NULL THEN CAST(:part AS int) ELSE part END,
    position = CASE WHEN transport IS NULL THEN CAST(:position AS bigint) ELSE position END
WHERE id = :id
"""


def forget_contents(connection: Connection, table: str) -> None:
    """Wipes what a table of parked events holds of contents, some rows at a time, each by itself; may be repeated.

    Where the event tells its position in the register's outbox it is read again from there when it is sent again. Of
    one that tells none its digest and its reason are left.
    """
    held, forget = text(_HELD.format(table=table)), text(_FORGET.format(table=table))
    while rows := connection.execute(held, {"most": AT_ONCE}).all():
        connection.execute(forget, [{"id": row.id, **_kept(event_of(row.event))} for row in rows])


def _kept(event: Event | Unreadable) -> dict[str, Any]:
    position = event.get("position") if isinstance(event, dict) else None
    lies = type(position) is int and 0 < position <= LARGEST
    place = {"transport": "feed", "part": 0, "position": position} if lies else {}
    return {"digest": digest_of(event), "transport": None, "part": None, "position": None} | place
