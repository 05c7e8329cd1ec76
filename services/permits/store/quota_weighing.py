"""What the register itself knows of how a quota was used: places by region, and who was refused for lack of them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class RegionUse:
    """Places of one region in a year: used, reserved, and asked for in vain (workers refused for lack of quota)."""

    used: int = 0
    reserved: int = 0
    refused: int = 0


_USED = text("""
SELECT region, count(*) FILTER (WHERE state = 'used') AS used, count(*) FILTER (WHERE state = 'reserved') AS reserved
FROM quota_place WHERE year = CAST(:year AS smallint) GROUP BY region
""")
_REFUSED = text("""
SELECT named.region, sum(json_array_length(body->'application'->'workers')) AS refused
FROM work_permit_application, LATERAL (
    SELECT body->'application'->>'region' AS region
    UNION ALL SELECT json_array_elements_text(body->'application'->'further_regions')) AS named
WHERE status = 'refused' AND body->'decision'->>'day' LIKE :days AND EXISTS (
    SELECT FROM json_array_elements(body->'decision'->'checks') AS made
    WHERE made->>'rule' = 'quota_kinds' AND made->>'outcome' = 'failed')
GROUP BY 1
""")


async def use(connection: AsyncConnection, year: int) -> Mapping[str, RegionUse]:
    """By region; of regions without any there is no row."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for row in await connection.execute(_USED, {"year": year}):
        found[row.region] |= {"used": row.used, "reserved": row.reserved}
    for row in await connection.execute(_REFUSED, {"days": f"{year}-%"}):
        if row.region:
            found[row.region] |= {"refused": int(row.refused)}
    return {region: RegionUse(**counts) for region, counts in found.items()}
