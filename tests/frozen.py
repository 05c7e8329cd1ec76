"""A process that is stopped where it says so: as a machine that freezes in the middle of something."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def frozen(program: str, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The process of Python code `program`, stopped (SIGSTOP) once it says "held"; it is to read a line then."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        await until_said(process, "held")
        process.send_signal(signal.SIGSTOP)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def until_said(process: asyncio.subprocess.Process, beginning: str) -> None:
    """Reads on until it says a line that begins so."""
    assert process.stdout is not None
    while not (line := (await process.stdout.readline()).decode()).startswith(beginning):
        assert line, f"it has ended and never said {beginning!r}"


async def thaw(process: asyncio.subprocess.Process) -> None:
    """It goes on (SIGCONT) from where it was held."""
    assert process.stdin is not None
    process.send_signal(signal.SIGCONT)
    process.stdin.write(b"go on\n")
    await process.stdin.drain()
