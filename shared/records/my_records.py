"""`/v1/me/records`: what a register holds of the person who asks.

By the IIN of the token, against what each record says now. A document would find more, since many records of foreigners
have no IIN; but people write documents into records of their own (they register with a mission, report themselves), and
would read by a stranger's number what is the stranger's. Who has no IIN asks at a counter.

One reading is one row of the access log, which names the person: a row for each record would bury in the person's own
log what others did.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Protocol, cast
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Select, Table, Text, and_, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.audit import access_log
from shared.audit.access_log import Subject
from shared.db import records
from shared.events.wire import WireModel
from shared.http import routes
from shared.http.answers import Versioned
from shared.http.paging import Cursor, Limit, cursor_at, last_id, page
from shared.identity.callers import Caller, requires_iin
from shared.outbox.unit_of_work import unit_of_work
from shared.records.members import text_of

KIND = "my_records"
"""As what the access log names the reading."""


class KindOfMine(Protocol):
    """A kind of record about one person, whom its fact names as `person`: a RecordType, or what only stores some."""

    @property
    def fact(self) -> type[Any]: ...
    @property
    def table(self) -> Table: ...
    @property
    def day(self) -> str: ...


@dataclass(frozen=True, slots=True)
class StoredKind:
    """A kind that the service itself makes, and nobody hands in; `day` is the member that says on which day it was."""

    fact: type[WireModel]
    table: Table
    day: str


class MyRecord(Versioned):
    """A record about the person, as the register holds it now."""

    record_kind: str = Field(examples=["border_crossing"])
    id: UUID
    day: str | None = Field(description="on which day it happened, as the record says", examples=["2026-03-01"])
    withdrawn: bool
    changed_at: datetime
    reason: str | None = Field(description="why it was changed last")
    record: dict[str, Any] = Field(description="its content, as its own kind's address shows it")


class MyRecords(BaseModel):
    """One page of them, what came last first; `next` is the cursor of the next page, null on the last."""

    records: list[MyRecord]
    next: str | None


def my_records_routes(kinds: Sequence[KindOfMine]) -> APIRouter:
    """The route over all kinds of a register's records that are about one person."""
    router = routes.router(tags=["my records"])

    @router.get("/v1/me/records", summary="What is on record about me")
    async def my_records(
        request: Request, caller: Annotated[Caller, requires_iin()], limit: Limit = 100, cursor: Cursor = None
    ) -> MyRecords:
        """By the IIN of your token, withdrawn ones included, what was recorded last first. Applications stand with who
        made them. The reading is written to the access log."""
        return await _read(request.app.state.engine, kinds, cursor, limit, caller)

    return router


async def _read(
    engine: AsyncEngine, kinds: Sequence[KindOfMine], cursor: str | None, limit: int, caller: Caller
) -> MyRecords:
    iin = cast(str, caller.iin)
    by_name = {kind.table.name: kind for kind in kinds}
    themselves = replace(caller, roles=frozenset({"citizen"}), agency=None)  # whatever else they are
    async with unit_of_work(engine) as unit:
        rows = (await unit.connection.execute(newest(kinds, iin, last_id(cursor), limit + 1))).all()
        found, more = page([(row.kind, row.id) for row in rows], limit)
        shown = await _loaded(unit.connection, by_name, found)
        await access_log.log_search(unit.connection, themselves, KIND, [], wanted=Subject(iin=iin))
    return MyRecords(records=shown, next=cursor_at(str(found[-1][1])) if more else None)


def newest(kinds: Iterable[KindOfMine], iin: str, before: UUID | None, limit: int) -> Select[Any]:
    """Kind and id of the newest of all kinds, each found by its own index; put in order when all are found."""
    parts = []
    for kind in kinds:
        ids = kind.table.c.id
        wanted = and_(of_person(kind.table) == iin, ids < before) if before else of_person(kind.table) == iin
        parts.append(select(literal(kind.table.name, Text()).label("kind"), ids).where(wanted))
    found = union_all(*parts).cte("found").prefix_with("MATERIALIZED")
    return select(found).order_by(found.c.id.desc()).limit(limit)


def of_person(table: Table) -> ColumnElement[Any]:
    """Whose record it is, as its table has an index of it."""
    return table.c.iin if "iin" in table.c else text_of(table, "person.iin")


async def _loaded(
    connection: AsyncConnection, kinds: Mapping[str, KindOfMine], found: Sequence[tuple[str, UUID]]
) -> list[MyRecord]:
    """Those records, in their order."""
    shown: dict[UUID, MyRecord] = {}
    for name in dict.fromkeys(name for name, _ in found):
        ids = [id for of, id in found if of == name]
        for record in await records.read_all(connection, kinds[name].table, ids):
            shown[record.id] = _shown(name, kinds[name], record)
    return [shown[id] for _, id in found]


def _shown(name: str, kind: KindOfMine, record: records.Record) -> MyRecord:
    content = _without_others(kind.fact.read(record.body).model_dump(mode="json"))
    day = content.get(kind.day)
    return MyRecord(
        record_kind=name,
        id=record.id,
        version=record.version,
        day=day[:10] if day else None,
        withdrawn=record.withdrawn,
        changed_at=record.changed_at,
        reason=record.reason,
        record=content,
    )


def _without_others(content: dict[str, Any]) -> dict[str, Any]:
    """The record without the IINs of other people whom it names, such as a host."""
    return {name: value if name == "person" else _without_iin(value) for name, value in content.items()}


def _without_iin(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_iin(inner) for name, inner in value.items() if name != "iin"}
    return [_without_iin(inner) for inner in value] if isinstance(value, list) else value
