"""Signed documents with the verdicts on their signatures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.store.tables import signed_notice as table
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class SignedNotice:
    """A document and its detached signature as they came. `key` is that of the notice which the document is;
    `verdict` is JSON text; `notification` is the record that a valid signature made."""

    id: UUID
    key: str
    document: bytes
    signature: bytes
    signature_key: bytes
    received_at: datetime
    received_from: str
    outcome: str
    verdict: str
    judged_at: datetime
    notification: UUID | None = None


_FIELDS = tuple(SignedNotice.__dataclass_fields__)


async def keep(connection: AsyncConnection, signed: SignedNotice) -> bool:
    """Stores it; False where the same signature is there already, pending or accepted."""
    values = {name: getattr(signed, name) for name in _FIELDS}
    kept = insert(table).values(values).on_conflict_do_nothing().returning(table.c.id)
    return await connection.scalar(kept) is not None


async def by_signature(connection: AsyncConnection, signature_key: bytes) -> SignedNotice | None:
    """What came with this signature and was not refused."""
    return await _one(connection, (table.c.signature_key == signature_key) & (table.c.outcome != "refused"))


async def load(connection: AsyncConnection, id: UUID, *, lock: bool = False) -> SignedNotice:
    """Raises NotFound."""
    found = await _one(connection, table.c.id == id, lock=lock)
    if found is None:
        raise NotFound("There is no such signed notice.")
    return found


async def _one(connection: AsyncConnection, where: Any, *, lock: bool = False) -> SignedNotice | None:
    query = select(*(table.c[name] for name in _FIELDS)).where(where)
    row = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
    return SignedNotice(*row) if row else None


async def close_submission(
    connection: AsyncConnection, id: UUID, outcome: str, verdict: str, at: datetime, notification: UUID | None
) -> None:
    """Writes a new verdict."""
    values = {"outcome": outcome, "verdict": verdict, "judged_at": at, "notification": notification}
    await connection.execute(update(table).where(table.c.id == id).values(values))


async def pending(connection: AsyncConnection) -> Sequence[UUID]:
    """All whose signature is neither valid nor refused yet, oldest first."""
    return (await connection.scalars(select(table.c.id).where(table.c.outcome == "pending").order_by(table.c.id))).all()


_RECEIVED = text("""
SELECT key, max(received_at) AS received_at FROM signed_notice
WHERE key = ANY(CAST(:keys AS text[])) AND outcome = 'valid' GROUP BY key
""")


async def received(connection: AsyncConnection, keys: Sequence[str]) -> dict[str, datetime]:
    """When the signed documents of these notices came in."""
    rows = await connection.execute(_RECEIVED, {"keys": list(keys)})
    return {row.key: row.received_at for row in rows}
