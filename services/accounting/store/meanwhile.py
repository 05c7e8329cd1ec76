"""The database works while we reckon: a process and its server are two, and a batch needs both for as long."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any


@asynccontextmanager
async def meanwhile(statement: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Begins the statement, and ends when both it and the block have. The connection is the statement's until then: the
    block asks the database for nothing. Raises what the block raises, and gives the statement up, or what the statement
    raises."""
    working = asyncio.create_task(statement)
    try:
        await asyncio.sleep(0)  # the statement's turn, in which it is sent
        yield
    except BaseException:
        working.cancel()
        await asyncio.wait([working])
        raise
    await working
