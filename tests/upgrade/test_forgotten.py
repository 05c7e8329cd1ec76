"""Contents that earlier versions kept of parked events are wiped by the upgrade, and the events can be read again."""

import asyncio
from hashlib import sha256
from typing import Any

import asyncpg
import orjson
import pytest

from shared.db.migrate import upgrade
from shared.testing.postgres import FreshDatabase

EVENT = {"type": "kz.kosh.portal.border_crossing.v1", "data": {"surname": "KARIMOV"}}
KEPT: list[tuple[bytes, int | None]] = [
    (orjson.dumps(EVENT | {"position": 7}), 7),
    (b' {"position" : 9223372036854775807}', 2**63 - 1),
    *((orjson.dumps(EVENT | {"position": told}), None) for told in (0, -1, True, "7", None, 2**63)),
    (b"KARIMOV\0\xff", None),
    (b"[]", None),
    (b"", None),
]
"""What was kept, and where it lies by its own word, None where that cannot be."""
COPIES: dict[str, Any] = {"reason": "unknown type"}
PARKED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "accounting": ("0012", "parked_event", {"resend": True, "reason": "unknown type"}),
    "portal": ("0015", "inbox_parked", COPIES),
    "permits": ("0012", "inbox_parked", COPIES),
}


@pytest.mark.parametrize("service", PARKED)
async def test_contents_of_parked_events_are_forgotten_and_where_they_lie_is_noted(
    empty_database: FreshDatabase, service: str
) -> None:
    before, table, more = PARKED[service]
    database = await empty_database(service)
    await asyncio.to_thread(upgrade, service, database.owner_url, before)
    connection = await asyncpg.connect(database.owner_url.replace("+asyncpg", ""))
    columns = ("source", "event", *more)
    rows = [("portal", event, *more.values()) for event, _ in KEPT]
    marks = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    insert = f"INSERT INTO {table} (parked_at, {', '.join(columns)}) VALUES (now(), {marks})"  # noqa: S608
    await connection.executemany(insert, rows)
    await connection.execute(
        f"INSERT INTO {table} (parked_at, source, reason, resend, event, transport, part, position, digest)"  # noqa: S608
        " VALUES (now(), 'portal', '', false, $1, 'kafka', 3, 5, 'known')",
        KEPT[0][0],
    )
    await asyncio.to_thread(upgrade, service, database.owner_url)
    await connection.reload_schema_state()
    found: list[Any] = await connection.fetch(
        f"SELECT event, transport, part, position, digest FROM {table} ORDER BY id"  # noqa: S608
    )
    await connection.close()
    *wiped, newer = map(tuple, found)
    assert newer == (None, "kafka", 3, 5, b"known"), "what was noted stands"
    assert wiped == [
        (None, *(("feed", 0, position) if position else (None, None, None)), sha256(_compact(event)).digest())
        for event, position in KEPT
    ]


def _compact(event: bytes) -> bytes:
    return event.replace(b" ", b"")
