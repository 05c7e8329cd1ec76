"""What a person sees of the access log: who used my data, when, for what and why.

Shaped like `findUsage` of Estonia's Data Tracker (protocol 1.3.1): newest first, a page at a time, each with
`logtime`, `action` and `receiver`. The receiver is the agency; the officer's name is the agency's to know. A record's
person may be known by document alone at first: such rows become visible with the first row that carries the IIN and
the same record, or the same document and birth date.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Header, Request
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.audit.access_log import Action, Subject, log_search
from shared.events.person import BirthDate, DocumentKey
from shared.events.wire import WireModel
from shared.http import routes
from shared.http.paging import Cursor, Limit, after, cursor_at, page
from shared.identity.callers import Caller, requires, requires_iin
from shared.identity.roles import OWN_AFFAIRS
from shared.identity.scope import whole_country

SENTENCES: dict[str, dict[Action, str]] = {
    "kk": {
        "create": "Жазба енгізілді",
        "repeat": "Бұрынғы жазба бойынша қайта жауап берілді",
        "read": "Жазба оқылды",
        "search": "Жазба ізделді",
        "change": "Жазба өзгертілді",
    },
    "ru": {
        "create": "Запись внесена",
        "repeat": "Повторно дан ответ по имеющейся записи",
        "read": "Запись прочитана",
        "search": "Запись искали",
        "change": "Запись изменена",
    },
    "en": {
        "create": "The record was entered",
        "repeat": "An answer was given again from the record",
        "read": "The record was read",
        "search": "The record was searched for",
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
    receiver: str = Field(description="the agency to which the data were shown, or which changed them")
    roles: list[str] = Field(description="in what capacity", examples=[["border"]])
    record_kind: str = Field(examples=["border_crossing"])
    record_id: str | None
    reason: str = Field(description="why, as the agency stated it, or else by which procedure")


class DocumentHolder(WireModel):
    """Who comes to the counter: a document, and the birth date in it. It stands in the body: addresses are logged."""

    document: DocumentKey
    birth_date: BirthDate

    @property
    def subject(self) -> Subject:
        """The person as the log names who has no IIN."""
        return Subject(None, self.document.key, self.birth_date)


class Usages(BaseModel):
    """A page of uses, newest first; `next` is the cursor of the next page, null on the last."""

    usage: list[Usage]
    next: str | None


_COLUMNS = """id, at, action, coalesce(agency, array_to_string(roles, ' ')) AS agency, roles, record_kind, record_id,
    coalesce(reason, record_kind || ': ' || action) AS reason"""
_BORN_THEN = "(l.person_born IS NULL OR starts_with(l.person_born, m.born) OR starts_with(m.born, l.person_born))"

# Each part by an index of its own. Rows without an IIN are the person's where the record, or document and birth date,
# stand in a row with it: an earlier version of the record, a search by the document. A record that names them beside
# the person it is about (Subject.beside) is not theirs in this sense. Nor is a document that people wrote themselves
# into what they handed in: by a stranger's number they would read the stranger's log.
MINE = text(f"""
WITH m AS (
    SELECT DISTINCT record_kind, record_id, coalesce(person_born, '') AS born, person_born IS DISTINCT FROM '' AS own,
        CASE WHEN NOT EXISTS (
            SELECT FROM access_log w WHERE w.record_kind = a.record_kind AND w.record_id = a.record_id
                AND w.action = 'create' AND w.roles && CAST(:by_themselves AS text[])
        ) THEN person_document END AS document
    FROM access_log a WHERE person_iin = CAST(:iin AS text)
    UNION SELECT NULL, NULL, CAST(:born AS text), true, CAST(:document AS text)
        WHERE CAST(:document AS text) IS NOT NULL
), found AS (
    SELECT id FROM access_log WHERE person_iin = CAST(:iin AS text) AND id < :before
    UNION SELECT l.id FROM access_log l JOIN m USING (record_kind, record_id)
        WHERE m.own AND l.person_iin IS NULL AND l.id < :before
    UNION SELECT l.id FROM access_log l JOIN m ON l.person_document = m.document
        WHERE l.person_iin IS NULL AND l.id < :before AND {_BORN_THEN}
    UNION SELECT id FROM access_log WHERE everybody AND id < :before
)
SELECT {_COLUMNS} FROM access_log WHERE id IN (SELECT id FROM found ORDER BY id DESC LIMIT :limit) ORDER BY id DESC
""")  # noqa: S608  (our own names, values are bound)
_NEWEST = 2**63 - 1
_BY_THEMSELVES = sorted(OWN_AFFAIRS | {"notifier"})
"""Who writes what people say of themselves and of their guests, unseen by any office."""

AcceptLanguage = Annotated[str, Header(description="kk, ru or en")]

router = routes.router(tags=["access log"])
COUNTER = whole_country("who stands at a counter is told of everybody who looked, wherever they sit")


@router.get("/v1/me/access-log", summary="Who read or changed my records, when and why")
async def my_access_log(
    request: Request,
    caller: Annotated[Caller, requires_iin()],
    cursor: Cursor = None,
    limit: Limit = 100,
    accept_language: AcceptLanguage = "kk",
) -> Usages:
    """For the person whose IIN the token carries; newest first."""
    shown = _Page(cursor, limit, accept_language)
    async with request.app.state.engine.connect() as connection:
        return await shown.of(connection, _named(request, Subject(iin=caller.iin)))


@router.post("/v1/access-log:search", summary="Who read or changed the records of a person without an IIN")
async def access_log_of_holder(
    request: Request,
    holder: DocumentHolder,
    caller: Annotated[Caller, requires("clerk", "migration-police", "consul", scope=COUNTER)],
    cursor: Cursor = None,
    limit: Limit = 100,
    accept_language: AcceptLanguage = "kk",
) -> Usages:
    """For who comes to a counter with a document and has no IIN; newest first, this search on top. Whoever asks must
    have seen the document: that they asked stands in the same log."""
    shown = _Page(cursor, limit, accept_language)
    subject = _named(request, holder.subject)
    async with request.app.state.engine.begin() as connection:
        await log_search(connection, caller, "access_log", [], wanted=subject)
        return await shown.of(connection, subject)


def _named(request: Request, subject: Subject) -> Subject:
    """The person as the service's log names them (app.state.named_in_log): by the numbers, or by keyed hashes."""
    named: Callable[[Subject], Subject] | None = getattr(request.app.state, "named_in_log", None)
    return named(subject) if named else subject


@dataclass(frozen=True, slots=True)
class _Page:
    """Which page of the uses is asked for, and in what language."""

    cursor: str | None
    limit: int
    language: str

    async def of(self, connection: AsyncConnection, subject: Subject) -> Usages:
        (before,) = after(self.cursor, int) or (_NEWEST,)
        asked: dict[str, Any] = {"iin": subject.iin, "document": subject.document, "born": subject.born or ""}
        asked |= {"by_themselves": _BY_THEMSELVES}
        rows = (await connection.execute(MINE, asked | {"before": before, "limit": self.limit + 1})).all()
        shown, more = page(rows, self.limit)
        sentences = SENTENCES.get(self.language[:2].lower(), SENTENCES["en"])
        return Usages(usage=[_usage(row, sentences) for row in shown], next=cursor_at(shown[-1].id) if more else None)


def _usage(row: Any, sentences: dict[Action, str]) -> Usage:
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
