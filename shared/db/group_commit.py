"""Committing concurrent requests together: while one transaction is on its way, those that arrive wait and share the
next. Under load this saves most commits; a lone request goes at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final, Generic, TypeVar

from shared.db.outages import is_conflict, may_pass

PATIENCE: Final = 10.0
"""Seconds that an item may take from its submission to its commit, the waiting for others included."""

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class GroupCommit(Generic[Item, Answer]):
    """Hands items that arrive while `work` runs to its next run, at most `most` at a time.

    `work` answers one result for each item, in order. Where a shared run fails, its items run alone, so that one bad
    item cannot spoil its neighbours' answers; where the database could not be had, none of them could have it, and
    each is told so at once. Nobody waits longer than `patience` seconds.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]],
        most: int = 200,
        patience: float = PATIENCE,
    ) -> None:
        self._work, self._most, self._patience = work, most, patience
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._running: asyncio.Task[None] | None = None

    async def submit(self, item: Item) -> Answer:
        """The answer for `item`, once its transaction is committed. Raises TimeoutError where that takes too long: what
        was under way may be committed all the same, as whenever a connection breaks."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._drain())
        async with asyncio.timeout(self._patience):
            return await answer

    async def _drain(self) -> None:
        while self._waiting:
            wanted = [each for each in self._waiting if not each[1].done()]  # who waited too long has gone
            shared, self._waiting = wanted[: self._most], wanted[self._most :]
            try:
                await self._run(shared)
            except Exception as error:
                if may_pass(error) and not is_conflict(error):
                    _fail(shared, error)
                    continue
                for alone in shared:
                    await self._run_alone(alone)

    async def _run(self, shared: list[tuple[Item, asyncio.Future[Answer]]]) -> None:
        answers = await self._work([item for item, _ in shared])
        for (_, waiting), answer in zip(shared, answers, strict=True):
            with suppress(asyncio.InvalidStateError):  # the caller went away; what was committed stays
                waiting.set_result(answer)

    async def _run_alone(self, alone: tuple[Item, asyncio.Future[Answer]]) -> None:
        if alone[1].done():
            return
        try:
            await self._run([alone])
        except Exception as error:
            _fail([alone], error)


def _fail(items: Sequence[tuple[Any, asyncio.Future[Any]]], error: Exception) -> None:
    for _, waiting in items:
        if not waiting.done():
            waiting.set_exception(error)
