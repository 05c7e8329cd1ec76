"""Crossings are sieved before bans are searched by name: whoever meets one plainly meets it all the same."""

from collections.abc import Sequence
from itertools import product
from random import Random
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import event

from services.portal.cases.border import border_alert
from services.portal.store.border import border_alert as store
from shared.events.border_control import BorderAlert
from shared.events.portal import BorderCrossing
from shared.kernel import spellings
from shared.kernel.iin import check_digit
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.record_type import StoredRecord
from shared.testing.api import Api
from shared.testing.people import crossing, person
from tests.portal.test_border_control import BORDER, ban, post

BORN = ["1990", "1990-05", "1990-05-01", "1990-05-02", "1990-06-01", "1991", "1991-01-01", "1989-12-31", "0999"]
SURNAMES, GIVEN = ["KHASANOV", "HASANOVA", "XASANOV", "CROIX"], ["ALEKSANDR TIMUR", "TIMUR", None]
STEMS = {"1990-05-01": "90050130000", "1991-01-01": "91010130000"}
IINS = {born: f"{stem}{check_digit(stem)}" for born, stem in STEMS.items()}


def somebody(random: Random, born: str) -> dict[str, Any]:
    """One of few people who are easily taken for each other, by number, by document or by name."""
    made = person(
        surname=random.choice(SURNAMES), given_names=random.choice(GIVEN), birth_date=born, sex=random.choice("MFX")
    )
    made |= {"surname_cyrillic": None, "given_names_cyrillic": None, "iin": random.choice([None, IINS.get(born)])}
    made["document"] |= {"number": f"FA{random.randrange(12):07}"}
    return made


async def plainly(unit: UnitOfWork, entries: Sequence[StoredRecord[BorderCrossing]]) -> list[BorderAlert]:
    """Everything looked up for each of them, as if nothing had been sieved."""
    found = await store.met(unit.connection, [border_alert._looked(entry.id, entry.fact) for entry in entries])
    facts = {entry.id: entry.fact for entry in entries}
    return [alert for met in found if (alert := border_alert._alert(facts[met.crossing], met))]


async def test_what_is_sieved_raises_what_the_plain_search_raises(portal: Api) -> None:
    """Under one ban after the other, each on somebody whose birth date is known to another extent, and under all."""
    random = Random(1)
    lost = {"source_id": "L-1", "report": "lost", "reported_on": "2020-01-01"}
    await post(portal, "lost-documents", lost | {"document": person()["document"] | {"number": "FA0000001"}})
    crossed = [
        crossing(person=somebody(random, born), direction=direction)
        for born, direction, _ in product(BORN, ("entry", "exit"), range(12))
    ]
    entries = [StoredRecord(uuid4(), BorderCrossing.model_validate(each)) for each in crossed]
    for number, born in enumerate([*BORN, *BORN]):
        barred = somebody(random, born) | {"iin": IINS.get(born)}
        imposed = await post(portal, "entry-bans", ban(barred, source_id=f"EB-{number}"))
        together = await compared(portal, entries)
        assert {alert.kind for alert in together.values()} >= {"ban", "lost_document"}, born
        if number < len(BORN):
            path, versioned = f"entry-bans/{imposed['id']}:withdraw", {"If-Match": '"1"'}
            await post(portal, path, {"reason": "the next one"}, **versioned)
    assert {alert.evidence for alert in together.values()} == {"iin", "document", "name"}
    alone = [alert for entry in entries[::7] for alert in (await compared(portal, [entry])).values()]
    asked = {str(entry.id) for entry in entries[::7]}
    assert len(alone) == len([alert for alert in together.values() if alert.crossing in asked])


async def compared(portal: Api, entries: Sequence[StoredRecord[BorderCrossing]]) -> dict[str, BorderAlert]:
    """What these raise, by either way."""
    async with portal.engine.connect() as connection:
        unit = UnitOfWork(connection)
        sieved, plain = await border_alert._alerts(unit, entries), await plainly(unit, entries)
    told = {alert.source_id: alert for alert in plain}
    assert {alert.source_id: alert for alert in sieved} == told
    return told


async def test_no_name_is_taken_apart_where_nobody_barred_was_born_then(portal: Api) -> None:
    """Folding is what names cost: 100 travellers of one day of birth, and a ban on somebody of the next."""
    await post(portal, "entry-bans", ban(person(birth_date="1990-05-02")))
    lines = [orjson.dumps(crossing(person=person(birth_date="1990-05-01"))) for _ in range(100)]
    statements: list[str] = []
    event.listen(portal.engine.sync_engine, "before_cursor_execute", lambda _c, _cur, sql, *_: statements.append(sql))
    before = spellings.fold.cache_info()
    answer = await portal.client.post(
        "/v1/border-crossings:batch",
        content=b"\n".join(lines),
        headers=portal.token(BORDER) | {"Content-Type": "application/x-ndjson"},
    )
    assert answer.text.count("created") == 101, answer.text
    assert spellings.fold.cache_info() == before
    assert not any("name_keys" in sql for sql in statements)
