"""What a person sees of the access log: who used my data, when, for what and why.

Shaped like `findUsage` of Estonia's Data Tracker (protocol 1.3.1): newest first, a page at a time, each with
`logtime`, `action` and `receiver`. The receiver is the agency; the officer's name is the agency's to know. A record's
person may be known by document alone at first: such rows become visible with the first row on the same record that
carries the IIN.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Header, Request
from pydantic import BaseModel, Field
from sqlalchemy import text

from shared.audit.access_log import Action
from shared.http import routes
from shared.http.paging import Cursor, Limit, after, cursor_at, page
from shared.identity.callers import Caller, requires_iin

SENTENCES: dict[str, dict[str, str]] = {
    "kk": {"read": "Жазба оқылды", "search": "Жазба іздеу кезінде табылды", "change": "Жазба өзгертілді"},
    "ru": {"read": "Запись прочитана", "search": "Запись найдена при поиске", "change": "Запись изменена"},
    "en": {
        "read": "The record was read",
        "search": "The record was found by a search",
        "change": "The record was changed",
    },
}


class Usage(BaseModel):
    """One use of the person's data."""

    logtime: datetime
    action: str = Field(
        description="what was done, for people, in the language asked for", examples=["The record was read"]
    )
    action_code: Action
    receiver: str | None = Field(description="the agency to which the data were shown, or which changed them")
    roles: list[str] = Field(description="in what capacity", examples=[["border"]])
    record_kind: str = Field(examples=["border_crossing"])
    record_id: str | None
    reason: str | None = Field(description="why, as the agency stated it")


class Usages(BaseModel):
    """A page of uses, newest first; `next` is the cursor of the next page, null on the last."""

    usage: list[Usage]
    next: str | None


_MINE = text("""
SELECT id, at, action, agency, roles, record_kind, record_id, reason FROM access_log
WHERE id < :before AND (person_iin = :iin OR (person_iin IS NULL AND (record_kind, record_id) IN (
    SELECT record_kind, record_id FROM access_log WHERE person_iin = :iin)))
ORDER BY id DESC LIMIT :limit
""")
_NEWEST = 2**63 - 1

router = routes.router(tags=["access log"])


@router.get("/v1/me/access-log", summary="Who read or changed my records, when and why")
async def my_access_log(
    request: Request,
    caller: Annotated[Caller, requires_iin()],
    cursor: Cursor = None,
    limit: Limit = 100,
    accept_language: Annotated[str, Header(description="kk, ru or en")] = "kk",
) -> Usages:
    """For the person whose IIN the token carries; newest first."""
    (before,) = after(cursor, int) or (_NEWEST,)
    async with request.app.state.engine.connect() as connection:
        rows = (await connection.execute(_MINE, {"iin": caller.iin, "before": before, "limit": limit + 1})).all()
    shown, more = page(rows, limit)
    sentences = SENTENCES.get(accept_language[:2].lower(), SENTENCES["en"])
    return Usages(usage=[_usage(row, sentences) for row in shown], next=cursor_at(shown[-1].id) if more else None)


def _usage(row: Any, sentences: dict[str, str]) -> Usage:
    return Usage(
        logtime=row.at,
        action=sentences[row.action],
        action_code=row.action,
        receiver=row.agency,
        roles=row.roles,
        record_kind=row.record_kind,
        record_id=row.record_id,
        reason=row.reason,
    )
