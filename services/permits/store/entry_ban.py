"""The copy of the portal's bans on entry, asked about any number of persons at once."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_MET = text("""
WITH asked AS (
    SELECT * FROM unnest(CAST(:places AS int[]), CAST(:days AS date[]), CAST(:iins AS text[]),
        CAST(:documents AS text[]), CAST(:names AS text[])) AS a (place, day, iin, document, name_birth_key)
), met AS (
    SELECT a.place, a.day, b.*, 'iin' AS evidence, 1 AS rank FROM asked a JOIN entry_ban b ON b.iin = a.iin
    UNION ALL
    SELECT a.place, a.day, b.*, 'document', 2 FROM asked a JOIN entry_ban b ON b.document = a.document
    UNION ALL
    SELECT a.place, a.day, b.*, 'name', 3 FROM asked a JOIN entry_ban b ON b.name_birth_key = a.name_birth_key
)
SELECT DISTINCT ON (place) place, evidence FROM met
WHERE NOT withdrawn AND barred_from <= day AND (barred_until IS NULL OR day <= barred_until) ORDER BY place, rank
""")


async def met(
    connection: AsyncConnection, persons: Mapping[int, Mapping[str, Any]], days: Sequence[date]
) -> dict[int, str]:
    """By what the persons are known who are barred on their days: the strongest of iin, document and name. `persons`
    are the values of shared.records.people.key_values by the numbers under which they are answered for."""
    rows = await connection.execute(
        _MET,
        {
            "places": list(persons),
            "days": list(days),
            "iins": [person["iin"] for person in persons.values()],
            "documents": [person["document"] for person in persons.values()],
            "names": [person["name_birth_key"] for person in persons.values()],
        },
    )
    return {row.place: row.evidence for row in rows}
