"""From counts by place and period to series of figures: which series there are, and none of them with gaps.

A series has a figure for every period that its source covers, zero where nobody was counted. Series of zeros alone are
left out, but for national totals and for those that a query names code by code.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product
from math import prod
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from services.accounting.rules.figures.dataflows import PUBLISHED_ONLY, Dimension
from services.accounting.rules.figures.figures import Figure, Query, TooMany, is_national
from services.accounting.rules.figures.units import unit_of
from shared.kernel.periods import Frequency, Period

PLACE: Final = 3  # FREQ, INDICATOR, METHOD; then the dimensions that say where and who

CellKey = tuple[str, ...]
"""The codes of a key after METHOD."""

Counts = Mapping[Any, int]
"""What was counted in one place and period, by kind."""


class Row(NamedTuple):
    """Counts of one place in one period, whose number is that of months, quarters or years since 1970. `keys` are the
    sums of the record keys of what was counted, where they are asked for."""

    frequency: Frequency
    period: int
    place: CellKey
    counts: Counts
    keys: Counts = MappingProxyType({})


Valued = tuple[int, str] | tuple[int, str, Decimal] | tuple[int, str, Decimal | None, str]
"""An indicator's value in a period, its status (CL_OBS_STATUS), the standard error of an estimate, and a comment."""


class Measure(NamedTuple):
    """How counts become figures: `value` gives what an indicator is in a period, `total` how it is summed."""

    method: str
    indicators: Sequence[str]
    periods: Mapping[Frequency, Sequence[tuple[int, Period]]]
    value: Callable[[str, Counts, Period], Valued]
    total: Callable[[str, Counts], int]


def chosen(query: Query, dimension: str, known: Iterable[str]) -> list[str]:
    """Which of the known codes of a dimension the query wants."""
    wanted = query.of(dimension)
    return [code for code in known if wanted is None or code in wanted]


def figures(query: Query, measure: Measure, rows: Iterable[Row], limit: int) -> list[Figure]:
    """The figures of the query. Raises TooMany."""
    if prod(len(codes) for codes in query.codes if codes) > limit:
        raise TooMany
    always = _always(query)
    found: dict[tuple[Frequency, CellKey], dict[int, Row]] = defaultdict(dict)
    narrow = [(number, codes) for number, codes in enumerate(query.codes[PLACE:]) if codes is not None]
    for row in rows:
        if all(row.place[number] in codes for number, codes in narrow):
            found[row.frequency, row.place][row.period] = row
    for at in product(measure.periods, always):
        found.setdefault(at, {})
    made: list[Figure] = []
    named = {each: [str(period) for _, period in periods] for each, periods in measure.periods.items()}
    for (frequency, place), several in found.items():
        for key, values, keys in _of_place(measure, frequency, place, several):
            if place in always or any(each[0] for each in values):
                public, unit = is_national(query.flow, key), unit_of(query.flow.id, key[1])
                told = zip(named[frequency], keys, values, strict=True)
                made += [_figure(key, text, unit, public, record_keys, *value) for text, record_keys, value in told]
            if len(made) > limit:
                raise TooMany
    return made


def _figure(
    key: tuple[str, ...],
    period: str,
    unit: str,
    public: bool,
    record_keys: int,
    value: int,
    status: str,
    error: Decimal | None = None,
    comment: str | None = None,
) -> Figure:
    return Figure(key, period, value, status, unit, public, None, error, None, comment, record_keys=record_keys)


def _of_place(
    measure: Measure, frequency: Frequency, place: CellKey, rows: Mapping[int, Row]
) -> Iterator[tuple[tuple[str, ...], list[Valued], list[int]]]:
    """Each key of a place, with what it is in every period, and the record keys of that."""
    nobody = Row(frequency, 0, place, {})
    several = [(rows.get(number, nobody), period) for number, period in measure.periods[frequency]]
    for indicator in measure.indicators:
        yield (
            (frequency, indicator, measure.method, *place),
            [measure.value(indicator, row.counts, period) for row, period in several],
            [measure.total(indicator, row.keys) if row.keys else 0 for row, _ in several],
        )


def _is_wanted(query: Query, place: CellKey) -> bool:
    return all(wanted is None or code in wanted for wanted, code in zip(query.codes[PLACE:], place, strict=True))


def _always(query: Query) -> dict[CellKey, None]:
    """Where a series stands even if nobody was counted."""
    dimensions = query.flow.dimensions[PLACE:]
    nation = tuple(each.total or "" for each in dimensions)
    places = {nation: None} if _is_wanted(query, nation) else {}
    named = [_countable(each, codes) for each, codes in zip(dimensions, query.codes[PLACE:], strict=True) if codes]
    if len(named) == len(dimensions):
        places |= dict.fromkeys(product(*named))
    return places


def _countable(dimension: Dimension, codes: frozenset[str]) -> list[str]:
    return sorted(codes - PUBLISHED_ONLY) if dimension.total else sorted(codes)
