"""A network that can be cut: TCP proxies between programs and what they talk to.

Each link can be cut (RST to both ends, nobody gets through), silent (half-open: no byte passes and nobody is told, the
kernel acknowledges what was sent) or slow. They run in a thread of their own, so that they pass bytes on whatever the
load's loop does.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from deploy.local.ports import HOST

CHUNK = 65_536
SLOW = 0.2
"""Seconds that each chunk of bytes takes on a slow link."""
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST and throws away what was not sent


class Wire:
    """One proxy. `port` is where it listens, `target` tells at each connection which port it leads to."""

    def __init__(self, target: Callable[[], int]) -> None:
        self.port = 0
        self._target = target
        self._passable = asyncio.Event()
        self._passable.set()
        self._severed = False
        self._delay = 0.0
        self._ends: set[asyncio.StreamWriter] = set()

    async def listen(self) -> asyncio.Server:
        """Takes connections from now on, on a port that the kernel chooses."""
        server = await asyncio.start_server(self._connected, HOST, 0, limit=CHUNK)
        self.port = server.sockets[0].getsockname()[1]
        return server

    def cut(self) -> None:
        """Ends every connection by RST, and each new one, until `mend`."""
        self._severed = True
        self._passable.set()
        for writer in self._ends:
            _reset(writer)

    def silence(self) -> None:
        """Lets no byte pass, nor an end of stream, until `mend`; connections stay open, new ones too."""
        self._passable.clear()

    def slow(self) -> None:
        """Has each chunk wait for SLOW seconds, until `mend`."""
        self._delay = SLOW

    def mend(self) -> None:
        """Passes everything on, first what was held back."""
        self._severed, self._delay = False, 0.0
        self._passable.set()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        self._ends.add(writer)
        try:
            await self._pass()
            far_reader, far_writer = await asyncio.open_connection(HOST, self._target(), limit=CHUNK)
            ends.append(far_writer)
            self._ends.add(far_writer)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, far_writer))
                group.create_task(self._pump(far_reader, writer))
        except* OSError:
            for end in ends:
                _reset(end)
        finally:
            self._ends.difference_update(ends)
            for end in ends:
                end.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Passes on until the stream ends. Raises OSError where one side is gone."""
        while chunk := await reader.read(CHUNK):
            await self._pass()
            writer.write(chunk)
            await writer.drain()
        await self._pass()
        writer.write_eof()

    async def _pass(self) -> None:
        """Returns when bytes may pass. Raises ConnectionAbortedError on a link that is cut."""
        await self._passable.wait()
        if self._delay:
            await asyncio.sleep(self._delay)
        if self._severed:
            raise ConnectionAbortedError


class Wires:
    """All links of one system, by name; a name may stand for several wires that share their fate."""

    def __init__(self) -> None:
        self.links: dict[str, dict[str, Wire]] = {}
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        self._thread = threading.Thread(target=self._loop.run_forever, name="wires", daemon=True)
        self._thread.start()

    def port(self, link: str, far: str, target: Callable[[], int]) -> int:
        """Where the wire of `link` to `far` listens; made at the first call."""
        wires = self.links.setdefault(link, {})
        if far not in wires:
            wires[far] = wire = Wire(target)
            self._servers.append(asyncio.run_coroutine_threadsafe(wire.listen(), self._loop).result())
        return wires[far].port

    @contextmanager
    def troubled(self, link: str, trouble: Callable[[Wire], None]) -> Iterator[None]:
        """Within, the link is as `trouble` (Wire.cut, Wire.silence, Wire.slow) leaves it; afterwards it is mended."""
        self._each(link, trouble)
        try:
            yield
        finally:
            self._each(link, Wire.mend)

    def stop(self) -> None:
        """Cuts everything and ends the thread."""
        for link in self.links:
            self._each(link, Wire.cut)
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _each(self, link: str, act: Callable[[Wire], None]) -> None:
        async def acted() -> None:
            for wire in self.links[link].values():
                act(wire)

        asyncio.run_coroutine_threadsafe(acted(), self._loop).result()

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        for server in self._servers:
            await server.wait_closed()


def _reset(writer: asyncio.StreamWriter) -> None:
    found = writer.get_extra_info("socket")
    with suppress(OSError):  # it is closed
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
