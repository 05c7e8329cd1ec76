"""Counts over the registers' records: acts by the month of their day, and persons who stand at given days."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache, partial
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import asyncpg

from services.accounting.rules.disclosure.cell_key import WHOLE
from services.accounting.rules.figures.axes import axis_of
from services.accounting.rules.figures.flow_figures import MONTHS
from services.accounting.rules.figures.register_figures import PeriodEnd
from services.accounting.rules.figures.series import Row
from services.accounting.store.figures.patience import patience
from services.accounting.store.register_records import Records
from shared.kernel.periods import Frequency

Connection = asyncpg.Connection

KEYS: Final = "pg_temp.record_key"
"""The record key of each person, while a release is cut (store.releases.record_keys). What is counted then is drawn out
of the records once, with these, and read again for each of the cubes."""


PlaceOf = Callable[[tuple[str | None, ...]], tuple[str, ...]]


class CellKey(NamedTuple):
    """How one dimension is counted: its total's code, whether the total and finer codes are wanted, and which."""

    total: str
    with_total: bool
    finer: bool
    codes: Sequence[str] | None


class Columns(NamedTuple):
    """How a dimension is counted, and the names of the columns that hold its codes, one per level."""

    place: CellKey
    names: list[str]


class Counted(NamedTuple):
    """An indicator and the records behind it; of acts, whether it counts persons instead of records."""

    indicator: str
    records: Sequence[Records]
    persons: bool = False


class Found(NamedTuple):
    """Counts as the database gave them; `rows` makes them what they mean, which takes a while where they are many."""

    records: Sequence[asyncpg.Record]
    read: Callable[[asyncpg.Record], Row]

    def __len__(self) -> int:
        return len(self.records)

    def rows(self) -> list[Row]:
        return list(map(self.read, self.records))


async def first_day(connection: Connection, several: Iterable[Sequence[Records]], keyed: bool = False) -> date | None:
    """The day of the oldest of several indicators' records. Raises TimeoutError out of patience."""
    sources = [await _source(connection, each, keyed) for each in several]
    oldest = " UNION ALL ".join(f"SELECT min(since) AS day FROM {each} places" for each in sources)  # noqa: S608
    text = f"SELECT min(day) FROM ({oldest}) oldest"  # noqa: S608  (our own text)
    day: date | None = await connection.fetchval(text, timeout=patience())
    return day


async def acts(
    connection: Connection,
    counted: Counted,
    places: Sequence[CellKey],
    frequencies: Sequence[Frequency],
    limit: int,
    keyed: bool = False,
) -> Found:
    """Records, or their persons, counted by the period of their day; at most `limit` rows. `keyed`: with the sums of
    their record keys. Raises TimeoutError out of patience."""
    periods = {each: each.lower() for each in frequencies}
    months = "(extract(year FROM since) * 12 + extract(month FROM since) - 1 - 1970 * 12)::int"
    named = ", ".join(f"{months} / {MONTHS[each]} AS {name}" for each, name in periods.items())
    columns = _columns(counted.records, places)
    values: list[Any] = []
    source = await _source(connection, counted.records, keyed)
    text = f"""
        SELECT {", ".join(periods.values())}, {_names(columns)} {_counts(counted.persons, keyed)} FROM (
            SELECT {named}, places.* FROM {source} places WHERE {_wanted(columns, values)}
        ) acts GROUP BY {", ".join([_sets(list(periods.values()), total=False), *_grouping(columns)])} LIMIT {limit}
    """  # noqa: S608  (our own expressions; values are bound)
    records = await connection.fetch(text, *values, timeout=patience())
    return Found(records, partial(_act, counted.indicator, _place_of(columns), periods, keyed))


async def stock(
    connection: Connection,
    counted: Counted,
    places: Sequence[CellKey],
    ends: Sequence[PeriodEnd],
    limit: int,
    keyed: bool = False,
) -> Found:
    """Persons with a record that holds on the last day of each period; at most `limit` rows. `keyed`: with the sums of
    their record keys. Raises TimeoutError out of patience."""
    columns = _columns(counted.records, places)
    values: list[Any] = [list(column) for column in zip(*ends, strict=True)] or [[], [], []]
    source = await _source(connection, counted.records, keyed)
    text = f"""
        SELECT frequency, number, {_names(columns)} {_counts(True, keyed)} FROM (
            SELECT frequency, number, person{", key" if keyed else ""}{_coded(counted.records[0].aged, columns)}
            FROM unnest($1::text[], $2::int[], $3::date[]) AS ends (frequency, number, day)
            JOIN {source} places ON since <= day AND (until IS NULL OR until > day)
        ) places WHERE {_wanted(columns, values)}
        GROUP BY {", ".join(["frequency", "number", *_grouping(columns)])} LIMIT {limit}
    """  # noqa: S608  (our own expressions; values are bound)
    records = await connection.fetch(text, *values, timeout=patience())
    return Found(records, partial(_standing, counted.indicator, _place_of(columns), keyed))


