"""NDJSON in bulk: any number of lines, handed in or correcting what was, in flat memory.

Lines are read, checked and committed chunk by chunk, each chunk with its rejects in one transaction. The answer waits
in a temporary file until the whole request is read: a client that sends everything before it reads anything would
otherwise block on us while we block on it. After a broken connection the same file is simply sent again: what was taken
answers "repeated".

What fails while a chunk is committed, for whatever reason, is pinned to its line by halving, and the rest is taken
(decision 0024).
"""

import asyncio
import logging
from codecs import BOM_UTF8
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID, uuid4

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import clock
from shared.db.outages import may_pass
from shared.errors import DomainError, Fault, Invalid, Unavailable
from shared.http.languages import Speech
from shared.http.problems import NO_RULE
from shared.http.reading import read_model
from shared.identity.callers import Caller
from shared.kernel.norms import NotInForce
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work
from shared.records import rejects
from shared.records.intake import conflict_detail, ingest
from shared.records.record_type import F, RecordType
from shared.records.rejects import Rejected
from shared.telemetry.metrics import Metrics

log = logging.getLogger(__name__)

CHUNK = 2_000
AT_ONCE = 5  # lines checked without looking up
MAX_LINE = 64 * 1024
_IN_MEMORY = 1024 * 1024
_OUR_FAULT = "We failed at this line, and at none beside it. It is fault {}; send the line again when that is mended."


L = TypeVar("L")
REJECTED = "rejected"


class LineResult(NamedTuple):
    """What became of a line: its status, the record that holds it; or, `rejected`, what is wrong with it."""

    status: str
    id: UUID | None = None
    faults: Sequence[Fault] = ()
    alerts: Sequence[dict[str, Any]] = ()


class LineStore(Protocol[L]):
    """What a batch does with its lines: those of one kind of record, from one caller."""

    @property
    def record_type(self) -> RecordType[Any]: ...

    @property
    def caller(self) -> Caller: ...

    @property
    def statuses(self) -> Sequence[str]:
        """Those of lines that are not rejected."""

    def read(self, line: bytes) -> L:
        """The line as it is understood. Raises Invalid."""

    async def store(self, unit: UnitOfWork, lines: Sequence[L]) -> Sequence[LineResult]:
        """Does what the lines say, and answers for each in its order."""


@dataclass(frozen=True, slots=True)
class IntakeLines(Generic[F]):
    """Lines that are records: each is stored, once."""

    record_type: RecordType[F]
    caller: Caller
    statuses: Sequence[str] = ("created", "repeated")

    def read(self, line: bytes) -> F:
        fact = read_model(self.record_type.fact, line)
        if faults := self.record_type.refused(fact, self.caller):
            raise Invalid("You cannot hand in this record.", faults=faults)
        return fact

    async def store(self, unit: UnitOfWork, lines: Sequence[F]) -> Sequence[LineResult]:
        taken = await ingest(unit, self.record_type, lines, [self.caller] * len(lines))
        return [
            LineResult(REJECTED, faults=[Fault("/source_id", conflict_detail(each))])
            if each.outcome == "conflict"
            else LineResult(each.outcome, each.id, alerts=each.alerts)
            for each in taken
        ]


