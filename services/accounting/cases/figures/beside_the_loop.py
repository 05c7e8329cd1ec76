"""Work on many figures is done beside the loop that serves all others; on few at once, since a thread takes longer."""

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

Made = TypeVar("Made")

LARGE: Final = 500  # figures, or rows that they are made of


async def beside_the_loop(size: int, work: Callable[[], Made]) -> Made:
    """What `work` makes of so many figures."""
    return await asyncio.to_thread(work) if size > LARGE else work()
