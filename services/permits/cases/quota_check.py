"""The command `check-quota`: the ledger of the quota sums up to every pool's counters, or says which do not (L2, R4).

It only reads: any role that may select from the permits register's tables will do.
"""

import sys

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.store import quota_ledger
from services.permits.store.quota_ledger import Imbalance, LedgerLine

Ledger = list[LedgerLine]
"""Movements, oldest first."""

_ONE_MOMENT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


async def imbalances(engine: AsyncEngine) -> tuple[list[Imbalance], int]:
    """What does not balance, and how many movements were looked at: of one moment, whatever goes on meanwhile."""
    async with engine.connect() as connection:
        await connection.execute(_ONE_MOMENT)
        return await quota_ledger.imbalances(connection), await quota_ledger.length(connection)


async def check(engine: AsyncEngine) -> None:
    """Prints that it balances, or exits with a line for each pool that does not."""
    found, movements = await imbalances(engine)
    if found:
        sys.exit("\n".join(_line(each) for each in found))
    print(f"permits: the quota balances; {movements} movements were summed")


def _line(found: Imbalance) -> str:
    (size, reserved, used), (summed, promised, confirmed) = found.held, found.summed
    return (
        f"permits: {found.year} {found.name} does not balance: size {size}, reserved {reserved}, used {used};"
        f" the ledger has {summed}, {promised}, {confirmed}"
    )


async def ledger(engine: AsyncEngine, year: int, after: int, limit: int) -> Ledger:
    """The movements of a year's quota behind position `after`, oldest first."""
    async with engine.connect() as connection:
        return list(await quota_ledger.lines(connection, year, after, limit))