@dataclass(slots=True)
class Batch(Generic[L]):
    """Any number of lines, stored by `lines`."""

    engine: AsyncEngine
    lines: LineStore[L]
    metrics: Metrics
    speech: Speech = rejects.KEPT_IN
    id: UUID = field(default_factory=uuid4)

    async def run(self, body: AsyncIterator[bytes]) -> Iterator[bytes]:
        """Takes every line of `body`; then the answer: one NDJSON line per input line in order, and the summary.

        While the database commits one chunk, the next is read and checked.
        """
        answer = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  (closed by _read_back)
        summary, first = dict.fromkeys((*self.lines.statuses, REJECTED), 0), 1
        committing: asyncio.Task[None] | None = None
        try:
            async for lines in _chunks(_trimmed(body)):
                chunk = await self._check(first, lines)
                first += len(lines)
                if committing is not None:
                    await committing
                committing = asyncio.create_task(self._commit(chunk, answer, summary))
        finally:
            if committing is not None:
                await committing
        answer.write(orjson.dumps({"summary": summary}) + b"\n")
        answer.seek(0)
        return _read_back(answer)

    async def _check(self, first: int, lines: Sequence[bytes]) -> "Chunk[L]":
        chunk: Chunk[L] = Chunk(first, lines)
        for number, line in enumerate(lines, first):
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)  # the chunk before is on its way, and must not wait for a whole one
            try:
                chunk.read[number] = self._read(line)
            except Invalid as fault:
                chunk.rejected.append(Rejected(number, line, fault.faults or [Fault("", fault.detail)]))
        return chunk

    def _read(self, line: bytes) -> L:
        if len(line) > MAX_LINE:
            raise Invalid(f"The line is longer than {MAX_LINE} bytes.")
        return self.lines.read(line)

    async def _commit(self, chunk: "Chunk[L]", answer: IO[bytes], summary: dict[str, int]) -> None:
        """Stores one chunk; then the answers for its lines."""
        taken, rejected = await self._store(chunk, chunk.read, chunk.rejected)
        faults = {reject.line: reject.faults for reject in rejected}
        for number in range(chunk.first, chunk.first + len(chunk.lines)):
            if number % AT_ONCE == 0 and faults:
                await asyncio.sleep(0)  # to say what is wrong in another language takes its time
            answer.write(self._answer(number, taken.get(number), faults.get(number, ()), summary))

    def _answer(self, number: int, taken: LineResult | None, faults: Sequence[Fault], summary: dict[str, int]) -> bytes:
        status = REJECTED if faults or taken is None else taken.status
        summary[status] += 1
        answer: dict[str, object] = {"line": number, "status": status}
        if status == REJECTED:
            answer["problems"] = orjson.Fragment(rejects.problems(faults, self.speech))
        else:
            assert taken is not None  # noqa: S101
            answer["id"] = str(taken.id)
            if taken.alerts:
                answer["alerts"] = taken.alerts
        return orjson.dumps(answer) + b"\n"

    async def _store(self, chunk: "Chunk[L]", facts: Mapping[int, L], rejected: Sequence[Rejected]) -> "Stored":
        """The lines and rejects in one transaction. Where that fails, in two of half the lines, and so on, until a line
        that fails alone is rejected itself. Raises where the database cannot be had: then nothing says of a line that
        it is wrong."""
        try:
            return await self._store_together(chunk, facts, rejected)
        except Exception as error:
            if may_pass(error) or isinstance(error, Unavailable) or not facts:
                raise
            if len(facts) == 1:
                return await self._store_together(chunk, {}, [*rejected, self._pinned(chunk, next(iter(facts)), error)])
        numbers, half = list(facts), len(facts) // 2
        first, first_rejected = await self._store(chunk, {n: facts[n] for n in numbers[:half]}, rejected)
        then, then_rejected = await self._store(chunk, {n: facts[n] for n in numbers[half:]}, ())
        return first | then, [*first_rejected, *then_rejected]

    def _pinned(self, chunk: "Chunk[L]", number: int, error: Exception) -> Rejected:
        """The line with what a rule says of it; or with the number of our fault, which the operator is told too."""
        if isinstance(error, DomainError):
            return Rejected(number, chunk.line(number), error.faults or [Fault("", error.detail)])
        if isinstance(error, NotInForce):
            return Rejected(number, chunk.line(number), [Fault("", NO_RULE)])
        kind, fault = self.lines.record_type.name, uuid4().hex[:12]
        self.metrics.line_failed(kind)
        fields = {"kind": kind, "batch": str(self.id), "line": number, "fault": fault}
        log.error("a line of a batch fails", exc_info=error, extra={"fields": fields})
        return Rejected(number, chunk.line(number), [Fault("", _OUR_FAULT.format(fault))])

    async def _store_together(
        self, chunk: "Chunk[L]", facts: Mapping[int, L], rejected: Sequence[Rejected]
    ) -> "Stored":
        """Records, events and rejects in one transaction."""
        async with unit_of_work(self.engine) as unit:
            taken = dict(zip(facts, await self.lines.store(unit, [*facts.values()]), strict=True))
            rejected = [*rejected, *_refused(chunk, taken)]
            if rejected:
                kind, author = self.lines.record_type.name, self.lines.caller.subject
                await rejects.keep(unit.connection, self.id, kind, rejected, author, clock.now())
        return taken, rejected


Stored = tuple[dict[int, LineResult], list[Rejected]]
"""What became of some lines, by their numbers, and which were rejected."""


@dataclass(slots=True)
class Chunk(Generic[L]):
    """Consecutive lines, the first of which has the number `first`: those that could be read, and the others."""

    first: int
    lines: Sequence[bytes]
    read: dict[int, L] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)

    def line(self, number: int) -> bytes:
        return self.lines[number - self.first]


def _refused(chunk: Chunk[L], taken: dict[int, LineResult]) -> list[Rejected]:
    return [
        Rejected(number, chunk.line(number), result.faults)
        for number, result in taken.items()
        if result.status == REJECTED
    ]


async def _trimmed(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """`body` without a byte order mark and without the white space at its very end, which is no line. White space is
    held back until something follows, up to MAX_LINE bytes: what is more counts as lines."""
    held, mark = b"", BOM_UTF8
    async for part in body:
        held += part
        if len(held) < len(mark):
            continue
        held, mark = held.removeprefix(mark), b""
        solid = held.rstrip()
        if len(held) - len(solid) > MAX_LINE:
            solid = held
        yield solid
        held = held[len(solid) :]
    yield held.rstrip()


async def _chunks(body: AsyncIterator[bytes]) -> AsyncIterator[list[bytes]]:
    """The lines of `body`, CHUNK at a time. Empty lines are lines too: their numbers must match the client's. Of an
    overlong line only its beginning is kept, enough to be refused by."""
    lines: list[bytes] = []
    rest = b""
    async for part in body:
        *whole, rest = (rest + part).split(b"\n")
        rest = rest[: MAX_LINE + 1]
        lines += whole
        while len(lines) >= CHUNK:
            yield lines[:CHUNK]
            del lines[:CHUNK]
    if rest:
        lines.append(rest)
    if lines:
        yield lines


def _read_back(answer: "SpooledTemporaryFile[bytes]") -> Iterator[bytes]:
    with answer:
        while part := answer.read(64 * 1024):
            yield part
