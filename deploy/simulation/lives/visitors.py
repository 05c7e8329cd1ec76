"""Foreigners who come for days or weeks: on a visit, on business, in transit; some stay longer than they may."""

from datetime import date, timedelta
from typing import Final

from deploy.simulation.life import Ground
from deploy.simulation.lives.draft import HOME, Draft
from deploy.simulation.lives.household import Household
from deploy.simulation.lives.residents import spouse_of

SIZES: Final = (1, 1, 2, 1)
"""Lives in a household, in turn."""

ALONE: Final = (1,)
_BORDERS: Final = {"UZB": ("61", "79"), "KGZ": ("31", "19"), "RUS": ("39", "59", "27", "55")}
_VISA: Final = {"IND", "TKM", "AFG", "SYR"}
_LONGEST: Final = {"IND": 14}
_OVERSTAYS: Final = 0.015
"""Share of stays that outlast what is allowed (assumed)."""


def visitor(home: Household) -> list[Draft]:
    """One or two visits, or more, by somebody alone, by a couple, or by a parent with a child."""
    origin, purpose, region = home.draw("origin"), home.draw("purpose"), home.draw("region")
    members = [home.grown_up(0, origin)]
    if home.size > 1:
        members.append(home.child(1, members[0]) if home.chance(0.3) else spouse_of(home, members[0], 1))
    for member in members:
        member.starts(origin)
        member.has_passports(home.random, origin, home.begins - timedelta(days=30))
    visits(home, members, region, purpose)
    return members


def visits(home: Household, members: list[Draft], region: str, purpose: str) -> None:
    """One visit or more of the members together, each within what is allowed, or now and then beyond it."""
    origin = members[0].citizenship
    ground: Ground = "visa" if origin in _VISA else "visa_free"
    day = home.begins
    for _ in range(home.random.choices((1, 2, 3, 6), (46, 27, 17, 10))[0]):
        allowed = _LONGEST.get(origin, 30)
        length = 1 if purpose == "transit" else min(int(home.random.expovariate(1 / 9)) + 1, allowed)
        over = home.random.randint(1, 45) if home.chance(_OVERSTAYS) else 0
        for member in members:
            since = member.goes(day, HOME, region, purpose, ground)
            if over:
                overstay(home, member, since + timedelta(days=allowed), over, region)
            leaves = since + timedelta(days=allowed + over if over else length)
            member.goes(leaves, origin, None, "permanent", "abroad")
        day = home.day(325, 400, day) if home.chance(0.6) else home.day(35, 120, day)  # often in the same season


def overstay(home: Household, member: Draft, since: date, days: int, region: str) -> None:
    """A stay without right from a day on; it is found on the way out more often than not."""
    member.goes(since, HOME, region, "other", "none")
    if home.chance(0.6):
        found = since + timedelta(days=days)
        member.does(found, "violation", violation="overstay", since=str(since), region=region, penalty="fine")


def commuter(home: Household) -> list[Draft]:
    """Somebody of a border district who comes over every week or two, for a day to three, to trade or to work."""
    person = home.grown_up(0, home.draw("origin"))
    person.starts(person.citizenship)
    person.has_passports(home.random, person.citizenship, home.begins - timedelta(days=30))
    region = home.random.choice(_BORDERS[person.citizenship])
    purpose = "work" if home.chance(0.4) else "private"
    day, rhythm = home.begins, home.random.randint(5, 16)
    for _ in range(home.random.randint(8, 45)):
        since = person.goes(day, HOME, region, purpose, "visa_free")
        person.goes(home.day(1, 3, since), person.citizenship, None, "permanent", "abroad")
        day = home.day(rhythm - 1, rhythm + 6, since)
    return [person]
