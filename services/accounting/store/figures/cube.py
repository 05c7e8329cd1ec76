"""Sums over the cube of crossings: months to quarters and years, cells to totals, all in one statement."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import asyncpg

from services.accounting.rules.figures.axes import NOWHERE, Axis, Level
from services.accounting.rules.figures.flow_figures import MONTHS
from services.accounting.rules.figures.movements import FIELDS, CellKind
from services.accounting.rules.figures.series import Row
from shared.kernel.periods import Frequency

Connection = asyncpg.Connection

PATIENCE = 10.0  # seconds


class Along(NamedTuple):
    """How an axis is summed: on which levels, whether to its total too, and which numbers count (None: all)."""

    axis: Axis
    levels: Sequence[Level]
    total: bool
    numbers: Sequence[int] | None


async def sums(
    connection: Connection,
    along: Sequence[Along],
    frequencies: Sequence[Frequency],
    months: tuple[int, int],
    indicators: Sequence[CellKind],
    limit: int,
) -> list[Row]:
    """The cube summed along its axes over `months` (since 1970-01, half-open); at most `limit` rows.

    Raises TimeoutError where that takes longer than PATIENCE."""
    statement = _Statement(along, frequencies, indicators)
    rows = await connection.fetch(statement.text, *_range(months), limit, *statement.values, timeout=PATIENCE)
    return [row for row in map(statement.read, rows) if NOWHERE not in row.place]


async def places(
    connection: Connection,
    along: Sequence[Along],
    months: tuple[int, int],
    indicators: Sequence[CellKind],
    limit: int,
) -> int:
    """In how many places on the finest levels anything is counted, up to `limit`: found much sooner than all sums."""
    finest = [each._replace(levels=each.levels[:1]) for each in along]
    statement = _Statement(finest, [], indicators)
    rows = await connection.fetch(statement.distinct, *_range(months), limit, *statement.values, timeout=PATIENCE)
    return len(rows)


def _range(months: tuple[int, int]) -> tuple[int, int]:
    """The cells of some months: from the first to before the second."""
    first, end = (month << FIELDS["month"].shift for month in months)
    return first, end


class _Statement:
    """The statement for one shape of question; its text depends on the shape alone, so that it is prepared once."""

    def __init__(
        self, along: Sequence[Along], frequencies: Sequence[Frequency], indicators: Sequence[CellKind]
    ) -> None:
        self.along, self.indicators = along, indicators
        self.values: list[Any] = []
        self.periods = {each: each.lower() for each in frequencies}
        self.columns = [
            (number, level, f"c{number}_{order}")
            for number, each in enumerate(along)
            for order, level in enumerate(each.levels)
        ]
        groups = self._groups()
        named = [*self.periods.values(), *(name for *_, name in self.columns)]
        cells = f"FROM derived.cube WHERE cell >= $1 AND cell < $2 AND {self._condition()}"
        self.distinct = f"SELECT DISTINCT {', '.join(groups)} {cells} LIMIT $3"
        self.text = f"""
            SELECT {", ".join([*named, *map(_count, indicators)])} FROM (
                SELECT {", ".join(groups)}, {_field("indicator")} AS kind, count {cells}
            ) cells GROUP BY {", ".join(self._grouping())} LIMIT $3
        """  # noqa: S608  (names of our own columns; values are bound)

    def read(self, row: asyncpg.Record) -> Row:
        frequency, period = next((each, row[name]) for each, name in self.periods.items() if row[name] is not None)
        place = [each.axis.total for each in self.along]
        for number, level, name in self.columns:
            if row[name] is not None:
                place[number] = self.along[number].axis.name(level, row[name])
        counts = dict(zip(self.indicators, row[len(row) - len(self.indicators) :], strict=True))
        return Row(frequency, period, tuple(place), counts)

    def _groups(self) -> list[str]:
        periods = [f"{_field('month')} / {MONTHS[each]} AS {name}" for each, name in self.periods.items()]
        return periods + [
            f"{self._group(self.along[number].axis, level)} AS {name}" for number, level, name in self.columns
        ]

    def _group(self, axis: Axis, level: Level) -> str:
        number = _field(axis.field)
        return f"({self._bind(level.groups)}::int[])[{number} + 1]" if level.groups else number

    def _condition(self) -> str:
        kinds = ", ".join(str(int(each)) for each in self.indicators)
        chosen = [
            f"{_field(each.axis.field)} = ANY({self._bind(each.numbers)}::int[])"
            for each in self.along
            if each.numbers is not None
        ]
        return " AND ".join([f"{_field('indicator')} IN ({kinds})", *chosen])

    def _grouping(self) -> list[str]:
        """Every period by itself, crossed with every level of each axis by itself and, where wanted, with its total."""
        sets = [_grouping_sets(list(self.periods.values()), total=False)]
        for number, each in enumerate(self.along):
            if names := [name for at, _, name in self.columns if at == number]:
                sets.append(_grouping_sets(names, each.total))
        return sets

    def _bind(self, value: Any) -> str:
        self.values.append(value)
        return f"${len(self.values) + 3}"


def _grouping_sets(names: list[str], total: bool) -> str:
    return f"GROUPING SETS ({', '.join([f'({name})' for name in names] + ['()'] * total)})"


def _count(indicator: CellKind) -> str:
    return f"coalesce(sum(count) FILTER (WHERE kind = {int(indicator)}), 0)::bigint"


def _field(name: str) -> str:
    field = FIELDS[name]
    return f"(cell >> {field.shift} & {(1 << field.bits) - 1})::int"
