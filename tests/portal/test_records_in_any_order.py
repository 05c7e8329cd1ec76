"""Stays and duties are a function of the records in effect: whatever the order in which visas, crossings and notices
come in, are corrected, annulled or withdrawn, they stand as if the right ones had come in one after another (P2, P3,
P4)."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shared import clock
from shared.kernel.iin import check_digit
from shared.testing.api import Api
from shared.testing.people import crossing
from tests.portal import hosts
from tests.portal.guests import correct, foreigner, invited, visa, withdraw

NOW = datetime(2026, 6, 1, 7, tzinfo=UTC)
ANNULLED = {"state": "annulled", "annulled_on": "2026-03-11"}
ALMATY = {"region": "75", "kato": "751110000", "text": "Abay avenue 10"}
ADDRESSES = {"multiple": ALMATY, "single": ALMATY, "nowhere": ALMATY | {"kato": None}}
REGIONS = ["71", "75", "79"]
_iins = (f"{number}{digit}" for number in count(90050130000) if (digit := check_digit(str(number))) is not None)

Fact = dict[str, Any]


@dataclass(frozen=True)
class Handed:
    """A record by the name that it has in an example; `final` is what changes afterwards, None for a withdrawal."""

    name: str
    of: str
    fact: Fact
    final: Fact | None = field(default_factory=dict)


def day(number: int) -> str:
    return str(date(2026, 3, 1) + timedelta(days=number))


DAYS = st.integers(0, 20)
VISAS = st.sampled_from(["multiple", "single", "single", "nowhere", "unknown", None])
ENTRIES = st.lists(st.tuples(DAYS, VISAS, st.booleans()), min_size=3, max_size=5)
NOTICES = st.lists(st.tuples(DAYS, st.integers(-3, 10)), min_size=2, max_size=3)
CHANGES: Mapping[str, st.SearchStrategy[Fact | None]] = {
    "visa": st.sampled_from([None, ANNULLED, {"stay_days": 45}, {"invitation": None}]),
    "entry": st.none() | DAYS.map(lambda number: {"crossed_at": f"{day(number)}T21:00:00+05:00"}),
    "exit": st.none() | DAYS.map(lambda number: {"crossed_at": f"{day(number)}T22:00:00+05:00"}),
    "notice": st.none() | DAYS.map(lambda number: {"stay_from": day(number)}),
}


@dataclass(frozen=True)
class World:
    """What is handed in about somebody, what of it changes and to what, and in which order all this comes in."""

    entries: list[tuple[int, str | None, bool]]
    exits: list[int]
    notices: list[tuple[int, int]]
    final: dict[str, Fact | None]
    order: list[int]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    entries, exits, notices = draw(ENTRIES), draw(st.lists(DAYS, max_size=2)), draw(NOTICES)
    counts = {"entry": len(entries), "exit": len(exits), "notice": len(notices)}
    names = [f"visa {name}" for name in ADDRESSES]
    names += [f"{kind} {at}" for kind, number in counts.items() for at in range(number)]
    changed = sorted(draw(st.sets(st.sampled_from(names), min_size=3, max_size=6)))
    final = {name: draw(CHANGES[name.split()[0]]) for name in changed}
    order = Random(draw(st.integers(0, 2**32))).sample(range(2 * len(names)), 2 * len(names))
    return World(entries, exits, notices, final, order)


async def make(portal: Api, world: World) -> list[Handed]:
    """The records of an example, about somebody new."""
    renewed, guest = foreigner()["document"], foreigner(iin=next(_iins))
    numbers: dict[str | None, str | None] = {"unknown": "NOWHERE", None: None}
    made = []
    for name, address in ADDRESSES.items():
        granted = await invited(portal, guest, host_address=address)
        entries = "single" if name == "single" else "multiple"
        fact = visa(guest, entries=entries, invitation=granted["number"])
        numbers[name] = fact["number"]
        made.append(Handed(f"visa {name}", "visas", fact))
    for at, (number, on_visa, with_new_passport) in enumerate(world.entries):
        person = guest | ({"document": renewed} if with_new_passport else {})
        made.append(crossed(f"entry {at}", person, f"{day(number)}T0{at}:10:00+05:00", numbers[on_visa]))
    for at, number in enumerate(world.exits):
        made.append(crossed(f"exit {at}", guest, f"{day(number)}T1{at}:20:00+05:00", None))
    made += [notice(at, guest, number, later) for at, (number, later) in enumerate(world.notices)]
    return [replace(record, final=world.final.get(record.name, {})) for record in made]


def notice(at: int, guest: Fact, number: int, later: int) -> Handed:
    fact = hosts.notice(
        "post",
        source_id=f"{guest['iin']}/{at}",
        person=guest,
        stay_from=day(number),
        stay_until="2026-05-01",
        paper={"number": "1", "on": day(number + later)},
        address={"kato": f"{REGIONS[at]}0000000", "text": "Abay avenue 10"},
    )
    return Handed(f"notice {at}", "host-notifications", fact)


def crossed(name: str, person: Fact, at: str, number: str | None) -> Handed:
    direction = name.split()[0]
    fact = crossing(person=person, crossed_at=at, direction=direction, visa_number=number, country="TUR")
    return Handed(name, "border-crossings", fact)


class Register:
    """The portal, and the records that this example has handed in."""

    def __init__(self, portal: Api) -> None:
        self.portal = portal
        self.ids: dict[str, str] = {}

    async def hand_in(self, record: Handed, fact: Fact) -> None:
        role = {"visas": "consul", "border-crossings": "border", "host-notifications": "clerk"}[record.of]
        answer = await self.portal.client.post(f"/v1/{record.of}", json=fact, headers=self.portal.token(role))
        body = answer.raise_for_status().json()
        self.ids[record.name] = body.get("id") or body["notification"]

    async def change(self, record: Handed) -> None:
        if record.final is None:
            await withdraw(self.portal, self.ids[record.name], of=record.of)
        else:
            await correct(self.portal, self.ids[record.name], of=record.of, **record.final)

    async def standing(self) -> list[Any]:
        """Stays, duties and matched notices without ids and versions."""
        names = {id: name for name, id in self.ids.items()}
        rows: list[Any] = []
        for query in (STAYS, DUTIES, MATCHES):
            found = await self.portal.rows(query, ids=list(names))
            named = [tuple(names.get(str(value), value) for value in row.values()) for row in found]
            rows.append(sorted(named, key=repr))
        return rows


STAYS = """
SELECT source_id AS entry, exit, notification, body ->> 'basis' AS basis, body ->> 'region' AS region,
    body ->> 'since' AS since, body ->> 'until' AS until, body ->> 'ended_on' AS ended_on, entered_at, exited_at
