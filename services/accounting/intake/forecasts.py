"""Forecasts that nobody asks for: of the newest release, by a process of its own: it alone loads what models need."""

import asyncio
import logging
import sys
from asyncio.subprocess import PIPE
from functools import cache
from importlib.util import find_spec
from typing import Final

log = logging.getLogger(__name__)

LIBRARY: Final = "statsmodels"
"""Of the extra `forecasts`: with it in memory the intake would be twice as large."""
COMMAND: Final = (sys.executable, "-m", "services.accounting", "forecast")
PATIENCE: Final = 1800.0  # seconds: what takes longer hangs, and must not hold up the next release


@cache
def can_forecast() -> bool:
    """Whether the extra `forecasts` is installed here; where it is not, says so once."""
    if find_spec(LIBRARY) is not None:
        return True
    log.info("nothing is forecast here: the extra `forecasts` is not installed")
    return False


async def forecast_apart() -> None:
    """Runs the command `forecast` to its end, as long as this process lives. It writes all or nothing, so that whatever
    ends it in the middle leaves the release as it was, for another try."""
    process = await asyncio.create_subprocess_exec(*COMMAND, stdout=PIPE)
    try:
        async with asyncio.timeout(PATIENCE):
            said, _ = await process.communicate()
    except TimeoutError:
        log.warning("the newest release is not forecast: the models took too long")
        return
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        log.warning("the newest release is not forecast: exit status %d", process.returncode)
    else:
        log.info("%s", said.decode().strip())
