"""The registers of persons who crossed the border illegally, stay illegally, or are barred from entry (P8, decree 148).

They are views on violations and bans: a record stands in the register by what it says, and keeps standing there, with
its history, when it is withdrawn or lifted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncEngine

from services.portal.cases.border.entry_ban import ENTRY_BANS
from services.portal.cases.police.violation import VIOLATIONS
from shared.audit import access_log
from shared.db import records
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import unit_of_work
from shared.records.people import PersonQuery, find
from shared.records.record_type import RecordType

Register = Literal["illegal-crossings", "illegal-stays", "barred"]


@dataclass(frozen=True, slots=True)
class _Source:
    """Whose records stand in a register, and what of them."""

    kind: RecordType[Any]
    violations: frozenset[str] = frozenset()

    @property
    def table(self) -> Table:
        return self.kind.table

    def holds(self, row: Any) -> bool:
        return not self.violations or row.violation in self.violations


_SOURCES: Mapping[Register, _Source] = {
    "illegal-crossings": _Source(VIOLATIONS, frozenset({"illegal_crossing"})),
    "illegal-stays": _Source(VIOLATIONS, frozenset({"illegal_stay", "overstay"})),
    "barred": _Source(ENTRY_BANS),
}


async def search(
    engine: AsyncEngine, register: Register, wanted: PersonQuery, caller: Caller
) -> list[list[records.Record]]:
    """Every record about the person, newest first, each as all its versions, oldest first. The search and everyone
    whom it found are written to the access log."""
    source = _SOURCES[register]
    async with unit_of_work(engine) as unit:
        rows = [row for row in await find(unit.connection, source.table, wanted) if source.holds(row)]
        held = [await records.load(unit.connection, source.table, row.id) for row in rows]
        seen = [(record.id, source.kind.fact.read(record.body).person) for record in held]
        await access_log.log_search(unit.connection, caller, source.kind.name, seen)
        return [await records.history(unit.connection, source.table, record) for record in held]
