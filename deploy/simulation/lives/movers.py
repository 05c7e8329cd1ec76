"""Moves inside the country: of one's own will, and into the regions of settlement with the State's support."""

from datetime import timedelta
from typing import Final

from deploy.simulation.lives.draft import HOME, Draft
from deploy.simulation.lives.household import Household
from deploy.simulation.lives.residents import family_of_citizens, journeys, may_die, may_marry

MOVERS: Final = (1, 2, 1, 4)
SETTLERS: Final = (4, 2, 5, 3)
"""Lives in a household, in turn."""

_GO_BACK: Final = 0.1


def internal_mover(home: Household) -> list[Draft]:
    """A household that moves to another region, whether it registers or not; one in ten moves back."""
    members = family_of_citizens(home)
    origin, region = home.draw("from"), home.draw("region")
    back = home.day(90, 500) if home.chance(_GO_BACK) else None
    _move(home, members, origin, region)
    if back:
        for member in members:
            if member.born < back:
                member.goes(back, HOME, origin, "permanent", "citizen")
    elif home.chance(0.25):
        _journey(home, members)
    for member in members:
        may_marry(home, member)
        may_die(home, member)
    return members


def resettler(home: Household) -> list[Draft]:
    """A family with a place in a region's quota; one in eight leaves the region again."""
    members = family_of_citizens(home)
    origin, region = home.draw("from"), home.draw("region")
    included = home.day(-40, 50)
    leaves = home.day(120, 1200) if home.chance(0.12) else None
    to = origin if home.chance(0.6) else "71"
    _move(home, members, origin, region)
    for member in members:
        member.does(
            included,
            "included_in_quota",
            kind="resettler",
            region=region,
            region_of_origin=origin,
            case=str(home.number),
        )
        if leaves and member.born < leaves:
            member.goes(leaves, HOME, to, "permanent", "citizen")
        may_die(home, member)
    return members


def _move(home: Household, members: list[Draft], origin: str, region: str) -> None:
    """All move on the first day, or follow within some weeks; who is born later is born there."""
    for place, member in enumerate(members):
        member.region_of_origin = origin
        day = home.begins if place == 0 or home.chance(0.8) else home.day(7, 60)
        if member.born >= home.begins:
            member.starts(HOME, region)
        else:
            member.starts(HOME, origin)
            member.goes(day, HOME, region, "permanent", "citizen")


def _journey(home: Household, members: list[Draft]) -> None:
    """A holiday abroad in the year after the move."""
    before, home.begins = home.begins, home.begins + timedelta(days=home.random.randint(80, 400))
    journeys(home, members, 1)
    home.begins = before
