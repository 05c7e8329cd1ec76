"""Migrations while events come in: the writer stands by, and goes on afterwards if it is of the new version.

Nobody has to stop it before: what comes meanwhile waits at its source, and a process of the version before, which would
go on storing facts as it knows them, writes no more (store.lock).
"""

import asyncio
from collections.abc import Callable

from services.accounting.store import lock
from shared.db.session import connect


async def beside_no_writer(dsn: str, migrate: Callable[[], None], tell: Callable[[str], None]) -> None:
    """Runs `migrate` in a thread while nobody writes facts or figures. `dsn` is the owner's."""
    connection = await connect(dsn, "kosh-accounting-migrate", idle="0")
    try:
        tell("waiting for the writer to stand by")
        await lock.take_over_writer(connection)
        await asyncio.to_thread(migrate)
        await lock.release(connection)
    finally:
        await connection.close()