FROM stay_registration WHERE NOT withdrawn AND source_id = ANY(CAST(:ids AS text[]))
"""
DUTIES = """
SELECT entry, exit, notification, due_on, region, host, entered_at, exited_at
FROM host_duty WHERE NOT withdrawn AND CAST(entry AS text) = ANY(CAST(:ids AS text[]))
"""
MATCHES = """
SELECT notification, crossing FROM notification_receipt r JOIN host_notification h ON h.id = r.notification
WHERE NOT h.withdrawn AND CAST(notification AS text) = ANY(CAST(:ids AS text[]))
"""


async def in_order(portal: Api, records: Sequence[Handed]) -> list[Any]:
    """Only what is in effect: visas first, then crossings as they happened, then notices."""
    register = Register(portal)
    kinds = ["visas", "border-crossings", "host-notifications"]
    final = [(record, record.fact | record.final) for record in records if record.final is not None]
    for record, fact in sorted(final, key=lambda each: (kinds.index(each[0].of), each[1].get("crossed_at", ""))):
        await register.hand_in(record, fact)
    return await register.standing()


async def in_disorder(portal: Api, records: Sequence[Handed], order: Sequence[int]) -> list[Any]:
    """Each record and each change at its place in `order`, but no change before its record."""
    register = Register(portal)
    for place in order:
        record = records[place // 2]
        if record.name not in register.ids:
            await register.hand_in(record, record.fact)
        elif record.final != {}:
            await register.change(record)
    return await register.standing()


async def at_once(portal: Api, records: Sequence[Handed]) -> list[Any]:
    """All records side by side, then all changes."""
    register = Register(portal)
    await asyncio.gather(*(register.hand_in(record, record.fact) for record in records))
    await asyncio.gather(*(register.change(record) for record in records if record.final != {}))
    return await register.standing()


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # an example takes a second: to shrink it takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(worlds())
async def test_the_order_in_which_records_come_in_leaves_no_trace(portal: Api, world: World) -> None:
    with clock.set_to(NOW):
        expected = await in_order(portal, await make(portal, world))
        assert await in_disorder(portal, await make(portal, world), world.order) == expected
        assert await at_once(portal, await make(portal, world)) == expected
