"""Estimates that nobody asks for: soon after the border feed has covered further days, and daily."""

from datetime import timedelta
from typing import Final

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from services.accounting.cases.estimates.provisional import estimate_due
from services.accounting.cases.estimates.signs import signs_due
from shared.db.driver import driver
from shared.timer import Job


async def _work(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await estimates_due(await driver(connection))


async def estimates_due(connection: asyncpg.Connection) -> None:
    """Makes every estimate anew that is of other days than the figures, of another method, or a day old."""
    await estimate_due(connection)
    await signs_due(connection)


ESTIMATES: Final = Job("provisional-estimates", timedelta(minutes=30), _work)
"""What is expected of the crossings that are open, and what signs of life say of who lives here."""
