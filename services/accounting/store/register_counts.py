"""Counts over the registers' records: acts by the month of their day, and persons who stand at given days."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import asyncpg

from services.accounting.rules.flow_figures import MONTHS
from services.accounting.rules.register_figures import PeriodEnd
from services.accounting.rules.series import Row
from shared.kernel.periods import Frequency

Connection = asyncpg.Connection


class Place(NamedTuple):
    """How one dimension is counted: its total's code, whether the total and finer codes are wanted, and which."""

    total: str
    with_total: bool
    finer: bool
    codes: Sequence[str] | None


class Records(NamedTuple):
    """The records behind an indicator: their kind, SQL for the codes of a place, and for the days that matter.

    For acts `since` is the day of the act; for what stands, the first day, and `until` the first day no longer.
    """

    kind: str
    place: tuple[str, ...]
    since: str
    until: str = "NULL::date"
    condition: str = "true"


def _day(member: str) -> str:
    return f"(body->>'{member}')::date"


def _code(member: str) -> str:
    return f"coalesce(body->>'{member}', '_X')"


_QUALIFIED: Final = "CASE WHEN (body->>'qualified')::boolean THEN 'qualified' ELSE 'unqualified' END"
_PERMIT: Final = (
    _code("kind"), _code("category"), _code("activity"), _code("region"), _code("citizenship"), _QUALIFIED,
)  # fmt: skip
_EAEU: Final = (
    "'eaeu'", "'_X'", _code("activity"), _code("region"), _code("citizenship"), _QUALIFIED,
)  # fmt: skip
_KANDAS: Final = (_code("region"), _code("country_of_origin"))

_SEX: Final = "CASE body->>'sex' WHEN 'X' THEN '_X' ELSE body->>'sex' END"
_SETTLING: Final = (
    _code("region"), _code("counterpart_country"), _code("citizenship"), _SEX, "'_X'", "'_X'",
)  # fmt: skip
"""Registrations know neither an age group nor a purpose that could be counted."""
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
    "EXPELLED": (Records("expulsion.v1", ("'_X'", _code("citizenship")), _day("executed_on")),),
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
    connection: Connection, indicator: str, places: Sequence[Place], frequencies: Sequence[Frequency], limit: int
) -> list[Row]:
    """Records counted by the period of their day; at most `limit` rows."""
    periods = {each: each.lower() for each in frequencies}
    months = "(extract(year FROM since) * 12 + extract(month FROM since) - 1 - 1970 * 12)::int"
    named = ", ".join(f"{months} / {MONTHS[each]} AS {name}" for each, name in periods.items())
    values: list[Any] = []
    text = f"""
        SELECT {", ".join(periods.values())}, {_names(places)} count(*) FROM (
            SELECT {named}, places.* FROM ({_source(indicator, places)}) places WHERE {_wanted(places, values)}
        ) acts GROUP BY {", ".join([_sets(list(periods.values()), total=False), *_grouping(places)])} LIMIT {limit}
    """  # noqa: S608  (our own expressions; values are bound)
    rows = await connection.fetch(text, *values)
    return [_act(indicator, places, periods, row) for row in rows]


async def standing(
    connection: Connection, indicator: str, places: Sequence[Place], ends: Sequence[PeriodEnd], limit: int
) -> list[Row]:
    """Persons with a record that holds on the last day of each period; at most `limit` rows."""
    values: list[Any] = [list(column) for column in zip(*ends, strict=True)] or [[], [], []]
    text = f"""
        SELECT frequency, number, {_names(places)} count(DISTINCT person)
        FROM unnest($1::text[], $2::int[], $3::date[]) AS ends (frequency, number, day)
        JOIN ({_source(indicator, places)}) places ON since <= day AND (until IS NULL OR until > day)
        WHERE {_wanted(places, values)}
        GROUP BY {", ".join(["frequency", "number", *_grouping(places)])} LIMIT {limit}
    """  # noqa: S608  (our own expressions; values are bound)
    rows = await connection.fetch(text, *values)
    return [Row(row["frequency"], row["number"], _place(places, row), {indicator: row["count"]}) for row in rows]


def _in_effect(records: Records) -> str:
    return f"kind = '{records.kind}' AND NOT withdrawn AND {records.condition} AND {records.since} IS NOT NULL"


def _source(indicator: str, places: Sequence[Place]) -> str:
    """since, until, person and the codes d0, d1 ... of every record; the person that its keys lead to."""
    return " UNION ALL ".join(
        f"""SELECT {each.since} AS since, {each.until} AS until, coalesce(identity_key.person, fact) AS person,
            {", ".join(f"{code} AS d{number}" for number, code in enumerate(each.place))}
        FROM register_fact
        LEFT JOIN derived.identity_key ON identity_key.key = coalesce(nullif(claim, 0), document)
        WHERE {_in_effect(each)}"""  # noqa: S608  (our own expressions)
        for each in RECORDS[indicator]
    )


def _names(places: Sequence[Place]) -> str:
    return "".join(f"d{number}, " for number, place in enumerate(places) if place.finer)


def _grouping(places: Sequence[Place]) -> list[str]:
    return [_sets([f"d{number}"], place.with_total) for number, place in enumerate(places) if place.finer]


def _sets(names: list[str], total: bool) -> str:
    return f"GROUPING SETS ({', '.join([f'({name})' for name in names] + ['()'] * total)})"


def _wanted(places: Sequence[Place], values: list[Any]) -> str:
    conditions = ["true"]
    for number, place in enumerate(places):
        if place.codes is not None and not place.with_total:
            values.append(list(place.codes))
            conditions.append(f"d{number} = ANY(${len(values)}::text[])")
    return " AND ".join(conditions)


def _act(indicator: str, places: Sequence[Place], periods: Mapping[Frequency, str], row: asyncpg.Record) -> Row:
    frequency, number = next((each, row[name]) for each, name in periods.items() if row[name] is not None)
    return Row(frequency, number, _place(places, row), {indicator: row["count"]})


def _place(places: Sequence[Place], row: asyncpg.Record) -> tuple[str, ...]:
    codes = (row[f"d{number}"] if place.finer else None for number, place in enumerate(places))
    return tuple(place.total if code is None else code for place, code in zip(places, codes, strict=True))
