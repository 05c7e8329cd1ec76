"""Writes without a record id of their own happen once: the same Idempotency-Key answers as it did the first time.

The key is stored in the transaction of what it guards. Of two requests with one key, the second waits at the unique
key until the first has ended: committed, it answers the same; rolled back, the second does the work.

    async with unit_of_work(engine) as unit:
        return await idempotent(unit.connection, key, Proposed, lambda: propose(unit, command))
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlalchemy import Column, DateTime, Index, LargeBinary, MetaData, Table, Text, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import clock
from shared.db import grants
from shared.db.json_text import JsonText
from shared.errors import Conflict, Invalid
from shared.events.digest import canonical_json
from shared.identity.callers import caller_of

M = TypeVar("M", bound=BaseModel)

KEPT = timedelta(days=30)
MAX_KEY = 255


def idempotency_table(metadata: MetaData) -> Table:
    """One row a key of a caller: what was asked (a digest) and what was answered. Rows go after KEPT."""
    return Table(
        "idempotency",
        metadata,
        Column("caller", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("request", LargeBinary, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("answer", JsonText),
        Index("idempotency_at", "at"),
        info=grants.may("UPDATE", "DELETE", because="an answer is kept beside its claim; both go after KEPT"),
    )


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """One request to do something once: whose, under which key, and a digest of what it asks, however it is written."""

    caller: str
    key: str
    request: bytes


_DESCRIPTION = "of your own, new for each thing to be done; the same request with the same key answers as it did first"
OptionalHeader = Annotated[str | None, Header(description=_DESCRIPTION)]
RequiredHeader = Annotated[str | None, Header(description=_DESCRIPTION, json_schema_extra={"x-required": True})]


async def required_key(request: Request, idempotency_key: RequiredHeader = None) -> IdempotencyKey:
    key = (idempotency_key or "").strip().strip('"')
    if not 0 < len(key) <= MAX_KEY:
        detail = f"Send an Idempotency-Key of your own, 1 to {MAX_KEY} characters, new for each thing to be done."
        raise Invalid(detail, name="idempotency-key-missing")
    caller = await caller_of(request)
    asked = blake2b(f"{request.method} {request.url.path}?{request.url.query}\n".encode(), digest_size=32)
    asked.update(canonical_json(await request.body()))
    return IdempotencyKey(caller.subject if caller else "", key, asked.digest())


RequiredKey = Annotated[IdempotencyKey, Depends(required_key)]
"""Dependency: whose request it is, under which key; 422 without an Idempotency-Key."""


async def optional_key(request: Request, idempotency_key: OptionalHeader = None) -> IdempotencyKey | None:
    return None if idempotency_key is None else await required_key(request, idempotency_key)


OptionalKey = Annotated[IdempotencyKey | None, Depends(optional_key)]
"""Dependency: the same, None without an Idempotency-Key: for what If-Match or a name of its own keeps
from being done twice, and whose answer a key lets repeat."""

# Each new key takes up to two that are out of date with it, so that the table stays as large as it must be.
_CLAIM = text("""
WITH outdated AS (
    SELECT caller, key FROM idempotency WHERE at < :outdated AND key <> :key ORDER BY at LIMIT 2
    FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM idempotency USING outdated WHERE (idempotency.caller, idempotency.key) = (outdated.caller, outdated.key)
)
INSERT INTO idempotency (caller, key, request, at) VALUES (:caller, :key, :request, :at)
ON CONFLICT DO NOTHING RETURNING key
""")
_KEEP = text("UPDATE idempotency SET answer = CAST(:answer AS json) WHERE caller = :caller AND key = :key")
_FIND = text("SELECT request, CAST(answer AS text) FROM idempotency WHERE caller = :caller AND key = :key")


async def idempotent(
    connection: AsyncConnection,
    key: IdempotencyKey | None,
    answer: type[M],
    make: Callable[[], Awaitable[M]],
    *,
    before_repeating: Callable[[], Awaitable[object]] | None = None,
) -> M:
    """What `make` answers, which runs only if this request is the first with its key, or has none; a repetition is
    answered as the first was, once `before_repeating` found that the caller may still see it.

    Raises Conflict where the key was used for another request. If `make` fails, so does the transaction, and the key
    is free again.
    """
    if key is None:
        return await make()
    mine = {"caller": key.caller, "key": key.key}
    present = clock.now()
    claimed = await connection.scalar(
        _CLAIM, {**mine, "request": key.request, "at": present, "outdated": present - KEPT}
    )
    if claimed is None:
        if before_repeating is not None:
            await before_repeating()
        return answer.model_validate_json(await _first_answer(connection, key))
    made = await make()
    await connection.execute(_KEEP, {**mine, "answer": made.model_dump_json()})
    return made


async def _first_answer(connection: AsyncConnection, key: IdempotencyKey) -> str:
    request, answer = (await connection.execute(_FIND, {"caller": key.caller, "key": key.key})).one()
    if request != key.request:
        detail = (
            "This Idempotency-Key was used for another request. Take a new key, or repeat the first request as it was."
        )
        raise Conflict(detail, name="idempotency-key-reused")
    return str(answer)
