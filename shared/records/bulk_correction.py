"""Corrections and withdrawals in bulk: lines that change records on file, each as its single form would.

A line names its record by `id` or by `source_id`, the state that it changes by `version` or by the content that is
`expected` there, and says why; `record` is the whole content as it should have been, `withdrawn` that it never should.
The lines of a chunk are stored by a few statements, whatever their number; those about one record one after the other
(contracts/decisions/0027-corrections-in-bulk.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, Generic, Literal
from uuid import UUID

from pydantic import Field

from shared.audit import access_log
from shared.db import records
from shared.db.records import Record
from shared.errors import Fault, Forbidden, Invalid, NotFound, VersionMismatch
from shared.events.contradictions import contradiction
from shared.events.digest import content_digest
from shared.events.wire import Text, WireModel
from shared.http.reading import read_model
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import UnitOfWork
from shared.records import intake
from shared.records.batch import REJECTED, LineResult
from shared.records.intake import RecordChange
from shared.records.record_type import F, RecordType

_OTHERWISE = "The record says otherwise than was expected; read it again, then decide."


def _both_or_none(one: object, other: object) -> bool:
    return (one is None) is (other is None)


class CorrectionLine(WireModel, Generic[F]):
    """One correction (`record`) or withdrawal (`withdrawn`) in a batch of them."""

    id: UUID | None = None
    source_id: Text | None = Field(None, description="what the record is known by; of a visa, its number")
    version: Annotated[int, Field(strict=True, ge=1, lt=2**31)] | None = Field(None, description="that it changes")
    expected: F | None = Field(None, description="instead of a version: the content that it changes")
    reason: Text
    record: F | None = Field(None, description="the whole record as it should have been")
    withdrawn: Literal[True] | None = Field(None, description="instead of a record: it no longer counts")

    CONTRADICTIONS = (
        contradiction("the record is named by one of id and source_id", "id", "source_id", found=_both_or_none),
        contradiction("one of version and expected is given", "version", "expected", found=_both_or_none),
        contradiction("one of record and withdrawn is given", "record", "withdrawn", found=_both_or_none),
    )

    def changes(self, version: int, fact: F) -> bool:
        """Whether this state of the record is the one that the line changes."""
        return self.version == version if self.expected is None else _same(fact, self.expected)

    def is_done(self, withdrawn: bool, fact: F) -> bool:
        """Whether this state of the record is the one that the line asks for."""
        return withdrawn if self.record is None else not withdrawn and _same(fact, self.record)


def _same(one: WireModel, other: WireModel) -> bool:
    """Whether both say the same: equal values may be written as moments of different offsets, which is not the same."""
    return one == other and content_digest(one) == content_digest(other)


@dataclass(frozen=True, slots=True)
class _OpenRecord(Generic[F]):
    """A locked record with its fact."""

    record: Record
    fact: F


@dataclass(frozen=True, slots=True)
class CorrectionLines(Generic[F]):
    """Lines that correct or withdraw records of one kind (shared.records.batch.LineStore)."""

    record_type: RecordType[F]
    caller: Caller
    statuses: Sequence[str] = ("corrected", "withdrawn", "repeated")

    def read(self, line: bytes) -> CorrectionLine[F]:
        read: CorrectionLine[F] = read_model(CorrectionLine[self.record_type.fact], line)  # type: ignore[name-defined]
        if read.record is not None and (faults := self.record_type.refused(read.record, self.caller)):
            raise Invalid("You cannot hand in this record.", faults=intake.in_correction(faults))
        return read

    async def store(self, unit: UnitOfWork, lines: Sequence[CorrectionLine[F]]) -> Sequence[LineResult]:
        held = await self._open(unit, lines)
        results: dict[int, LineResult] = {}
        waiting = list(range(len(lines)))
        while waiting:
            turn, waiting = _turn(waiting, lines, held)
            await self._revise(unit, {number: lines[number] for number in turn}, held, results)
        return [results[number] for number in range(len(lines))]

    async def _open(self, unit: UnitOfWork, lines: Sequence[CorrectionLine[F]]) -> dict[UUID | str, _OpenRecord[F]]:
        """The records on which the caller may act, by id and by source_id, locked."""
        ids = [line.id for line in lines if line.id is not None]
        source_ids = [line.source_id for line in lines if line.source_id is not None]
        found: dict[UUID | str, _OpenRecord[F]] = {}
        for record in await records.load_all(unit.connection, self.record_type.table, ids, source_ids):
            try:
                fact = intake.visible_fact(self.record_type, record, self.caller)
            except (NotFound, Forbidden):
                continue
            found[record.id] = found[record.source_id] = _OpenRecord(record, fact)
        return found

    async def _revise(
        self,
        unit: UnitOfWork,
        lines: dict[int, CorrectionLine[F]],
        held: dict[UUID | str, _OpenRecord[F]],
        results: dict[int, LineResult],
    ) -> None:
        """Lines about distinct records; the results, and in `held` the new states."""
        changes: dict[int, RecordChange[F]] = {}
        stale: dict[int, tuple[CorrectionLine[F], _OpenRecord[F]]] = {}
        for number, line in lines.items():
            here = held.get(_address(line))
            if here is None:
                results[number] = self._unknown(line)
            elif line.is_done(here.record.withdrawn, here.fact):
                results[number] = LineResult("repeated", here.record.id)
            elif not line.changes(here.record.version, here.fact):
                stale[number] = line, here
            elif faults := self._faults(line, here):
                results[number] = LineResult(REJECTED, faults=faults)
            else:
                changes[number] = _change(line, here)
        results |= await self._answered_before(unit, stale)
        await self._log_repeats(unit, lines, held, results)
        if changes:
            revised = await intake.revise_together(unit, self.record_type, [*changes.values()], self.caller)
            for (number, change), record in zip(changes.items(), revised, strict=True):
                results[number] = LineResult("withdrawn" if change.withdrawn else "corrected", record.id)
                held[record.id] = held[record.source_id] = _OpenRecord(record, change.fact)

    def _unknown(self, line: CorrectionLine[F]) -> LineResult:
        detail = f"There is no such {self.record_type.name.replace('_', ' ')}."
        return LineResult(REJECTED, faults=[Fault("/source_id" if line.id is None else "/id", detail)])

    def _faults(self, line: CorrectionLine[F], here: _OpenRecord[F]) -> Sequence[Fault]:
        if here.record.withdrawn:
            return [Fault("", intake.withdrawn_detail(here.record.changed_at))]
        return () if line.record is None else intake.immutable_faults(self.record_type, here.fact, line.record)

    async def _answered_before(
        self, unit: UnitOfWork, stale: dict[int, tuple[CorrectionLine[F], _OpenRecord[F]]]
    ) -> dict[int, LineResult]:
        """Of lines that do not change the present state: `repeated` where one of its earlier ones is what they asked
        for, made of the one that they change; else what stands against them."""
        histories = await records.histories(
            unit.connection, self.record_type.table, [here.record for _, here in stale.values()]
        )
        return {
            number: LineResult("repeated", here.record.id)
            if self._was_done(line, histories[here.record.id])
            else LineResult(REJECTED, faults=[_stale(line, here.record)])
            for number, (line, here) in stale.items()
        }

    def _was_done(self, line: CorrectionLine[F], versions: Sequence[Record]) -> bool:
        states = [(version, self.record_type.fact.read(version.body)) for version in versions]
        return any(
            line.changes(before.version, fact) and line.is_done(after.withdrawn, made)
            for (before, fact), (after, made) in pairwise(states)
        )

    async def _log_repeats(
        self,
        unit: UnitOfWork,
        lines: dict[int, CorrectionLine[F]],
        held: dict[UUID | str, _OpenRecord[F]],
        results: dict[int, LineResult],
    ) -> None:
        """Writes to the access log that the caller was answered again from records that were there."""
        again = [held[_address(line)] for n, line in lines.items() if n in results and results[n].status == "repeated"]
        entries = [
            access_log.Entry(self.caller, "repeat", here.record.id, each)
            for here in again
            for each in self.record_type.subjects(here.fact)
        ]
        await access_log.log_entries(unit.connection, self.record_type.name, entries)


def _address(line: CorrectionLine[Any]) -> UUID | str:
    address = line.source_id if line.id is None else line.id
    assert address is not None  # noqa: S101  (a line without either cannot be read)
    return address


def _turn(
    waiting: Sequence[int], lines: Sequence[CorrectionLine[F]], held: dict[UUID | str, _OpenRecord[F]]
) -> tuple[list[int], list[int]]:
    """Those whose turn it is, the first about each record, and those that wait for them."""
    turn, rest = [], []
    seen: set[UUID | str] = set()
    for number in waiting:
        address = _address(lines[number])
        record = held[address].record.id if address in held else None
        if record is None or record not in seen:
            turn.append(number)
        else:
            rest.append(number)
        if record is not None:
            seen.add(record)
    return turn, rest


def _change(line: CorrectionLine[F], here: _OpenRecord[F]) -> RecordChange[F]:
    fact = here.fact if line.record is None else line.record
    return RecordChange(here.record, here.fact, fact, line.reason, withdrawn=line.record is None)


def _stale(line: CorrectionLine[F], record: Record) -> Fault:
    if line.version is None:
        return Fault("/expected", _OTHERWISE)
    try:
        records.expect_version(record, {line.version})
    except VersionMismatch as mismatch:
        return Fault("/version", mismatch.detail)
    raise AssertionError("a line that changes the present version is not stale")
