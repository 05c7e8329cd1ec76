"""Whoever sees exact figures and the persons behind them, by their pseudonyms."""

from typing import Annotated

from shared.identity.callers import Caller, requires
from shared.identity.scope import whole_country

STATISTICS = whole_country("statistics are the country's; persons stand behind pseudonyms")

Statistician = Annotated[Caller, requires("statistician", scope=STATISTICS)]
"""Dependency: the caller, a statistician of a known agency."""
