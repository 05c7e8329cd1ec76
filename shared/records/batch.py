"""NDJSON bulk intake: any number of lines in flat memory.

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
from typing import IO, Generic
from uuid import UUID, uuid4

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import clock
from shared.db.records import SubmitResult
from shared.errors import DomainError, Fault, Invalid, Unavailable
from shared.http.outages import may_pass
from shared.http.problems import NO_RULE
from shared.http.reading import read_model
from shared.identity.callers import Caller
from shared.kernel.norms import NotInForce
from shared.outbox.unit_of_work import unit_of_work
from shared.records import rejects
from shared.records.intake import ingest
from shared.records.record_type import F, RecordType
from shared.records.rejects import Rejected
from shared.telemetry.metrics import Metrics

log = logging.getLogger(__name__)

CHUNK = 2_000
AT_ONCE = 5  # lines checked without looking up
MAX_LINE = 64 * 1024
_IN_MEMORY = 1024 * 1024
_DIFFERS = Fault("/source_id", "The same source_id holds other content; correct that record with PUT instead.")
_OUR_FAULT = "We failed at this line, and at none beside it. It is fault {}; send the line again when that is mended."


@dataclass(slots=True)
class Summary:
    """How many lines of a batch came to what end."""

    created: int = 0
    repeated: int = 0
    rejected: int = 0

    def count(self, status: str) -> None:
        setattr(self, status, getattr(self, status) + 1)

    def as_json(self) -> bytes:
        counts = {"created": self.created, "repeated": self.repeated, "rejected": self.rejected}
        return orjson.dumps({"summary": counts}) + b"\n"


@dataclass(slots=True)
class Batch(Generic[F]):
    """One bulk submission of one kind of record by one caller."""

    engine: AsyncEngine
    record_type: RecordType[F]
    caller: Caller
    metrics: Metrics
    id: UUID = field(default_factory=uuid4)

    async def run(self, body: AsyncIterator[bytes]) -> Iterator[bytes]:
        """Takes every line of `body`; then the answer: one NDJSON line per input line in order, and the summary.

        While the database commits one chunk, the next is read and checked.
        """
        answer = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  (closed by _read_back)
        summary, first = Summary(), 1
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
        answer.write(summary.as_json())
        answer.seek(0)
        return _read_back(answer)

    async def _check(self, first: int, lines: Sequence[bytes]) -> "Chunk[F]":
        chunk: Chunk[F] = Chunk(first, lines)
        for number, line in enumerate(lines, first):
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)  # the chunk before is on its way, and must not wait for a whole one
            try:
                chunk.facts[number] = self._read(line)
            except Invalid as fault:
                chunk.rejected.append(Rejected(number, line, fault.faults or [Fault("", fault.detail)]))
        return chunk

    def _read(self, line: bytes) -> F:
        if len(line) > MAX_LINE:
            raise Invalid(f"The line is longer than {MAX_LINE} bytes.")
        fact = read_model(self.record_type.fact, line)
        if faults := self.record_type.refused(fact, self.caller):
            raise Invalid("You cannot hand in this record.", faults=faults)
        return fact

    async def _commit(self, chunk: "Chunk[F]", answer: IO[bytes], summary: Summary) -> None:
        """Stores one chunk; then the answers for its lines."""
        taken, rejected = await self._store(chunk, chunk.facts, chunk.rejected)
        faults = {reject.line: reject.faults for reject in rejected}
        for number in range(chunk.first, chunk.first + len(chunk.lines)):
            answer.write(_answer(number, taken.get(number), faults.get(number, ()), summary))

    async def _store(self, chunk: "Chunk[F]", facts: Mapping[int, F], rejected: Sequence[Rejected]) -> "Stored":
        """The facts and rejects in one transaction. Where that fails, in two of half the facts, and so on, until a fact
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

    def _pinned(self, chunk: "Chunk[F]", number: int, error: Exception) -> Rejected:
        """The line with what a rule says of it; or with the number of our fault, which the operator is told too."""
        if isinstance(error, DomainError):
            return Rejected(number, chunk.line(number), error.faults or [Fault("", error.detail)])
        if isinstance(error, NotInForce):
            return Rejected(number, chunk.line(number), [Fault("", NO_RULE)])
        kind, fault = self.record_type.name, uuid4().hex[:12]
        self.metrics.line_failed(kind)
        fields = {"kind": kind, "batch": str(self.id), "line": number, "fault": fault}
        log.error("a line of a batch fails", exc_info=error, extra={"fields": fields})
        return Rejected(number, chunk.line(number), [Fault("", _OUR_FAULT.format(fault))])

    async def _store_together(
        self, chunk: "Chunk[F]", facts: Mapping[int, F], rejected: Sequence[Rejected]
    ) -> "Stored":
        """Records, events and rejects in one transaction."""
        async with unit_of_work(self.engine) as unit:
            callers = [self.caller] * len(facts)
            taken = dict(zip(facts, await ingest(unit, self.record_type, [*facts.values()], callers), strict=True))
            rejected = [*rejected, *_conflicts(chunk, taken)]
            if rejected:
                await rejects.keep(
                    unit.connection, self.id, self.record_type.name, rejected, self.caller.subject, clock.now()
                )
        return taken, rejected


Stored = tuple[dict[int, SubmitResult], list[Rejected]]
"""What became of the facts of some lines, by line, and which lines were rejected."""


@dataclass(slots=True)
class Chunk(Generic[F]):
    """Consecutive lines, the first of which has the number `first`: those that are records, and those that are not."""

    first: int
    lines: Sequence[bytes]
    facts: dict[int, F] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)

    def line(self, number: int) -> bytes:
        return self.lines[number - self.first]


def _conflicts(chunk: Chunk[F], taken: dict[int, SubmitResult]) -> list[Rejected]:
    return [
        Rejected(number, chunk.line(number), [_DIFFERS])
        for number, outcome in taken.items()
        if outcome.outcome == "conflict"
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


def _answer(number: int, taken: SubmitResult | None, faults: Sequence[Fault], summary: Summary) -> bytes:
    status = "rejected" if faults or taken is None else taken.outcome
    summary.count(status)
    answer: dict[str, object] = {"line": number, "status": status}
    if status == "rejected":
        answer["problems"] = orjson.Fragment(rejects.problems(faults))
    else:
        assert taken is not None  # noqa: S101
        answer["id"] = str(taken.id)
        if taken.alerts:
            answer["alerts"] = taken.alerts
    return orjson.dumps(answer) + b"\n"


def _read_back(answer: "SpooledTemporaryFile[bytes]") -> Iterator[bytes]:
    with answer:
        while part := answer.read(64 * 1024):
            yield part
