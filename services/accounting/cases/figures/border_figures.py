"""The figures of DF_BORDER: all crossings of the border by direction, and those that were not recorded but imputed.

They are those of the whole country: which region a checkpoint lies in is not known here.
"""

import asyncpg

from services.accounting.cases.figures.flow_figures import flow_figures
from services.accounting.rules.figures.figures import Figure, Query
from shared.kernel.codes import COUNTRY_TOTAL


async def border_figures(connection: asyncpg.Connection, query: Query, limit: int) -> list[Figure]:
    """What the query wants by citizenship and purpose; nothing of a single region. Raises TooMany."""
    wanted = query.of("REF_AREA")
    if wanted is not None and COUNTRY_TOTAL not in wanted:
        return []
    return await flow_figures(connection, query.narrowed(REF_AREA=[COUNTRY_TOTAL]), limit)
