"""Signed documents with the verdicts on their signatures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.portal.rules.stays.signature import RevocationEvidence
from services.portal.store.tables import revocation_evidence
from services.portal.store.tables import signature_review as review
from services.portal.store.tables import signed_notice as table
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class SignedNotice:
    """A document and its detached signature as they came. `key` is that of the notice which the document is;
    `host` is the number of the host whom it names; `verdict` is JSON text; `notification` is the record that a valid
    signature made; `evidence`, stored beside it, is what the verdict relies on."""

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
    host: str | None = None
    notification: UUID | None = None
    evidence: tuple[RevocationEvidence, ...] = ()


_FIELDS = tuple(name for name in SignedNotice.__dataclass_fields__ if name != "evidence")


async def keep(connection: AsyncConnection, signed: SignedNotice) -> bool:
    """Stores it; False where the same signature is there already, pending or accepted."""
    values = {name: getattr(signed, name) for name in _FIELDS}
    kept = insert(table).values(values).on_conflict_do_nothing().returning(table.c.id)
    await _keep_evidence(connection, signed)
    return await connection.scalar(kept) is not None


_LOCK_REFUSALS = text("SELECT pg_advisory_xact_lock(hashtextextended('refused:' || CAST(:who AS text), 0))")


async def lock_refusals(connection: AsyncConnection, received_from: str) -> None:
    """One refusal of a caller is kept at a time, until the transaction ends, so that their count holds."""
    await connection.execute(_LOCK_REFUSALS, {"who": received_from})


async def refusals(
    connection: AsyncConnection, received_from: str, since: datetime, host: str | None = None
) -> tuple[int, datetime | None]:
    """How many refused signatures a caller has handed in since then (for one host only, where it is named), and when
    the first of them came."""
    of_caller = (table.c.outcome == "refused") & (table.c.received_from == received_from)
    of_host = of_caller if host is None else of_caller & (table.c.host == host)
    query = select(func.count(), func.min(table.c.received_at)).where(of_host & (table.c.received_at > since))
    count, first = (await connection.execute(query)).one()
    return count, first


async def _keep_evidence(connection: AsyncConnection, signed: SignedNotice) -> None:
    """One list serves many verdicts, and is kept once."""
    rows = [
        {"digest": each.digest, "kind": each.kind, "content": each.content, "kept_at": signed.judged_at}
        for each in sorted(signed.evidence, key=lambda each: each.digest)
    ]
    if rows:
        await connection.execute(insert(revocation_evidence).on_conflict_do_nothing(), rows)


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


async def close_submission(connection: AsyncConnection, signed: SignedNotice) -> None:
    """Writes a new verdict, and what it relies on."""
    values = {name: getattr(signed, name) for name in ("outcome", "verdict", "judged_at", "notification")}
    await _keep_evidence(connection, signed)
    await connection.execute(update(table).where(table.c.id == signed.id).values(values))


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


async def begin_review(connection: AsyncConnection, at: datetime) -> datetime:
    """When the review that goes on began: an unfinished one is taken up again."""
    going_on = select(func.min(review.c.begun_at)).where(review.c.done_at.is_(None))
    begun: datetime | None = await connection.scalar(going_on)
    if begun is None:
        await connection.execute(insert(review).values(begun_at=at).on_conflict_do_nothing())
    return begun or at


async def end_review(connection: AsyncConnection, begun_at: datetime, at: datetime) -> None:
    """Nothing is left of the review that began then."""
    await connection.execute(update(review).where(review.c.begun_at == begun_at).values(done_at=at))


async def unreviewed(connection: AsyncConnection, begun_at: datetime, after: UUID, limit: int) -> Sequence[UUID]:
    """The next accepted signatures that the review which began at `begun_at` has not judged, in the order of ids."""
    left = (table.c.outcome == "valid") & (table.c.judged_at < begun_at)
    left &= table.c.reviewed_at.is_(None) | (table.c.reviewed_at < begun_at)
    query = select(table.c.id).where(left & (table.c.id > after)).order_by(table.c.id).limit(limit)
    return (await connection.scalars(query)).all()


async def mark_reviewed(connection: AsyncConnection, id: UUID, at: datetime) -> None:
    await connection.execute(update(table).where(table.c.id == id).values(reviewed_at=at))