def _coded(aged: int | None, columns: Sequence[Columns]) -> str:
    """The codes of a place, with the age on the first day of a year in place of the cohort."""
    expressions = {name: name for each in columns for name in each.names}
    for level, name in zip(axis_of("AGE").levels, columns[aged].names if aged is not None else (), strict=False):
        years = f"(extract(year FROM day)::int - {name})"
        group = f"CASE WHEN {years} >= 0 THEN least({years} / 5 + 1, {len(level.groups) - 1}) ELSE 0 END"
        codes = [level.names[each] for each in level.groups]
        expressions[name] = f"(ARRAY{codes})[{group} + 1] AS {name}"
    return "".join(f", {each}" for each in expressions.values())


def _in_effect(records: Records) -> str:
    return f"kind = '{records.fact.NAME}' AND {records.condition} AND {records.since} IS NOT NULL"


def _counts(persons: bool, keyed: bool) -> str:
    """No two persons have one key of 64 bits: their distinct keys are the distinct persons'."""
    count = "count(DISTINCT person)" if persons else "count(*)"
    return f"{count}, mod(sum({'DISTINCT ' if persons else ''}key), {WHOLE})" if keyed else count


async def _source(connection: Connection, records: Sequence[Records], keyed: bool) -> str:
    """Where all of some records are read: since, until, person and the codes d0_0, d1_0 ... of each; `keyed`: with the
    person's key, in a temporary table that is made where there is none yet."""
    text = _all(records)
    if not keyed:
        return f"({text})"
    name = f"pg_temp.drawn_{blake2b(text.encode(), digest_size=12).hexdigest()}"
    if await connection.fetchval("SELECT to_regclass($1)", name) is None:
        drawn = f"SELECT * FROM ({text}) unkeyed JOIN {KEYS} USING (person)"  # noqa: S608  (our own expressions)
        await connection.execute(f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {drawn}; ANALYZE {name}")
    return name


def _all(records: Iterable[Records]) -> str:
    return " UNION ALL ".join(
        f"""SELECT {each.since} AS since, {each.until} AS until, person,
            {", ".join(f"{code} AS {name}" for name, code in _codes(each))}
        FROM derived.record
        WHERE {_in_effect(each)}"""  # noqa: S608  (our own expressions)
        for each in records
    )


def _codes(records: Records) -> Iterator[tuple[str, str]]:
    for number, levels in enumerate(records.place):
        for level, code in enumerate(levels):
            yield f"d{number}_{level}", code


def _columns(records: Sequence[Records], places: Sequence[CellKey]) -> list[Columns]:
    levels = map(len, records[0].place)
    return [
        Columns(place, [f"d{number}_{level}" for level in range(several)])
        for number, (place, several) in enumerate(zip(places, levels, strict=True))
    ]


def _names(columns: Sequence[Columns]) -> str:
    return "".join(f"{name}, " for each in columns if each.place.finer for name in each.names)


def _grouping(columns: Sequence[Columns]) -> list[str]:
    return [_sets(each.names, each.place.with_total) for each in columns if each.place.finer]


def _sets(names: list[str], total: bool) -> str:
    return f"GROUPING SETS ({', '.join([f'({name})' for name in names] + ['()'] * total)})"


def _wanted(columns: Sequence[Columns], values: list[Any]) -> str:
    conditions = ["true"]
    for place, names in columns:
        if place.codes is not None and not place.with_total:
            values.append(list(place.codes))
            conditions.append(f"ARRAY[{', '.join(names)}] && ${len(values)}::text[]")
    return " AND ".join(conditions)


def _act(indicator: str, place: PlaceOf, periods: Mapping[Frequency, str], keyed: bool, row: asyncpg.Record) -> Row:
    passed, counted = row[: len(periods)], len(row) - 1 - keyed
    frequency, number = next(each for each in zip(periods, passed, strict=True) if each[1] is not None)
    return _row(frequency, number, place(row[len(periods) : counted]), indicator, row[counted:])


def _standing(indicator: str, place: PlaceOf, keyed: bool, row: asyncpg.Record) -> Row:
    counted = len(row) - 1 - keyed
    return _row(row[0], row[1], place(row[2:counted]), indicator, row[counted:])


def _row(frequency: Frequency, number: int, place: tuple[str, ...], indicator: str, told: Sequence[int]) -> Row:
    count, *key = told
    return Row(frequency, number, place, {indicator: count}, {indicator: int(key[0])} if key else {})


def _place_of(columns: Sequence[Columns]) -> PlaceOf:
    """The place of a row's codes, in the order of `_names`; remembered, since a place comes again in every period."""
    spans, first = [], 0
    for place, names in columns:
        beyond = first + (len(names) if place.finer else 0)
        spans.append((place.total, first, beyond))
        first = beyond

    @lru_cache(None)
    def place_of(codes: tuple[str | None, ...]) -> tuple[str, ...]:
        return tuple(
            next((code for code in codes[first:beyond] if code is not None), total) for total, first, beyond in spans
        )

    return place_of
