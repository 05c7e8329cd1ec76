"""Sums over the cube of crossings: months to quarters and years, cells to totals, all in one statement."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

import asyncpg

from services.accounting.rules.disclosure.cell_key import WHOLE
from services.accounting.rules.figures.axes import NOWHERE, Axis, Level
from services.accounting.rules.figures.flow_figures import MONTHS
from services.accounting.rules.figures.movements import FIELDS, CellKind, cell_ranges
from services.accounting.rules.figures.series import Row
from services.accounting.store.figures.patience import patience
from shared.kernel.periods import Frequency

Connection = asyncpg.Connection

REST: Final = -1

# Each range of cells is read by the index, whatever the planner expects of ranges that it does not know.
_CELLS: Final = """unnest($1::bigint[], $2::bigint[]) AS range (first, beyond) CROSS JOIN LATERAL (
    SELECT * FROM {table} WHERE cell >= first AND cell < beyond OFFSET 0) cells"""
CUBE: Final = "derived.cube"
KEYED: Final = "pg_temp.keyed_cube"
"""The same with the sums of record keys beside the counts, while a release is cut (store.releases.record_keys)."""


class Along(NamedTuple):
    """How an axis is summed: on which levels, whether to its total too, and which numbers count (None: all). `groups`
    are the wanted groups of each level (None: all): what lies in no wanted group is summed as one, REST."""

    axis: Axis
    levels: Sequence[Level]
    total: bool
    numbers: Sequence[int] | None
    groups: Sequence[Sequence[int] | None]


class Sums(NamedTuple):
    """Sums as the database gave them; `rows` makes them what they mean, which takes a while where they are many."""

    statement: "_Statement"
    records: Sequence[asyncpg.Record]

    def __len__(self) -> int:
        return len(self.records)

    def rows(self) -> list[Row]:
        return list(map(self.statement.read, self.records))


async def sums(
    connection: Connection,
    along: Sequence[Along],
    frequencies: Sequence[Frequency],
    months: tuple[int, int],
    indicators: Sequence[IntEnum],
    limit: int,
    table: str = CUBE,
) -> Sums:
    """The cube summed along its axes over `months` (since 1970-01, half-open); at most `limit` rows. `table`: a cube of
    the same cells, whose kinds are the `indicators`.

    Raises TimeoutError out of patience."""
    statement = _Statement(along, frequencies, indicators, table)
    ranges = cell_ranges(months, indicators)
    records = await connection.fetch(statement.text, *ranges, limit, *statement.values, timeout=patience())
    return Sums(statement, records)


async def places(
    connection: Connection,
    along: Sequence[Along],
    months: tuple[int, int],
    indicators: Sequence[CellKind],
    limit: int,
) -> int:
    """In how many places anything is counted, totals included, if they are at most `limit`; else any number above.

    Found much sooner than all sums: from the places on the finest levels, each once, of which no more are looked at."""
    statement = _Statement(along, [], indicators)
    ranges = cell_ranges(months, indicators)
    found: int = await connection.fetchval(statement.places, *ranges, limit + 1, *statement.values, timeout=patience())
    return found


class _Statement:
    """The statement for one shape of question; its text depends on the shape alone, so that it is prepared once."""

    def __init__(
        self,
        along: Sequence[Along],
        frequencies: Sequence[Frequency],
        indicators: Sequence[IntEnum],
        table: str = CUBE,
    ) -> None:
        self.along, self.indicators = along, indicators
        self.counted = [f(each) for f in (_count, _key)[: 1 + (table == KEYED)] for each in indicators]
        self.values: list[Any] = []
        self.periods = {each: each.lower() for each in frequencies}
        self.columns = [
            (number, level, f"c{number}_{order}")
            for number, each in enumerate(along)
            for order, level in enumerate(each.levels)
        ]
        groups = self._groups()
        named = [*self.periods.values(), *(name for *_, name in self.columns)]
        cells = f"FROM {_CELLS.format(table=table)} WHERE {self._condition()}"
        grouped = f"GROUP BY {', '.join(self._grouping())} HAVING {self._is_wanted()} LIMIT $3"
        self.places = f"""
            SELECT count(*) FROM (
                SELECT FROM (SELECT DISTINCT {", ".join(groups)} {cells} LIMIT $3) finest {grouped}
            ) places
        """  # noqa: S608  (names of our own columns; values are bound)
        self.text = f"""
            SELECT {", ".join([*named, *self.counted])} FROM (
                SELECT {", ".join(groups)}, {_kind()} AS kind, cells.* {cells}
            ) cells {grouped}
        """  # noqa: S608  (names of our own columns; values are bound)

    def read(self, row: asyncpg.Record) -> Row:
        frequency, period = next((each, row[name]) for each, name in self.periods.items() if row[name] is not None)
        place = [each.axis.total for each in self.along]
        for number, level, name in self.columns:
            if row[name] is not None:
                place[number] = self.along[number].axis.name(level, row[name])
        counted, several = row[len(row) - len(self.counted) :], len(self.indicators)
        counts = dict(zip(self.indicators, counted[:several], strict=True))
        keys = dict(zip(self.indicators, map(int, counted[several:]), strict=False))
        return Row(frequency, period, tuple(place), counts, keys)

    def _groups(self) -> list[str]:
        periods = [f"{_field('month')} / {MONTHS[each]} AS {name}" for each, name in self.periods.items()]
        return periods + [
            f"{self._group(self.along[number], level, self.along[number].groups[order])} AS {name}"
            for number, each in enumerate(self.along)
            for order, (level, name) in enumerate(zip(each.levels, self._names(number), strict=True))
        ]

    def _names(self, number: int) -> list[str]:
        return [name for at, _, name in self.columns if at == number]

    def _group(self, along: Along, level: Level, wanted: Sequence[int] | None) -> str:
        """A number's group, REST for one that is not wanted or not published: places differ by what is asked alone."""
        number = _field(along.axis.field)
        if level.groups:
            groups = [REST if _is_unwanted(level, group, wanted) else group for group in level.groups]
            return f"({self._bind(groups)}::int[])[{number} + 1]"
        if wanted is None:
            return number
        return f"CASE WHEN {number} = ANY({self._bind(wanted)}::int[]) THEN {number} ELSE {REST} END"

    def _is_wanted(self) -> str:
        """Where a column is null, the row is a sum over it."""
        return " AND ".join(["true", *(f"{name} IS DISTINCT FROM {REST}" for *_, name in self.columns)])

    def _condition(self) -> str:
        chosen = [
            f"{_field(each.axis.field)} = ANY({self._bind(each.numbers)}::int[])"
            for each in self.along
            if each.numbers is not None
        ]
        return " AND ".join(["true", *chosen])

    def _grouping(self) -> list[str]:
        """Every period by itself, crossed with every level of each axis by itself and, where wanted, with its total."""
        sets = [_grouping_sets(list(self.periods.values()), total=not self.periods)]
        for number, each in enumerate(self.along):
            if names := self._names(number):
                sets.append(_grouping_sets(names, each.total))
        return sets

    def _bind(self, value: Any) -> str:
        self.values.append(value)
        return f"${len(self.values) + 3}"


def _grouping_sets(names: list[str], total: bool) -> str:
    return f"GROUPING SETS ({', '.join([f'({name})' for name in names] + ['()'] * total)})"


def _count(indicator: IntEnum) -> str:
    return f"coalesce(sum(count) FILTER (WHERE kind = {int(indicator)}), 0)::bigint"


def _key(indicator: IntEnum) -> str:
    return f"mod(coalesce(sum(key) FILTER (WHERE kind = {int(indicator)}), 0), {WHOLE})"


def _kind() -> str:
    return f"({_field('indicator')} + ({_field('family')} << {FIELDS['indicator'].bits}))"


def _field(name: str) -> str:
    field = FIELDS[name]
    return f"(cell >> {field.shift} & {(1 << field.bits) - 1})::int"


def _is_unwanted(level: Level, group: int, wanted: Sequence[int] | None) -> bool:
    return level.names[group] == NOWHERE or (wanted is not None and group not in wanted)
