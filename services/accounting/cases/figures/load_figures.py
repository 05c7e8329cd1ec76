"""Loading figures that other bodies have published: a file is a data set, and loading it again replaces it."""

from collections.abc import Sequence

import asyncpg

from services.accounting.rules.figures.published_figure import PublishedFigure
from services.accounting.store.figures import published_figure
from shared import clock
from shared.errors import Conflict


async def load_figures(connection: asyncpg.Connection, dataset: str, figures: Sequence[PublishedFigure]) -> int:
    """Makes `figures` the content of the data set, in one transaction; returns how many rows that changed.

    Raises Conflict where another data set holds one of them: two files must not contradict each other in silence.
    """
    async with connection.transaction():
        await published_figure.alone(connection)
        if others := await published_figure.held_elsewhere(connection, dataset, figures):
            raise Conflict(f"Some of these figures belong to {', '.join(sorted(others))} already; correct them there.")
        return await published_figure.replace(connection, dataset, figures, clock.now())
