"""What others are told of employers' staff: numbers at each year's end, and no persons (L1; figures of DF_INDICATOR).

One record for each employer and year, of employers whom a foreigner works for on the year's last day, or today in the
year that runs. It is told hourly where it has changed, be it by a permit, a report or a correction of either, and is
taken back where nobody works for the employer on that day after all (decision 0051).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, get_args

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.store import employer_staff as store
from services.permits.store.quota_told import Told
from shared import clock
from shared.events.envelope import Event
from shared.events.permits import Category, EmployerStaff
from shared.outbox.unit_of_work import UnitOfWork, unit_of_work

TAKEN_BACK = ""


async def tell_all(engine: AsyncEngine) -> None:
    """Tells of all staff that has changed since it was told, from the year of the first report on. May be repeated at
    will."""
    async with engine.connect() as connection:
        first = await store.first_report(connection)
    this_year = clock.today().year
    for year in range(first.year if first else this_year, this_year + 1):
        async with unit_of_work(engine) as unit:
            await _tell(unit, year)


async def _tell(unit: UnitOfWork, year: int) -> None:
    prefix, day = f"staff:{year}:", min(date(year, 12, 31), clock.today())
    known = await store.told(unit.connection, year, prefix)
    facts = [_fact(prefix, year, row._asdict()) for row in await store.staff_on(unit.connection, day)]
    states = dict.fromkeys(known, TAKEN_BACK) | {fact.source_id: fact.model_dump_json() for fact in facts}
    told: dict[str, Told] = {}
    for subject, state in states.items():
        before = known.get(subject, Told(0, TAKEN_BACK))
        if state != before.state:
            said = EmployerStaff.read(state or before.state)
            told[subject] = Told(before.version + 1, state)
            unit.emit(Event.of(said, subject, before.version + 1, clock.start_of(day), withdrawn=state == TAKEN_BACK))
    await store.tell(unit.connection, told)


def _fact(prefix: str, year: int, row: Mapping[str, Any]) -> EmployerStaff:
    foreigners = orjson.loads(row["foreigners"])
    citizens = orjson.loads(row["body"])["citizens"] if row["body"] else None
    counts = {f"foreigners_{each}": foreigners.get(each, 0) for each in get_args(Category)}
    if citizens is not None:
        counts |= {f"citizens_{each}": citizens.get(each, 0) for each in get_args(Category)}
    named = {"source_id": f"{prefix}{row['employer_bin']}", "year": year, "reported_on": row["as_of"]}
    return EmployerStaff.model_validate(named | counts)
