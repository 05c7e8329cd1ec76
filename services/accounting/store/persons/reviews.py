"""IINs that several persons claim without agreeing, for clerical review. Who they are now, identity_key tells: an entry
whose claimants have become one person, or have gone, is settled and no longer listed."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class DoubtRow(NamedTuple):
    """`number` is the IIN's keyed hash, `persons` claim it; `records` are where each claim was first made."""

    number: int
    found_at: datetime
    persons: list[int]
    records: list[str]


_OPEN = text("""
SELECT r.iin, r.found_at, array_agg(DISTINCT k.person), array_agg(DISTINCT f.source_id)
FROM review r JOIN claim c USING (iin) JOIN derived.identity_key k ON k.key = c.key
LEFT JOIN (
    SELECT fact, source_id FROM crossing UNION ALL SELECT fact, source_id FROM register_fact
) f ON f.fact = c.fact
WHERE r.iin > :after
GROUP BY r.iin, r.found_at HAVING count(DISTINCT k.person) > 1
ORDER BY r.iin LIMIT :limit
""")


async def still_open(connection: AsyncConnection, after: int, limit: int) -> list[DoubtRow]:
    """Entries whose number is greater than `after`, in their order."""
    found = await connection.execute(_OPEN, {"after": after, "limit": limit})
    return [DoubtRow(*row) for row in found]
