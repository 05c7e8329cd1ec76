"""A simulated country's feed as the facts that accounting stores, without the figures: what a rebuild begins with."""

from collections.abc import Iterable

import asyncpg
import orjson

from services.accounting.intake.decode import decode
from services.accounting.rules.persons.identity import Hashes
from services.accounting.store import facts
from services.accounting.store.persons.identity import insert_claims

SECRET = b"the secret of a bench"


async def store(connection: asyncpg.Connection, answers: Iterable[bytes], source: str = "portal") -> int:
    """Stores what the answers of a register's feed tell, as the intake does, an answer to a transaction; how many
    crossings are in effect afterwards."""
    hashes = Hashes(SECRET)
    for answer in answers:
        batch = decode(source, orjson.loads(answer), hashes)
        if batch.parked:
            raise RuntimeError(f"the feed is not understood: {batch.parked[0].reason}")
        async with connection.transaction():
            await facts.take(connection, "crossing", batch.crossings)
            await facts.take(connection, "register_fact", batch.register_facts)
            if batch.claims:
                await insert_claims(connection, batch.claims.values())
    await connection.execute("VACUUM ANALYZE linkage.crossing, linkage.register_fact, linkage.claim")
    return int(await connection.fetchval("SELECT count(*) FROM linkage.crossing WHERE NOT withdrawn"))
