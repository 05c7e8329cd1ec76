"""The registers of persons who crossed the border illegally, stay illegally, or are barred from entry (P8, decree 148).

They are views on violations and bans: a record stands in the register by what it says, and keeps standing there, with
its history, when it is withdrawn or lifted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases.border import recognition
from services.portal.cases.border.entry_ban import ENTRY_BANS
from services.portal.cases.police.violation import VIOLATIONS
from services.portal.rules.border.recognition import Recognition, recognise
from shared.audit import access_log
from shared.audit.access_log import Subject
from shared.db import records
from shared.events.border_control import Certainty, EntryBan
from shared.events.police import Violation
from shared.http.paging import cursor_at, last_id, page
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records.people import PersonQuery, find_page
from shared.records.record_type import RecordType
from shared.records.state import RecordState, state_of

Register = Literal["illegal-crossings", "illegal-stays", "barred"]


@dataclass(frozen=True, slots=True)
class _Source:
    """Whose records stand in a register, and what of them."""

    record_type: RecordType[Any]
    violations: frozenset[str] = frozenset()

    @property
    def table(self) -> Table:
        return self.record_type.table

    def holds(self, row: Any) -> bool:
        return not self.violations or row.violation in self.violations


_SOURCES: Mapping[Register, _Source] = {
    "illegal-crossings": _Source(VIOLATIONS, frozenset({"illegal_crossing"})),
    "illegal-stays": _Source(VIOLATIONS, frozenset({"illegal_stay", "overstay"})),
    "barred": _Source(ENTRY_BANS),
}


class RegisterEntry(BaseModel):
    """One record of the register: its present state and the versions before it, oldest first."""

    certainty: Certainty = Field(description="possible where the record may be about another person")
    present: RecordState[Violation] | RecordState[EntryBan]
    history: list[RecordState[Violation] | RecordState[EntryBan]]


class RegisterAnswer(BaseModel):
    """What the register holds about the person, a page of it: certain before possible records, newest first. `next` is
    the cursor of the next page, null where there is no more; a page may hold less than was asked for."""

    searched: Register
    entries: list[RegisterEntry]
    next: str | None


async def search(
    engine: AsyncEngine, register: Register, about: PersonQuery, cursor: str | None, limit: int, caller: Caller
) -> RegisterAnswer:
    """Up to `limit` records that are, or may be, about the person, withdrawn ones included. The search and everyone
    whom it found are written to the access log."""
    source, before = _SOURCES[register], last_id(cursor)
    async with unit_of_work(engine) as unit:
        rows, more = page(await find_page(unit.connection, source.table, about, before, limit + 1), limit)
        held = [row for row in rows if source.holds(row)]
        found = [(row.id, known) for row in held if (known := _recognised(source, row, about))]
        found.sort(key=lambda each: each[1].certainty)
        entries = [await _entry(unit, source, id, known) for id, known in found]
        seen = [(entry.present.id, person) for entry in entries for person in _persons(entry)]
        await access_log.log_search(unit.connection, caller, source.record_type.name, seen, wanted=about.subject)
    return RegisterAnswer(searched=register, entries=entries, next=cursor_at(rows[-1].id.hex) if more else None)


def _persons(entry: RegisterEntry) -> Iterable[Subject]:
    """Everybody whom any version names: a correction may have named another."""
    return dict.fromkeys(Subject.of(state.record.person) for state in (*entry.history, entry.present))


def _recognised(source: _Source, row: Any, about: PersonQuery) -> Recognition | None:
    held = recognition.shown(source.record_type.fact.read(row.body).person)
    return recognise(held, recognition.asked(about))


async def _entry(unit: UnitOfWork, source: _Source, id: UUID, found: Recognition) -> RegisterEntry:
    record = await records.load(unit.connection, source.table, id)
    versions = await records.history(unit.connection, source.table, record)
    *before, present = [state_of(source.record_type, version) for version in versions]
    return RegisterEntry(certainty=found.certainty, present=present, history=before)
