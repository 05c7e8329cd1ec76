"""A load generator that costs little: HTTP/1.1 over plain sockets, so that the server is what is measured."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager


async def post_all(port: int, path: str, headers: dict[str, str], bodies: Sequence[bytes], connections: int) -> float:
    """Posts every body, `connections` at a time; requests per second. Raises where an answer is not 2xx."""
    waiting = list(reversed(bodies))
    started = time.perf_counter()
    await asyncio.gather(*(_work(port, path, headers, waiting) for _ in range(connections)))
    return len(bodies) / (time.perf_counter() - started)


@asynccontextmanager
async def asking(port: int, path: str, headers: dict[str, str]) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Asks for the same again and again over one connection, each time it is called. Raises where it is refused; that
    the reader holds it already is an answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    named = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{named}\r\n".encode()

    async def ask() -> None:
        writer.write(head)
        await _read_answer(reader)

    try:
        yield ask
    finally:
        writer.close()


async def _work(port: int, path: str, headers: dict[str, str], waiting: list[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    named = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n{named}Content-Length: "
    while waiting:
        body = waiting.pop()
        writer.write(f"{head}{len(body)}\r\n\r\n".encode() + body)
        await _read_answer(reader)
    writer.close()


async def _read_answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if head.startswith(b"HTTP/1.1 304"):
        return
    if not head.startswith(b"HTTP/1.1 2"):
        raise RuntimeError(head.split(b"\r\n")[0].decode())
    lower = head.lower()
    length = lower.index(b"content-length: ") + 16
    await reader.readexactly(int(lower[length : lower.index(b"\r\n", length)]))
