"""Decoding beside: what waits at a source is decoded by a process of its own, while the writer works on what came
before.

Decoding costs as much as all that the writer does with a batch, and a process of Python does one thing at a time. What
comes bit by bit is decoded where it is read (`decode_in_turns`): another process would only make it later.

The process is told the secret, and then events, through its standard input, and ends with it: when the intake is
killed, it goes as well.
"""

import asyncio
import gc
import logging
import marshal
import os
import pickle
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count, islice
from struct import Struct
from typing import Any, BinaryIO, Final, cast

from services.accounting.cases.batch import EventBatch
from services.accounting.intake.decode import decode, decode_in_turns
from services.accounting.rules.persons.identity import Hashes
from shared.inbox.source import Event, Place, Unparsed, Unreadable, places_of
from shared.process import tune_gc
from shared.telemetry.logs import configure

LENGTH: Final = Struct(">Q")  # before everything that is said, either way
PIECE: Final = 500  # rows read at a time while others wait: about a millisecond
ROWS: Final = ("crossings", "register_facts", "claims")
REST: Final = ("seen", "overtaken", "parked", "newest_position", "newest_time", "traces")
PATIENCE: Final = 30.0  # seconds until a process that does not answer counts as lost
SWEPT: Final = 50  # answers after which circles are looked for
_AT_ONCE: Final = 2**24  # bytes that are read ahead: an answer

log = logging.getLogger(__name__)

Events = Sequence[Event | Unreadable]
Places = Sequence[Place | None]


class Decoder:
    """The process. It starts when it is first asked; until it is ready, and where it is lost, decoding is done here."""

    def __init__(self, hashes: Hashes) -> None:
        self._hashes = hashes
        self._turn = asyncio.Lock()
        self._starting: asyncio.Task[Process] | None = None

    async def decode(self, source: str, events: Events, places: Places = ()) -> EventBatch:
        """As decode.decode. What cannot be told to the process (Unreadable) is decoded here."""
        pieces = await self._pieces(source, list(events), [place and tuple(place) for place in places])
        if pieces is None:
            return await decode_in_turns(source, events, self._hashes, places)
        places = places or [None] * len(events)
        return await _joined(EventBatch(source, events=events, places=places), pieces)

    async def decode_unparsed(self, source: str, told: Unparsed) -> EventBatch | None:
        """The same of what is not parsed, which stays so here; None where it is not as agreed."""
        pieces = await self._pieces(source, told.content, told.after, told.reached)
        if pieces is not None:
            return await _joined(EventBatch(source, unparsed=told), pieces) if pieces else None
        if (events := told.events()) is None:
            return None
        return await decode_in_turns(source, events, self._hashes, places_of(events))

    async def _pieces(self, source: str, *told: Any) -> list[bytes] | None:
        """What the process makes of it, None where it cannot be asked."""
        try:
            return await self._ask((source, *told))
        except (ValueError, OSError, EOFError) as fault:
            log.warning("what came of %s is not decoded beside: %s", source, type(fault).__name__)
            return None

    def _ready(self) -> Process | None:
        self._starting = self._starting or asyncio.create_task(self._start())
        if not self._starting.done():
            return None
        if self._starting.exception() is None:
            return self._starting.result()
        self.close()
        return None

    async def _start(self) -> Process:
        command = (sys.executable, "-m", __name__)
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=_AT_ONCE)
        try:
            await _answer(process, self._hashes.secret)
        except BaseException:
            _end(process)
            raise
        return process

    async def _ask(self, question: tuple[Any, ...]) -> list[bytes] | None:
        """None while there is no process that is ready: whoever waited for their turn asks the one of then."""
        async with self._turn:
            if (process := self._ready()) is None:
                return None
            asked = marshal.dumps(question)
            try:
                async with asyncio.timeout(PATIENCE):
                    pieces: list[bytes] = marshal.loads(await _answer(process, asked))  # noqa: S302
            except BaseException:  # whoever gives up an answer must not leave it to who asks next
                self.close()
                raise
        return pieces

    def close(self) -> None:
        """Ends the process; it starts anew when it is asked again."""
        starting, self._starting = self._starting, None
        if starting is None or starting.cancel() or starting.cancelled() or starting.exception() is not None:
            return
        _end(starting.result())


async def _joined(batch: EventBatch, pieces: Sequence[bytes]) -> EventBatch:
    """The batch with what the process made of it."""
    for piece in pieces:
        for name, told in pickle.loads(piece).items():  # noqa: S301 - what our own process says
            getattr(batch, name).update(told) if name in ROWS else setattr(batch, name, told)
        await asyncio.sleep(0)
    return batch


async def _answer(process: Process, asked: bytes) -> bytes:
    """What the process answers. Raises OSError or EOFError where it is lost."""
    there, back = cast(StreamWriter, process.stdin), cast(StreamReader, process.stdout)
    there.write(LENGTH.pack(len(asked)) + asked)
    await there.drain()
    length: int = LENGTH.unpack(await back.readexactly(LENGTH.size))[0]
    return await back.readexactly(length)


def _end(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()


def main() -> None:
    """Answers until nobody asks any more."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # logs go where they do not break an answer
    configure("accounting-intake", "WARNING")
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        hashes = Hashes(_told(sys.stdin.buffer))
        tune_gc()
        gc.disable()  # nothing outlives its answer, but what a refusal ties into a circle
        _say(answers, b"")  # ready
        for number in count(1):
            source, *told = marshal.loads(_told(sys.stdin.buffer))  # noqa: S302
            events, places = _parsed(*told)
            batch = None if events is None else decode(source, events, hashes, places)
            _say(answers, marshal.dumps([pickle.dumps(piece) for piece in _pieces(batch)]))
            if not number % SWEPT:
                gc.collect()


def _say(stream: BinaryIO, said: bytes) -> None:
    stream.write(LENGTH.pack(len(said)) + said)
    stream.flush()


def _told(stream: BinaryIO) -> bytes:
    """The next that is said. Raises EOFError when there is nothing more."""
    if len(head := stream.read(LENGTH.size)) < LENGTH.size:
        raise EOFError
    return stream.read(LENGTH.unpack(head)[0])


def _parsed(told: bytes | list[Event], *rest: Any) -> tuple[list[Event] | None, Places]:
    """The events of a question and their places; None for what is not as agreed."""
    if isinstance(told, bytes):
        events = Unparsed(told, *rest).events()
        return events, places_of(events or [])
    return told, [place and Place(*place) for place in rest[0]]


def _pieces(batch: EventBatch | None) -> Iterator[dict[str, Any]]:
    """The batch without its events, which who asks has; nothing where there is none."""
    if batch is None:
        return
    parts: tuple[Mapping[int, Any], ...] = (batch.crossings, batch.register_facts, batch.claims)
    for name, rows in zip(ROWS, parts, strict=True):
        left = iter(rows.items())
        while piece := dict(islice(left, PIECE)):
            yield {name: piece}
    yield {name: getattr(batch, name) for name in REST}


if __name__ == "__main__":
    main()
