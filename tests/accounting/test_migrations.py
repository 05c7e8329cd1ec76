"""The migrated database is the one that the code describes, and what was stored before tells what it would tell now."""

import asyncio
from collections.abc import Mapping, Set
from typing import Any

import asyncpg
import orjson

from services.accounting.cases.rebuild import rebuild
from services.accounting.intake.decode import READ
from services.accounting.rules.kept import AGE_GROUP
from services.accounting.rules.persons.identity import fact_key
from services.accounting.store.tables import metadata
from shared.db.migrate import drift, upgrade
from shared.events.portal import BorderCrossing
from shared.inbox.reading import fact_of
from shared.testing.postgres import FreshDatabase
from tests.accounting.conftest import Accounting
from tests.accounting.test_identity import IN, NODIRA, OUT, SOMEBODY, TIMUR
from tests.accounting.test_timeline import EVENTS, crossing
from tests.accounting.world import World

ENDS = ("end_evidence", "end_day")
ADDED = {*ENDS, "former", "told", "seal"}
KEPT_SINCE = {"former_kandas"}
"""Of the facts of the first version, what is kept since the migration that left out what is not read."""
KEPT_OF_A_KIND_SINCE: Mapping[str, Set[str]] = {
    "residence_permit.v1": {"residence", "sex", "citizenship", "cohort"},
    "protection_status.v1": {"sex", "citizenship", "cohort"},
    "work_permit.v1": {"sex", "cohort"},
    "kandas_status.v1": {"sex", "citizenship", "cohort"},
    "consular_registration.v1": {"cohort"},
    "study.v1": {"sex", "cohort"},
}
"""By kind of fact: members that are kept of it since, and of others were from the first."""


async def test_the_migrations_make_the_tables_of_the_code(fresh_database: FreshDatabase) -> None:
    database = await fresh_database("accounting")
    assert await asyncio.to_thread(drift, database.owner_url, metadata) == []


async def test_permits_stored_before_are_told_their_ends_and_bodies_keep_what_is_read(
    accounting: Accounting, empty_database: FreshDatabase
) -> None:
    events = World(41, people=60).stream()
    await accounting.take(events)
    whole = {fact_key(each["subject"]): whole_body(each) for each in events if each["type"] != BorderCrossing.TYPE}
    facts = "SELECT * FROM linkage.register_fact ORDER BY fact"
    stored = await accounting.connection.fetch(facts)
    database = await empty_database("accounting")
    await asyncio.to_thread(upgrade, "accounting", database.owner_url, "0001")
    former = await asyncpg.connect(database.owner_url.replace("+asyncpg", ""))
    columns = [name for name in stored[0].keys() if name not in ADDED]  # noqa: SIM118  (a record is no mapping)
    rows = [[whole[row["fact"]] if name == "body" else row[name] for name in columns] for row in stored]
    await former.copy_records_to_table("register_fact", records=rows, columns=columns)
    await asyncio.to_thread(upgrade, "accounting", database.owner_url)
    assert len({row["end_evidence"] for row in stored}) == 3
    migrated = await former.fetch(facts)
    assert list(map(ends, migrated)) == list(map(ends, stored))
    assert list(map(kept_then, migrated)) == list(map(kept_then, stored))
    assert len({orjson.loads(row["body"]).get(AGE_GROUP) for row in stored}) > 10
    await former.close()


def whole_body(event: dict[str, Any]) -> str:
    """As the first version stored a fact: all that was granted, the person's birth date too."""
    person = event["data"].get("person", {})
    told = fact_of(READ[event["type"]], event).model_dump(mode="json", exclude={"person", "former_document"})
    of_person = {name: person[name] for name in ("birth_date", "sex", "citizenship") if person}
    return orjson.dumps(told | of_person).decode()


def kept_then(row: asyncpg.Record) -> dict[str, Any]:
    """Members that are kept since were left out of what is stored: they come when the facts are read anew (`adopt`)."""
    since = KEPT_SINCE | KEPT_OF_A_KIND_SINCE.get(row["kind"], set())
    return {name: value for name, value in orjson.loads(row["body"]).items() if name not in since}


def ends(row: asyncpg.Record) -> list[int]:
    return [row[name] for name in ("fact", *ENDS)]


async def test_documents_stored_before_join_by_birth_date(
    accounting: Accounting, empty_database: FreshDatabase
) -> None:
    """What kept the key of a document alone, and claims on IINs only, counts after migration and rebuild."""
    away: list[dict[str, Any]] = [TIMUR, NODIRA | {"birth_date": "1985"}, SOMEBODY]
    told = [crossing(1, *IN, NODIRA), *(crossing(n, *OUT, person) for n, person in enumerate(away, 2))]
    await accounting.take([EVENTS[0], *told])
    database = await empty_database("accounting")
    await asyncio.to_thread(upgrade, "accounting", database.owner_url, "0002")
    former = await asyncpg.connect(database.owner_url.replace("+asyncpg", ""))
    stored = await accounting.connection.fetch(
        "SELECT c.*, number FROM linkage.crossing c LEFT JOIN linkage.claim ON document = key"
    )
    rows = [dict(row) | {"document": row["number"] or 0} for row in stored]
    since = ("checkpoint", "number", "told", "seal")
    await copy(former, "crossing", [{k: v for k, v in row.items() if k not in since} for row in rows])
    claims = await accounting.connection.fetch(
        "SELECT key - 1 AS key, number AS iin, born, name, fact FROM linkage.claim WHERE key & 1 = 1"
    )
    await copy(former, "claim", list(map(dict, claims)))
    await former.execute("UPDATE crossing SET claim = claim - 1 WHERE claim <> 0")
    await asyncio.to_thread(upgrade, "accounting", database.owner_url)
    await rebuild(database.owner_url.replace("+asyncpg", ""), lambda _: None)
    persons = "SELECT person FROM linkage_derived.person ORDER BY person"
    before = await former.fetch(persons)
    assert len(before) == 3
    later = [crossing(5, "entry", "2025-03-01T10:00:00+05:00", NODIRA), crossing(6, *IN, SOMEBODY)]
    await Accounting(database, former).take([EVENTS[0], *later])
    assert len(await former.fetch(persons)) == 3
    await former.close()


async def copy(connection: asyncpg.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    columns = list(rows[0])
    records = [[row[name] for name in columns] for row in rows]
    await connection.copy_records_to_table(table, records=records, columns=columns)
