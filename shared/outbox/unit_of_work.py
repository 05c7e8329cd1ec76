"""The unit of work: a record, its event and its access-log rows are committed together or not at all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared import outbox
from shared.events.envelope import Event
from shared.telemetry.tracing import current_traceparent

PATIENCE = 10.0  # seconds from the beginning until the outbox's order is had, all other waiting included
SHORT = 1.0  # what is not worth a statement, and what everybody may wait

_WAIT = text("SELECT set_config('lock_timeout', :most, true)")


@dataclass
class UnitOfWork:
    """One transaction; `emit` gathers its events, which are written last (see shared.outbox.table)."""

    connection: AsyncConnection
    _events: list[Event] = field(default_factory=list)

    def emit(self, *events: Event) -> None:
        """Publish with this transaction; an event without a trace of its own belongs to the running one."""
        self._events += events

    async def _append(self, begun: float) -> None:
        if self._events:
            waited = monotonic() - begun
            if waited > SHORT:
                left = max(PATIENCE - waited, SHORT)
                await self.connection.execute(_WAIT, {"most": f"{left * 1_000:.0f}ms"})
            await outbox.append(self.connection, self._events, current_traceparent())


@asynccontextmanager
async def unit_of_work(engine: AsyncEngine) -> AsyncIterator[UnitOfWork]:
    """Commits when the block ends, before the caller has an answer; any exception rolls everything back."""
    begun = monotonic()
    async with engine.begin() as connection:
        unit = UnitOfWork(connection)
        yield unit
        await unit._append(begun)
