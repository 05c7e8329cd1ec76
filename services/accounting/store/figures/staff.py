"""Staff of enterprises with foreign workers at years' ends, as the permits register tells of it: numbers, of nobody."""

from collections.abc import Sequence

import asyncpg

from services.accounting.store.figures.patience import patience
from services.accounting.store.members import day, number
from shared.events.permits import Category, EmployerStaff


async def staff_by_year(connection: asyncpg.Connection, categories: Sequence[Category]) -> list[asyncpg.Record]:
    """Of each year: foreigners and citizens of some categories in enterprises that reported their citizens; how many
    enterprises these are, and how many did not report. Raises TimeoutError out of patience."""
    return list(await connection.fetch(staff(categories), timeout=patience()))


def staff(categories: Sequence[Category]) -> str:
    """The SQL of it."""
    sums = {
        side: " + ".join(number(EmployerStaff, f"{side}_{each}") for each in categories)
        for side in ("foreigners", "citizens")
    }
    reported = f"FILTER (WHERE {day(EmployerStaff, 'reported_on')} IS NOT NULL)"
    return f"""
        SELECT {number(EmployerStaff, "year")} AS year,
            coalesce(sum({sums["foreigners"]}) {reported}, 0)::bigint AS foreigners,
            coalesce(sum({sums["citizens"]}) {reported}, 0)::bigint AS citizens,
            count(*) {reported} AS enterprises, count(*) - count(*) {reported} AS unreported
        FROM derived.record WHERE kind = '{EmployerStaff.NAME}' GROUP BY 1 ORDER BY 1
    """  # noqa: S608  (names of our own members)
