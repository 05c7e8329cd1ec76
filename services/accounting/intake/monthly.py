"""Releases that nobody asks for: one in each month, unless one was cut by command, and those that correct another; and
the forecasts from the newest, whoever cut it."""

import asyncio
import logging
from typing import Final

from services.accounting.cases.forecasts.forecast import is_due
from services.accounting.cases.releases.controlled import Control
from services.accounting.cases.releases.cut import cut_due
from services.accounting.intake.estimates import estimates_due
from services.accounting.intake.forecasts import can_forecast, forecast_apart
from services.accounting.rules.figures.figures import TooMany
from shared.db.outages import PASSING, name_of
from shared.db.session import connect

log = logging.getLogger(__name__)

LOOK: Final = 600.0  # seconds between looks; the first comes after that time, so that a first load is not cut in two
TROUBLE: Final = (*PASSING, TooMany)


async def release_monthly(address: str, control: Control, look: float = LOOK) -> None:
    """Cuts what is due, until cancelled. What fails is tried again at the next look."""
    while True:
        await asyncio.sleep(look)
        try:
            connection = await connect(address, "kosh-accounting-release", idle="0")
            try:
                await estimates_due(connection)
                cut = await cut_due(connection, control)
                due = await is_due(connection)
            finally:
                await connection.close()
        except TROUBLE as trouble:
            log.warning("a release that is due waits: %s", name_of(trouble))
            continue
        if cut:
            log.info("release %d was cut: %d figures", cut.release, cut.shown)
        if due and can_forecast():
            await forecast_apart()
