"""Reports that nobody asks for: each is put into a folder, once a release follows its period."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.timer import Job

log = logging.getLogger(__name__)

EVERY: Final = timedelta(hours=1)


def reports_into(folder: Path | None, *, invented: bool = False) -> Sequence[Job]:
    """The job that writes what is to be handed in; none without a folder."""
    if folder is None:
        return ()

    async def work(engine: AsyncEngine) -> None:
        # What writes documents is loaded by who has any to write.
        from services.accounting.cases.figures.read_figures import FigureReader
        from services.accounting.publish.reports.making import save_due

        if saved := await save_due(FigureReader(engine, invented=invented), folder):
            log.info("%d files of reports were written", len(saved))

    return (Job("reports", EVERY, work),)
