"""Files of procedures: an application and what became of it, which acts lead from one state to the next.

    async def withdraw(asked: StepRequest, body: TakeBack) -> FileState:
        async def change(unit: UnitOfWork, file: ApplicationFile) -> tuple[ApplicationFile, str]: ...
        return await step_file(asked, FILES, "withdraw", change)

What `step` is for the records of a register, with two differences: a file has states that stand as data in its case
(TRANSITIONS), and the world is not told of it, only of what it issues.
"""

from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.audit.access_log import Action
from shared.db import records
from shared.db.records import Record, Submission
from shared.errors import Conflict, NotFound
from shared.events.wire import WireModel
from shared.http.answers import Versioned
from shared.identity.callers import Caller
from shared.identity.scope import Scope, expect_own, sees
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records.step import StepRequest, perform


class File(WireModel):
    """What a procedure keeps: the application, its state, and what was decided, paid and issued."""

    application: WireModel

    @property
    @abstractmethod
    def columns(self) -> dict[str, Any]:
        """The values of its table's own typed columns."""


P = TypeVar("P", bound=File)
S = TypeVar("S", bound=Versioned)
A = TypeVar("A", bound=str)

Change = Callable[[UnitOfWork, P], Awaitable[tuple[P, str]]]
"""What an act makes of a file, and why: raises what stands against it, does what must happen together with it."""


Note = Callable[[UnitOfWork, UUID, P, Caller, Action, str | None], Awaitable[None]]
"""Writes to the access log who read or changed the file with that id, and why."""


async def _its_application(_unit: UnitOfWork, file: File) -> object:
    return file.application


async def _nothing(_unit: UnitOfWork, _file: File) -> Mapping[str, object]:
    return {}


@dataclass(frozen=True, slots=True)
class FileType(Generic[P, S, A]):
    """One kind of file. `unknown` is what is said where there is none, or none for this caller; `transitions` of each
    act, from which states it leads and to which; `state` the one in which a file is. `whose` is what the scope reads,
    by default the application; `beside` what an answer shows beside the file."""

    unknown: str
    table: Table
    file: type[P]
    answer: type[S]
    transitions: Mapping[A, tuple[tuple[str, ...], tuple[str, ...]]]
    scope: Scope
    note: Note[P]
    state: Callable[[P], str] = attrgetter("status")
    whose: Callable[[UnitOfWork, P], Awaitable[object]] = _its_application
    beside: Callable[[UnitOfWork, P], Awaitable[Mapping[str, object]]] = _nothing

    def expect_open_to(self, act: A, file: P) -> None:
        """Raises Conflict in a state that the act does not lead from."""
        state, (sources, _) = self.state(file), self.transitions[act]
        if state not in sources:
            raise Conflict(f"The application is {state}; this can be done only while it is {' or '.join(sources)}.")

    async def shown(self, unit: UnitOfWork, record: Record, file: P) -> S:
        """The file as the register holds it."""
        beside = await self.beside(unit, file)
        return self.answer.model_validate({"id": record.id, "version": record.version, **dict(file), **beside})


async def submit_file(
    unit: UnitOfWork, files: FileType[P, S, A], source_id: str, file: P, caller: Caller
) -> tuple[S, bool]:
    """The file of an application as it is held, and whether it is new. Raises Conflict where the source id holds
    another application."""
    submission = Submission(source_id, file, caller.subject, file.columns)
    (taken,) = await records.submit(unit.connection, files.table, [submission])
    record = await records.load(unit.connection, files.table, taken.id)
    held = files.file.read(record.body)
    if held.application != file.application:
        raise Conflict("The same source_id holds another application; take a new one for a new application.")
    new = taken.outcome == "created"
    await files.note(unit, record.id, held, caller, "create" if new else "repeat", None)
    return await files.shown(unit, record, held), new


async def step_file(asked: StepRequest, files: FileType[P, S, A], act: A, change: Change[P]) -> S:
    """The file after an act. Raises NotFound, also out of the caller's reach, Forbidden where it is only shown to the
    caller, VersionMismatch, Conflict where its state is none that the act leads from or the key was used for another
    request, and what `change` raises."""

    async def perform_act(unit: UnitOfWork) -> S:
        record, file = await open_file(unit, files, asked.id, asked.caller, lock=True)
        records.expect_version(record, asked.version)
        files.expect_open_to(act, file)
        changed, reason = await change(unit, file)
        if files.state(changed) not in files.transitions[act][1]:
            raise ValueError(f"{act} does not lead to {files.state(changed)}")
        revised = await records.revise(
            unit.connection,
            files.table,
            record,
            changed.model_dump_json(),
            author=asked.caller.subject,
            reason=reason,
            columns=changed.columns,
        )
        await files.note(unit, asked.id, changed, asked.caller, "change", reason)
        return await files.shown(unit, revised, changed)

    async def seen(unit: UnitOfWork) -> None:
        await open_file(unit, files, asked.id, asked.caller)

    async def repeated(unit: UnitOfWork, shown: S) -> None:
        # an answer is a file, and more: whom it showed is logged, whatever became of the file since
        await files.note(unit, asked.id, cast(P, shown), asked.caller, "repeat", None)

    return await perform(asked.engine, asked.key, files.answer, perform_act, seen=seen, repeated=repeated)


async def read_file(engine: AsyncEngine, files: FileType[P, S, A], id: UUID, caller: Caller) -> S:
    """The file in its present state; the reading is logged. Raises NotFound."""
    async with unit_of_work(engine) as unit:
        record, file, _ = await _seen(unit, files, id, caller)
        await files.note(unit, id, file, caller, "read", None)
        return await files.shown(unit, record, file)


async def open_file(
    unit: UnitOfWork, files: FileType[P, S, A], id: UUID, caller: Caller, *, lock: bool = False
) -> tuple[Record, P]:
    """The file for an act, locked if asked; shown to nobody. Raises NotFound, also out of the caller's reach (asked
    before its version, so that nobody learns that from outside), Forbidden where it is only shown to the caller."""
    record, file, whose = await _seen(unit, files, id, caller, lock=lock)
    expect_own(caller, files.scope, whose)
    return record, file


async def _seen(
    unit: UnitOfWork, files: FileType[P, S, A], id: UUID, caller: Caller, *, lock: bool = False
) -> tuple[Record, P, object]:
    """The record, its file and what the scope reads, if the caller may read it. Raises NotFound, which says of one out
    of reach the very same as of none."""
    try:
        record = await records.load(unit.connection, files.table, id, lock=lock)
    except NotFound:
        raise NotFound(files.unknown) from None
    file = files.file.read(record.body)
    whose = await files.whose(unit, file)
    if not sees(caller, files.scope, whose):
        raise NotFound(files.unknown)
    return record, file, whose
