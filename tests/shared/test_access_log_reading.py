"""Reading one's own access log takes an index whatever the log's size: no part of it walks all rows."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.db.engine import make_engine
from shared.http import my_access_log, passed_on
from shared.testing.postgres import FreshDatabase

ROWS = 30_000
PAGE = {"before": 2**63 - 1, "limit": 101, "by_themselves": ["citizen"]}
_FILL = text("""
INSERT INTO access_log (caller, agency, roles, action, record_kind, record_id, person_iin, person_document,
    person_born, everybody, reason)
SELECT 'officer', 'police', '{migration-police}', 'read', 'border_crossing', CAST(n / 3 AS text),
    CASE WHEN n % 2 = 0 THEN lpad(CAST(n / 20 AS text), 12, '0') END, 'UZB:' || n / 20, '1990-05-01', n % 10000 = 0, 'x'
FROM generate_series(1, :rows) AS n
""")


@pytest.fixture
async def log(fresh_database: FreshDatabase) -> AsyncIterator[AsyncEngine]:
    database = await fresh_database("consular")
    engine = make_engine(database.app_url)
    async with engine.begin() as connection:
        await connection.execute(_FILL, {"rows": ROWS})
    admin = make_engine(database.owner_url)
    async with admin.begin() as connection:
        await connection.execute(text("ANALYZE access_log"))
    await admin.dispose()
    yield engine
    await engine.dispose()


async def plan_of(connection: AsyncConnection, query: TextClause, bound: dict[str, Any]) -> str:
    explained = await connection.execute(text(f"EXPLAIN {query.text}"), bound)
    return "\n".join(explained.scalars())


async def test_no_part_walks_the_whole_log(log: AsyncEngine) -> None:
    by_iin = {"iin": "000000000700", "document": None, "born": ""}
    by_document = {"iin": None, "document": "UZB:700", "born": "1990-05-01"}
    a_stranger = {"iin": "999999999999", "document": None, "born": ""}
    async with log.connect() as connection:
        for asked in (by_iin, by_document, a_stranger):
            plan = await plan_of(connection, my_access_log.MINE, asked | PAGE)
            assert "Seq Scan on access_log" not in plan, plan
        plan = await plan_of(connection, passed_on.MINE, {"iin": "000000000700"})
        assert "Seq Scan on access_log" not in plan, plan
