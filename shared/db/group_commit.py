"""Committing concurrent requests together: while one transaction is on its way, those that arrive wait and share the
next. Under load this saves most commits; a lone request goes at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class GroupCommit(Generic[Item, Answer]):
    """Hands items that arrive while `work` runs to its next run, at most `most` at a time.

    `work` answers one result for each item, in order. Where a shared run fails, its items run alone, so that one bad
    item cannot spoil its neighbours' answers.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]], most: int = 200) -> None:
        self._work, self._most = work, most
        self._waiting: list[tuple[Item, asyncio.Future[Answer]]] = []
        self._running: asyncio.Task[None] | None = None

    async def submit(self, item: Item) -> Answer:
        """The answer for `item`, once its transaction is committed."""
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._drain())
        return await answer

    async def _drain(self) -> None:
        while self._waiting:
            shared, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                await self._run(shared)
            except Exception:
                for alone in shared:
                    await self._run_alone(alone)

    async def _run(self, shared: list[tuple[Item, asyncio.Future[Answer]]]) -> None:
        answers = await self._work([item for item, _ in shared])
        for (_, waiting), answer in zip(shared, answers, strict=True):
            with suppress(asyncio.InvalidStateError):  # the caller went away; what was committed stays
                waiting.set_result(answer)

    async def _run_alone(self, alone: tuple[Item, asyncio.Future[Answer]]) -> None:
        try:
            await self._run([alone])
        except Exception as error:
            if not alone[1].done():
                alone[1].set_exception(error)
