"""Numbers of documents and IINs about whose holders there is a doubt, for clerical review. What is claimed now, the
keys in effect tell: an entry about which there is no doubt any longer is settled and no longer listed.

The SQL says what rules.claims.doubtful does; a test holds both equal.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.accounting.rules.persons.claims import MOST


class DoubtRow(NamedTuple):
    """`number` is the keyed hash, `persons` claim it; `records` are where each claim was first made. `several`: whether
    persons are kept apart in doubt; else attributes differ within one."""

    number: int
    found_at: datetime
    persons: list[int]
    records: list[str]
    several: bool


_DATES_DIFFER = """(a.born >> 9 <> b.born >> 9
    OR (a.born >> 5 & 15 <> b.born >> 5 & 15 AND 0 NOT IN (a.born >> 5 & 15, b.born >> 5 & 15))
    OR (a.born & 31 <> b.born & 31 AND 0 NOT IN (a.born & 31, b.born & 31)))"""
_SEXES_DIFFER = "(a.sex <> b.sex AND 0 NOT IN (a.sex, b.sex))"
_NAMES_DIFFER = "(a.name <> b.name AND 0 NOT IN (a.name, b.name))"
_OPEN = text(f"""
WITH held AS (
    SELECT c.*, k.person, r.found_at, count(*) OVER (PARTITION BY number) AS claims
    FROM linkage.review r JOIN linkage.claim c USING (number)
    JOIN linkage_derived.identity_key k ON k.key = c.key WHERE r.number > :after
), doubt AS (
    SELECT number, bool_or(a.person <> b.person) AS several
    FROM held a JOIN held b USING (number)
    WHERE a.key < b.key AND a.claims <= {MOST} AND CASE WHEN a.person = b.person THEN {_SEXES_DIFFER} OR {_DATES_DIFFER}
        ELSE a.key & 1 = 1 OR NOT ({_SEXES_DIFFER} AND {_DATES_DIFFER} AND {_NAMES_DIFFER}) END
    GROUP BY number ORDER BY number LIMIT :limit
)
SELECT number, held.found_at, array_agg(DISTINCT held.person), array_agg(DISTINCT f.source_id), several
FROM doubt JOIN held USING (number) LEFT JOIN LATERAL (
    SELECT source_id FROM linkage.crossing WHERE fact = held.fact
    UNION ALL SELECT source_id FROM linkage.register_fact WHERE fact = held.fact
) f ON true
GROUP BY number, held.found_at, several ORDER BY number
""")  # noqa: S608


async def still_open(connection: AsyncConnection, after: int, limit: int) -> list[DoubtRow]:
    """Entries whose number is greater than `after`, in their order."""
    found = await connection.execute(_OPEN, {"after": after, "limit": limit})
    return [DoubtRow(*row) for row in found]
