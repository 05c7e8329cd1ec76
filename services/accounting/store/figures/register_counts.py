"""Counts over the registers' records: acts by the month of their day, and persons who stand at given days."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import asyncpg

from services.accounting.rules.figures.axes import axis_of
from services.accounting.rules.figures.dimensions import AGE_GROUPS
from services.accounting.rules.figures.flow_figures import MONTHS
from services.accounting.rules.figures.register_figures import PeriodEnd
from services.accounting.rules.figures.series import Row
from shared.kernel.periods import Frequency

Connection = asyncpg.Connection


class CellKey(NamedTuple):
    """How one dimension is counted: its total's code, whether the total and finer codes are wanted, and which."""

    total: str
    with_total: bool
    finer: bool
    codes: Sequence[str] | None


Levels = tuple[str, ...]
"""SQL for the code of a dimension on each of its levels: several where groups lie within groups, as those of age do."""


class Columns(NamedTuple):
    """How a dimension is counted, and the names of the columns that hold its codes, one per level."""

    place: CellKey
    names: list[str]


class Records(NamedTuple):
    """The records behind an indicator: their kind, SQL for the codes of a place, and for the days that matter.

    For acts `since` is the day of the act; for what stands, the first day, and `until` the first day no longer.
    """

    kind: str
    place: tuple[Levels, ...]
    since: str
    until: str = "NULL::date"
    condition: str = "true"


def _day(member: str) -> str:
    return f"(body->>'{member}')::date"


def _code(member: str) -> Levels:
    return (f"coalesce(body->>'{member}', '_X')",)


def _age(day: str) -> Levels:
    """The code of the group of age on a day; the same group as dimensions.birth_code and age_group give."""
    born = "body->>'birth_date'"
    assumed = f"CASE length({born}) WHEN 4 THEN '0701' WHEN 7 THEN '15' ELSE '' END"
    lived = f"to_char({day}, 'YYYYMMDD')::int - (replace({born}, '-', '') || {assumed})::int"  # 10,000 a complete year
    starts = [5 * 10_000 * group for group in range(len(AGE_GROUPS) - 1)]
    number = f"coalesce(width_bucket({lived}, ARRAY{starts}), 0)"
    named = ([level.names[group] for group in level.groups] for level in axis_of("AGE").levels)
    return tuple(f"(ARRAY{codes})[{number} + 1]" for codes in named)


_UNKNOWN: Final = ("'_X'",)
_QUALIFIED: Final = ("CASE WHEN (body->>'qualified')::boolean THEN 'qualified' ELSE 'unqualified' END",)
_PERMIT: Final = (
    _code("kind"), _code("category"), _code("activity"), _code("region"), _code("citizenship"), _QUALIFIED,
)  # fmt: skip
_EAEU: Final = (
    ("'eaeu'",), _UNKNOWN, _code("activity"), _code("region"), _code("citizenship"), _QUALIFIED,
)  # fmt: skip
_KANDAS: Final = (_code("region"), _code("country_of_origin"))

_SEX: Final = ("CASE body->>'sex' WHEN 'X' THEN '_X' ELSE body->>'sex' END",)
_SETTLING: Final = (
    _code("region"), _code("counterpart_country"), _code("citizenship"), _SEX, _age(_day("date")), _UNKNOWN,
)  # fmt: skip
"""Registrations know no purpose that could be counted."""
_FOR_GOOD: Final = "body->>'residence' = 'permanent' AND coalesce(body->>'counterpart_country', 'KAZ') <> 'KAZ'"
_MOVE: Final = (_code("region"), _code("counterpart_region"))
_MOVED: Final = "body->>'act' = 'registration' AND body->>'counterpart_region' IS NOT NULL"
_BETWEEN: Final = "body->>'counterpart_region' <> body->>'region'"
_STAY: Final = (_code("region"), _code("citizenship"))


def _registered(act: str) -> Records:
    condition = f"body->>'act' = '{act}' AND {_FOR_GOOD}"
    return Records("residence_registration.v1", _SETTLING, _day("date"), condition=condition)


def _moved(condition: str = "true") -> Records:
    return Records("residence_registration.v1", _MOVE, _day("date"), condition=f"{_MOVED} AND {condition}")


def _protected(kind: str) -> Records:
    origin = (_code("country_of_origin"),)
    condition = f"body->>'kind' = '{kind}'"
    return Records("protection_status.v1", origin, _day("granted_on"), _day("ended_on"), condition)


