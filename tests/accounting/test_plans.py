"""The writer's statements go by index from the first event on, when nothing is known yet of how large tables are."""

from typing import Any

import asyncpg

from services.accounting.cases.writer import acquire_writer
from services.accounting.store import facts
from services.accounting.store.persons import identity, matching, persons
from tests.accounting.conftest import Accounting

KEYS = list(range(1, 800))


class Explained:
    """In the place of a connection: keeps the plan of what is asked, and finds nothing."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection, self.plans = connection, dict[str, str]()

    async def fetch(self, query: str, *values: Any) -> list[asyncpg.Record]:
        lines = await self._connection.fetch(f"EXPLAIN {query}", *values)
        self.plans[query] = "\n".join(line[0] for line in lines)
        return []


async def test_the_writer_reads_no_table_whole(accounting: Accounting) -> None:
    async with acquire_writer(accounting.database.intake_url.replace("+asyncpg", "")) as writer:
        asked: Any = Explained(writer.connection)
        await facts.held(asked, "crossing", KEYS)
        await facts.held(asked, "register_fact", KEYS)
        await identity.persons_of(asked, KEYS)
        await identity.claims_beside(asked, KEYS)
        await identity.sightings(asked, KEYS)
        await identity.holdings_of_register_facts(asked, KEYS)
        await matching.compared(asked, KEYS)
        await matching.in_day_blocks(asked, KEYS, KEYS, 65)
        await matching.in_year_blocks(asked, KEYS, KEYS, 65)
        await persons.load(asked, KEYS)
        await persons.due_until(asked, 20_000)
    assert len(asked.plans) == 11
    whole = {query: plan for query, plan in asked.plans.items() if "Seq Scan" in plan or "Hash Join" in plan}
    assert whole == {}
