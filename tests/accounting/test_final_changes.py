"""A final verdict that does not stand is never changed in silence: what it said, and why, is on record."""

from typing import Any

import asyncpg
import orjson
import pytest

from services.accounting.rules.releases.causes import Cause
from services.accounting.rules.residence.history import CROSSING, unpack
from services.accounting.rules.residence.outcome import Migration, is_observed, migration
from shared.events.portal import BorderCrossing, ResidenceRegistration
from shared.testing.api import Api
from tests.accounting.conftest import Accounting
from tests.accounting.test_timeline import CITIZEN, EVENTS, PERSON, crossing, fact, ids, timeline
from tests.accounting.world import Event, Version, World, event

ARRIVED = crossing(1, "entry", "2024-01-10T10:15:00+05:00")
LEFT = crossing(2, "exit", "2024-02-10T10:15:00+05:00")


def later_version(number: int, at: str, *, withdrawn: bool = False) -> Event:
    data = {
        "source_id": f"B-{number}", "direction": "entry", "crossed_at": at, "checkpoint": "ALA-AIR", "person": PERSON,
        "purpose": "work", "country": "UZB",
    }  # fmt: skip
    return event(f"crossing-{number}", 2, Version(BorderCrossing.TYPE, data, withdrawn))


@pytest.mark.parametrize(
    ("come", "cause", "became"),
    [
        ([LEFT], "late_record", [0, 0, False]),
        ([later_version(1, "2026-06-01T10:15:00+05:00")], "correction", [0, None, None]),
        ([later_version(1, "2024-01-10T10:15:00+05:00", withdrawn=True)], "withdrawal", [None, None, None]),
    ],
)
async def test_what_was_final_and_is_not_is_shown_with_its_cause(
    api: Api, written: Accounting, come: list[Event], cause: str, became: list[Any]
) -> None:
    permit = EVENTS[4]
    await written.take([EVENTS[0], ARRIVED, permit])
    (person,) = await ids(api)
    assert (await timeline(api, person)).json()["overturned"] == []
    await written.take(come)
    (found,) = (await timeline(api, person)).json()["overturned"]
    assert (found["source_id"], found["before"], found["after"], found["migration"]) == ("B-1", 0, 1, True)
    assert [found[f"became_{name}"] for name in ("before", "after", "migration")] == became
    assert found["cause"] == cause
    answer = await api.client.get("/v1/classifications", params={"method": "M1216"}, headers=api.token("statistician"))
    told = {line["source_id"]: line["overturned"] for line in map(orjson.loads, answer.content.splitlines())}
    assert told == ({"B-1": cause} | ({"B-2": None} if cause == "late_record" else {}) if became[0] == 0 else {})


async def test_persons_who_turn_out_to_be_one_overturn_what_was_final_of_each(api: Api, written: Accounting) -> None:
    """Two passports, one IIN: who came on the first left on the second."""
    passport = PERSON | {"surname": "AZIZOVA", "document": {"type": "P", "number": "FB7654321", "issuing_state": "UZB"}}
    permit = EVENTS[4]
    await written.take([EVENTS[0], ARRIVED, permit, crossing(2, "exit", "2024-02-10T10:15:00+05:00", passport)])
    for number, document in enumerate((PERSON["document"], passport["document"])):
        home = {
            "source_id": f"R-{number}", "act": "registration", "date": "2026-05-03", "region": "75",
            "person": CITIZEN | {"document": document},
        }  # fmt: skip
        await written.take([fact(f"home-{number}", ResidenceRegistration.TYPE, **home)])
    (person,) = await ids(api)
    found = {each["source_id"]: each["cause"] for each in (await timeline(api, person)).json()["overturned"]}
    assert found["B-1"] == "merge"


async def finals(connection: asyncpg.Connection) -> dict[int, int]:
    """The states of all crossings whose verdict is final, without the mark of what is missing before."""
    found = {}
    for row in await connection.fetch("SELECT history FROM linkage_derived.person"):
        for each in unpack([row["history"]], CROSSING)[0]:
            if is_observed(each["state"]) and migration(each["state"]) <= Migration.YES:
                found[int(each["fact"])] = int(each["state"]) & 0xBF
    return found


async def test_every_final_verdict_that_changes_is_on_record_and_no_other(accounting: Accounting) -> None:
    """Batch by batch of a stream with corrections, withdrawals, persons that join and fall apart."""
    world, causes = World(7, people=25), set[int]()
    for order in range(3):
        events = world.stream(order=order)
        for start in range(0, len(events), 40):
            before = await finals(accounting.connection)
            known = await accounting.connection.fetchval("SELECT coalesce(max(id), 0) FROM linkage.final_change")
            await accounting.take(events[start : start + 40])
            after = await finals(accounting.connection)
            noted = await accounting.connection.fetch(
                "SELECT fact, was, cause FROM linkage.final_change WHERE id > $1", known
            )
            changed = {fact: state for fact, state in before.items() if after.get(fact) != state}
            assert {row["fact"]: row["was"] & 0xBF for row in noted} == changed
            causes |= {row["cause"] for row in noted}
        world.correct(0.2)
    assert causes >= {Cause.LATE_RECORD, Cause.CORRECTION, Cause.WITHDRAWAL}
