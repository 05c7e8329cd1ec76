"""The figures that count crossings, from the cube: DF_FLOW by each method, and all crossings in DF_BORDER."""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, cast

import asyncpg

from services.accounting.cases.figures.beside_the_loop import beside_the_loop
from services.accounting.cases.indicators import wanted
from services.accounting.rules.estimates.expected import BY_PURPOSE, GROUP, Expected, estimated
from services.accounting.rules.figures import series
from services.accounting.rules.figures.axes import Axis, axis_of
from services.accounting.rules.figures.figures import Figure, Query, TooMany
from services.accounting.rules.figures.flow_figures import (
    MONTHS,
    Estimated,
    Formula,
    Stock,
    counting,
    covered_periods,
    kinds,
    months_within,
    told_of,
    total,
    valued,
)
from services.accounting.rules.figures.series import PLACE, CellKey, Counts, Measure, Row, chosen
from services.accounting.rules.residence.reckoning import Coverage
from services.accounting.store import coverage as coverages
from services.accounting.store.estimates import provisional
from services.accounting.store.figures.cube import CUBE, KEYED, Along, Sums, places, sums
from shared.kernel.periods import Frequency

HOLDS: Final = 45
"""Days by which the border feed may have gone on since the newest run of the model for it to be taken still."""


Counting = Callable[[asyncpg.Connection, Query, str, dict[str, Formula], int], Awaitable[list[Figure]]]


async def flow_figures(
    connection: asyncpg.Connection, query: Query, limit: int, *, keyed: bool = False
) -> list[Figure]:
    """Every figure that the query wants; `keyed`: with its record keys. Raises TooMany."""
    return await by_method(connection, query, limit, partial(_by_method, keyed=keyed), stocks=False)


async def by_method(
    connection: asyncpg.Connection, query: Query, limit: int, count: Counting, *, stocks: bool
) -> list[Figure]:
    """What `count` makes of the wanted formulas of each method: of stocks, or of flows."""
    formulas: dict[str, dict[str, Formula]] = {}
    for each in wanted(query):
        if isinstance(each.source, Formula) and isinstance(each.source, Stock) == stocks:
            formulas.setdefault(each.method, {})[each.code] = each.source
    figures: list[Figure] = []
    for method, of_method in formulas.items():
        figures += await count(connection, query, method, of_method, limit - len(figures))
    return figures


async def _by_method(
    connection: asyncpg.Connection, query: Query, method: str, formulas: dict[str, Formula], limit: int, *, keyed: bool
) -> list[Figure]:
    frequencies = cast(list[Frequency], chosen(query, "FREQ", MONTHS))
    if not frequencies:
        return []
    coverage = told_of(await coverages.counted(connection), formulas.values())
    along = [along_axis(axis_of(each.id), query.of(each.id)) for each in query.flow.dimensions[PLACE:]]
    months = months_within(coverage, query.start, query.end)
    periods = {each: list(covered_periods(each, coverage, query.start, query.end)) for each in frequencies}
    most = limit // max(1, sum(map(len, periods.values())))
    try:
        if not await fit(connection, along, months, formulas.values(), most):
            raise TooMany
        asked = (connection, along, frequencies, months, kinds(formulas.values()), limit + 1)
        found_sums = await sums(*asked, KEYED if keyed else CUBE)
    except TimeoutError:
        raise TooMany from None
    if len(found_sums) > limit:
        raise TooMany
    expected = await _expected(connection, coverage, formulas, along, frequencies, months, limit)
    summed = partial(total, formulas)
    if expected is None:
        measure = Measure(method, list(formulas), periods, partial(valued, coverage, formulas), summed)
        return await beside_the_loop(len(found_sums), lambda: series.figures(query, measure, found_sums.rows(), limit))
    valuing = partial(estimated, coverage, formulas, sizes=await provisional.of_sizes(connection))
    measure = Measure(method, list(formulas), periods, valuing, summed)
    rows = partial(_with_expected, along, found_sums, expected)
    return await beside_the_loop(len(found_sums), lambda: series.figures(query, measure, rows(), limit))


async def _expected(
    connection: asyncpg.Connection,
    coverage: Coverage,
    formulas: Mapping[str, Formula],
    along: list[Along],
    frequencies: list[Frequency],
    months: tuple[int, int],
    limit: int,
) -> Sums | None:
    """What the newest run expects of open crossings; None where nothing of it is wanted, or it is of other days."""
    if not any(isinstance(each, Estimated) for each in formulas.values()):
        return None
    run = await provisional.newest(connection)
    if run is None or run.vintages is None or run.coverage.register_start != coverage.register_start:
        return None
    if abs(run.coverage.obs_end - coverage.obs_end) > HOLDS:
        return None
    return await sums(connection, along, frequencies, months, list(Expected), limit, provisional.CELLS)


def _with_expected(along: list[Along], found: Sums, expected: Sums) -> Iterator[Row]:
    """Counts and, by name, what is expected beside them; where more than one dimension is asked at once, only what is
    counted: the model was not judged there."""
    axes = [each.axis for each in along]
    told: dict[tuple[Frequency, int, CellKey], Counts] = {
        (row.frequency, row.period, row.place): {kind.name: count for kind, count in row.counts.items()}
        | {GROUP: int(bool(_finer(axes, row.place))), BY_PURPOSE: int(_finer(axes, row.place) == ["PURPOSE"])}
        for row in expected.rows()
        if _is_estimated(axes, row.place)
    }
    for row in found.rows():
        more = told.pop((row.frequency, row.period, row.place), None)
        yield row._replace(counts={**row.counts, **more}) if more else row
    yield from (Row(*at, counts) for at, counts in told.items())  # of months whose records were lost


def _is_estimated(axes: Sequence[Axis], place: CellKey) -> bool:
    """Whether a place is the nation, or differs from it in one dimension other than the partner."""
    return _finer(axes, place) in ([], ["REF_AREA"], ["CITIZEN"], ["SEX"], ["AGE"], ["PURPOSE"])


def _finer(axes: Sequence[Axis], place: CellKey) -> list[str]:
    """The dimensions in which a place differs from the nation."""
    return [each.dimension for each, code in zip(axes, place, strict=True) if code != each.total]


async def fit(
    connection: asyncpg.Connection,
    along: list[Along],
    months: tuple[int, int],
    formulas: Collection[Formula],
    most: int,
) -> bool:
    """Whether there are at most so many places: each makes a figure for every period."""
    if not any(each.levels for each in along):
        return True
    return await places(connection, along, months, counting(formulas), most) <= most


def along_axis(axis: Axis, wanted: frozenset[str] | None) -> Along:
    """How the cube is summed along an axis for the wanted codes."""
    levels, total = axis.chosen(wanted)
    numbers = None if wanted is None or total else axis.numbers(wanted)
    return Along(axis, levels, total, numbers, [axis.groups(level, wanted) for level in levels])