RECORDS: Final[Mapping[str, tuple[Records, ...]]] = {
    "PERMITS_ISSUED": (Records("work_permit.v1", _PERMIT, _day("issued_on")),),
    "WORKERS": (
        Records(
            "work_permit.v1",
            _PERMIT,
            _day("valid_from"),
            f"least({_day('valid_until')} + 1, {_day('ended_on')})",
        ),
        Records("eaeu_worker.v1", _EAEU, _day("works_from"), f"{_day('works_until')} + 1"),
    ),
    "KANDAS_APPLIED": (Records("kandas_status.v1", _KANDAS, _day("applied_on")),),
    "KANDAS_GRANTED": (
        Records("kandas_status.v1", _KANDAS, _day("decided_on"), condition="body->>'state' IN ('granted', 'ended')"),
    ),
    "KANDAS_REFUSED": (
        Records("kandas_status.v1", _KANDAS, _day("decided_on"), condition="body->>'state' = 'refused'"),
    ),
    "KANDAS_ENDED": (Records("kandas_status.v1", _KANDAS, _day("ended_on"), condition="body->>'state' = 'ended'"),),
    "IMM": (_registered("registration"),),
    "EMI": (_registered("deregistration"),),
    "INTERNAL": (_moved(),),
    "INTERNAL_BETWEEN": (_moved(_BETWEEN),),
    "INTERNAL_WITHIN": (_moved(f"NOT {_BETWEEN}"),),
    "REFUGEES": (_protected("refugee"),),
    "STATELESS": (_protected("stateless"),),
    "ASYLUM_SEEKERS": (_protected("asylum_seeker"),),
    "VIOLATIONS": (Records("violation.v1", _STAY, _day("found_on")),),
    "OVERSTAYS": (Records("violation.v1", _STAY, _day("found_on"), condition="body->>'violation' = 'overstay'"),),
    "EXPELLED": (Records("expulsion.v1", (_UNKNOWN, _code("citizenship")), _day("executed_on")),),
    "REGISTERED": (
        Records(
            "consular_registration.v1",
            (_code("country"), _code("purpose")),
            _day("registered_on"),
            _day("ended_on"),
        ),
    ),
}


async def first_day(connection: Connection, indicators: Iterable[str]) -> date | None:
    """The day of the oldest record behind some indicators."""
    oldest = " UNION ALL ".join(
        f"SELECT min({each.since}) AS day FROM register_fact WHERE {_in_effect(each)}"  # noqa: S608  (our own text)
        for indicator in indicators
        for each in RECORDS[indicator]
    )
    day: date | None = await connection.fetchval(f"SELECT min(day) FROM ({oldest}) oldest")  # noqa: S608
    return day


async def acts(
    connection: Connection, indicator: str, places: Sequence[CellKey], frequencies: Sequence[Frequency], limit: int
) -> list[Row]:
    """Records counted by the period of their day; at most `limit` rows."""
    periods = {each: each.lower() for each in frequencies}
    months = "(extract(year FROM since) * 12 + extract(month FROM since) - 1 - 1970 * 12)::int"
    named = ", ".join(f"{months} / {MONTHS[each]} AS {name}" for each, name in periods.items())
    columns = _columns(indicator, places)
    values: list[Any] = []
    text = f"""
        SELECT {", ".join(periods.values())}, {_names(columns)} count(*) FROM (
            SELECT {named}, places.* FROM ({_source(indicator)}) places WHERE {_wanted(columns, values)}
        ) acts GROUP BY {", ".join([_sets(list(periods.values()), total=False), *_grouping(columns)])} LIMIT {limit}
    """  # noqa: S608  (our own expressions; values are bound)
    rows = await connection.fetch(text, *values)
    return [_act(indicator, columns, periods, row) for row in rows]


async def stock(
    connection: Connection, indicator: str, places: Sequence[CellKey], ends: Sequence[PeriodEnd], limit: int
) -> list[Row]:
    """Persons with a record that holds on the last day of each period; at most `limit` rows."""
    columns = _columns(indicator, places)
    values: list[Any] = [list(column) for column in zip(*ends, strict=True)] or [[], [], []]
    text = f"""
        SELECT frequency, number, {_names(columns)} count(DISTINCT person)
        FROM unnest($1::text[], $2::int[], $3::date[]) AS ends (frequency, number, day)
        JOIN ({_source(indicator)}) places ON since <= day AND (until IS NULL OR until > day)
        WHERE {_wanted(columns, values)}
        GROUP BY {", ".join(["frequency", "number", *_grouping(columns)])} LIMIT {limit}
    """  # noqa: S608  (our own expressions; values are bound)
    rows = await connection.fetch(text, *values)
    return [Row(row["frequency"], row["number"], _place(columns, row), {indicator: row["count"]}) for row in rows]


def _in_effect(records: Records) -> str:
    return f"kind = '{records.kind}' AND NOT withdrawn AND {records.condition} AND {records.since} IS NOT NULL"


def _source(indicator: str) -> str:
    """since, until, person and the codes d0_0, d1_0 ... of every record; the person that its keys lead to."""
    return " UNION ALL ".join(
        f"""SELECT {each.since} AS since, {each.until} AS until, coalesce(identity_key.person, fact) AS person,
            {", ".join(f"{code} AS {name}" for name, code in _codes(each))}
        FROM register_fact
        LEFT JOIN derived.identity_key ON identity_key.key = coalesce(nullif(claim, 0), document)
        WHERE {_in_effect(each)}"""  # noqa: S608  (our own expressions)
        for each in RECORDS[indicator]
    )


def _codes(records: Records) -> Iterator[tuple[str, str]]:
    for number, levels in enumerate(records.place):
        for level, code in enumerate(levels):
            yield f"d{number}_{level}", code


def _columns(indicator: str, places: Sequence[CellKey]) -> list[Columns]:
    levels = map(len, RECORDS[indicator][0].place)
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


def _act(indicator: str, columns: Sequence[Columns], periods: Mapping[Frequency, str], row: asyncpg.Record) -> Row:
    frequency, number = next((each, row[name]) for each, name in periods.items() if row[name] is not None)
    return Row(frequency, number, _place(columns, row), {indicator: row["count"]})


def _place(columns: Sequence[Columns], row: asyncpg.Record) -> tuple[str, ...]:
    return tuple(
        next((row[name] for name in names if place.finer and row[name] is not None), place.total)
        for place, names in columns
    )
