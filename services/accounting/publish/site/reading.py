"""What an address shows: the figures of its series, as rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from services.accounting.cases.indicators import wanted
from services.accounting.cases.releases.treated import is_never_released
from services.accounting.publish.sdmx.query import parse
from services.accounting.publish.sdmx.refusals import BadQuery
from services.accounting.publish.site.address import NO_SUCH_CHOICE, RELEASE, Address
from services.accounting.publish.site.view import TIME, Observation, Row
from services.accounting.rules.figures.figures import OPEN_METHODS, FigureSource
from shared.errors import Fault, Forbidden, Invalid

LIMIT: Final = 100_000
NOT_A_TIME: Final = "Is neither a day nor a time with its offset, such as 2026-03-01T10:15:00Z."
NEVER: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
"""When figures changed of which there are none."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The rows of an address. `withheld` says that a series of it is released to nobody, now or later, as it is broken
    down or because of what it counts, `all_withheld` that every one is; `changed_at` when the figures last changed;
    `periods` are all that the figures have, the newest first."""

    address: Address
    rows: tuple[Row, ...]
    observations: tuple[Observation, ...]
    withheld: bool
    changed_at: datetime
    all_withheld: bool = False

    @property
    def periods(self) -> list[str]:
        return sorted({each.code(TIME) for each in self.observations}, reverse=True)

    @property
    def sources(self) -> list[str]:
        """Other bodies whose figures stand in it."""
        return sorted({each.figure.source for each in self.observations if each.figure.source})


def series_of(address: Address) -> list[str]:
    """The series that an address reads: dataflow and key."""
    return [each.format(**address.state) for each in address.view.series]


def sdmx(series: str, address: Address, *, form: str = "") -> str:
    """The SDMX address of a series, as everybody reads it."""
    flow, _, key = series.partition("/")
    asked = [("asOf", address.state.get(RELEASE, "")), *([("format", form), ("labels", "both")] if form else [])]
    query = "&".join(f"{name}={quote(text)}" for name, text in asked if text)
    return f"/sdmx/v1/data/{flow}/{quote(key, safe='+.')}{f'?{query}' if query else ''}"


async def shown(source: FigureSource, address: Address) -> Shown:
    """Reads what everybody may read. A series that is not released leaves its place empty. Raises Invalid for a
    release that is no day and no time."""
    found: list[Observation] = []
    withheld, open_to_all, opened, changed = False, False, False, NEVER
    as_of = {"asOf": address.state[RELEASE]} if RELEASE in address.state else {}
    for series in series_of(address):
        flow, _, key = series.partition("/")
        try:
            query = parse(flow, key, as_of).query
        except BadQuery as refusal:
            if not as_of:
                raise
            raise Invalid(NO_SUCH_CHOICE, faults=[Fault(f"/{RELEASE}", NOT_A_TIME)]) from refusal
        try:
            reading = await source(query, exact=False, limit=LIMIT)
        except Forbidden:
            # Of others' figures nothing is withheld: there are none.
            methods = query.of("METHOD")
            of_others = methods is not None and methods <= OPEN_METHODS
            withheld, open_to_all = withheld or not of_others, open_to_all or of_others
            continue
        opened |= None in query.codes
        never = [is_never_released(each) for each in wanted(query)]
        withheld, open_to_all = withheld or any(never), open_to_all or not all(never)
        changed = max(changed, reading.changed_at)
        found += (Observation(query.flow, figure) for figure in reading.figures)
    rows = tuple(address.view.rows(found, address.state))
    # Where a place of the key is open, strangers get the total of what they may not read in detail.
    only_totals = bool(opened and found and not rows)
    withheld = withheld or only_totals
    return Shown(address, rows, tuple(found), withheld, changed, withheld and (only_totals or not open_to_all))
