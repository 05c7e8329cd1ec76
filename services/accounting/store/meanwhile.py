"""The database works while we reckon: a process and its server are two, and a batch needs both for as long."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

UNTIL_SENT: Final = 2  # turns of the event loop: one begins the statement, what it writes is sent after it


@asynccontextmanager
async def meanwhile(statement: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Begins the statement, and ends when both it and the block have. The connection is the statement's until then: the
    block asks the database for nothing. Raises what the statement raises, unless the block raised before."""
    working = asyncio.create_task(statement)
    try:
        for _ in range(UNTIL_SENT):
            await asyncio.sleep(0)
        yield
    finally:
        await working
