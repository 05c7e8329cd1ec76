"""What is decoded beside is what is decoded here, and no process that is lost or silent holds anything up."""

import asyncio
import signal
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from services.accounting.intake import beside
from services.accounting.intake.beside import Decoder
from services.accounting.intake.decode import decode
from shared.inbox.source import Event, Place, Unparsed, Unreadable, places_of
from tests.accounting.conftest import HASHES

EXAMPLES = [orjson.loads(path.read_bytes()) for path in sorted(Path("contracts/examples").glob("*/*/*.json"))]
EVENTS: list[Event | Unreadable] = [*EXAMPLES, EXAMPLES[0] | {"recordversion": "none"}, *EXAMPLES[:9]]
PLACES = [Place(0, number) for number in range(len(EVENTS))]


async def test_the_same_batch_whoever_decodes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = vars(decode("any", EVENTS, HASHES, PLACES))
    assert 0 < len(whole["parked"]) < len(EVENTS) / 2
    with closing(Decoder(HASHES)) as process:
        assert vars(await process.decode("any", EVENTS, PLACES)) == whole, "until the process is there"

        async def ready() -> asyncio.subprocess.Process:
            assert process._starting is not None
            return await process._starting

        first = await ready()
        monkeypatch.setattr(beside, "decode_in_turns", None)  # nothing is decoded here any more
        both = await asyncio.gather(*(process.decode("any", EVENTS, PLACES) for _ in range(2)))
        assert [vars(batch) for batch in both] == [whole, whole]
        monkeypatch.undo()

        unreadable = await process.decode("any", [*EVENTS, Unreadable(b"{")], [*PLACES, None])
        assert len(unreadable.parked) == len(whole["parked"]) + 1, "what cannot be told to the process"

        first.send_signal(signal.SIGSTOP)
        monkeypatch.setattr(beside, "PATIENCE", 0.2)
        both = await asyncio.gather(*(process.decode("any", EVENTS, PLACES) for _ in range(2)))
        assert [vars(batch) for batch in both] == [whole, whole], "a process that is silent, and who waits for it"
        monkeypatch.undo()
        assert await first.wait() == -signal.SIGKILL

        await process.decode("any", EVENTS, PLACES)
        second = await ready()
        second.kill()
        assert vars(await process.decode("any", EVENTS, PLACES)) == whole, "a process that was killed"

        await process.decode("any", EVENTS, PLACES)
        third = await ready()
        assert third.stdin is not None
        third.stdin.close()
        assert await third.wait() == 0, "it ends with whoever asked it, even where they were killed"


async def test_what_is_not_parsed_gives_the_same_batch_or_none() -> None:
    told = orjson.dumps([{**each, "position": position} for position, each in enumerate(EXAMPLES, 4)])
    page = Unparsed(told, 3, 3 + len(EXAMPLES))
    parsed = page.events()
    assert parsed is not None
    whole = vars(decode("any", parsed, HASHES, places_of(parsed)))
    faulty = [replace(page, after=4), replace(page, reached=9)]
    faulty += [replace(page, content=text) for text in (b"[1]", b"{}", b"{", b"[" * 10_000)]
    with closing(Decoder(HASHES)) as process:
        batch = await process.decode_unparsed("any", page)
        assert batch is not None
        assert vars(batch) == whole, "until the process is there"
        assert [await process.decode_unparsed("any", each) for each in faulty] == [None] * len(faulty)

        assert process._starting is not None
        await process._starting
        batch = await process.decode_unparsed("any", page)
        assert batch is not None
        assert batch.unparsed is page, "what was parsed there is not here"
        assert vars(batch.opened()) == whole
        assert [await process.decode_unparsed("any", each) for each in faulty] == [None] * len(faulty)
        with pytest.raises(ValueError, match="no events"):
            replace(batch, unparsed=faulty[-1]).opened()

        (await process._starting).kill()
        batch = await process.decode_unparsed("any", page)
        assert batch is not None
        assert vars(batch) == whole, "a process that was killed"
