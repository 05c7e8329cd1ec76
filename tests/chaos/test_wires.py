"""A wire passes everything on, unless it is cut, silent or slow."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest

from tests.chaos import wires
from tests.chaos.wires import Wire, Wires

OUTER = 30


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionResetError):
        while chunk := await reader.read(wires.CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.close()


@pytest.fixture
async def echo() -> AsyncIterator[int]:
    async with await asyncio.start_server(_echo, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.fixture
def network() -> Iterator[Wires]:
    made = Wires()
    yield made
    made.stop()


async def test_what_is_sent_arrives_to_the_last_byte(network: Wires, echo: int) -> None:
    sent = bytes(range(256)) * 4_096
    async with asyncio.timeout(OUTER):
        reader, writer = await asyncio.open_connection("127.0.0.1", network.port("a", "echo", lambda: echo))
        writer.write(sent)
        writer.write_eof()
        assert await reader.read(-1) == sent
        writer.close()


async def test_a_cut_resets_who_is_connected_and_who_comes_until_it_is_mended(network: Wires, echo: int) -> None:
    port = network.port("a", "echo", lambda: echo)
    async with asyncio.timeout(OUTER):
        reader, writer = await _told(port)
        with network.troubled("a", Wire.cut):
            with pytest.raises(ConnectionResetError):
                await reader.read(1)
            assert not await _is_heard(port)
        writer.close()
        (await _told(port))[1].close()


async def test_a_silent_link_holds_everything_back_and_tells_nobody(network: Wires, echo: int) -> None:
    port = network.port("a", "echo", lambda: echo)
    other = network.port("b", "echo", lambda: echo)
    async with asyncio.timeout(OUTER):
        reader, writer = await _told(port)
        with network.troubled("a", Wire.silence):
            writer.write(b"held back")
            late = asyncio.create_task(reader.readexactly(9))
            new_reader, new_writer = await asyncio.open_connection("127.0.0.1", port)
            new_writer.write(b"new")
            (await _told(other))[1].close()  # another link passes its bytes meanwhile
            assert not late.done()
            assert not new_reader.at_eof()
        assert await late == b"held back"
        assert await new_reader.readexactly(3) == b"new"
        writer.close()
        new_writer.close()


async def test_a_slow_link_passes_everything_on(network: Wires, echo: int) -> None:
    port = network.port("a", "echo", lambda: echo)
    with network.troubled("a", Wire.slow):
        async with asyncio.timeout(OUTER):
            (await _told(port))[1].close()


async def _is_heard(port: int) -> bool:
    """Whether a new connection gets an answer."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except ConnectionResetError:
        return False
    try:
        writer.write(b"hello")
        return await reader.read(1) != b""
    except ConnectionResetError:
        return False
    finally:
        writer.close()


async def _told(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection over which an answer came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"hello")
    assert await reader.readexactly(5) == b"hello"
    return reader, writer
