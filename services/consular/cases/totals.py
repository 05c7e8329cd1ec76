"""Totals of the voluntary register for the labour ministry (C5): single records never leave with them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncEngine

from services.consular.rules.consular_registration import fresh_since
from services.consular.rules.rulebook import rulebook
from services.consular.store import consular_registration as store
from services.consular.store.consular_registration import Total
from shared import clock


@dataclass(frozen=True, slots=True)
class Totals:
    """The entries in effect on `day` by mission, country and purpose, stale ones apart."""

    day: date
    totals: list[Total]


async def totals(engine: AsyncEngine) -> Totals:
    today = clock.today()
    async with engine.connect() as connection:
        return Totals(today, await store.totals(connection, fresh_since(rulebook().on(today))))
