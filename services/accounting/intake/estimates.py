"""Estimates that nobody asks for: soon after the border feed has covered further days, and daily."""

from datetime import timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from services.accounting.cases.estimates.provisional import estimate_due
from shared.db.driver import driver
from shared.timer import Job


async def _work(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await estimate_due(await driver(connection))


ESTIMATES: Final = Job("provisional-estimates", timedelta(minutes=30), _work)
"""What is expected of the crossings that are open."""
