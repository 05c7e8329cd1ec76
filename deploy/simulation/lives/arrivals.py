"""Foreigners who come to stay: those who seek protection, and those who join their family."""

from datetime import date, timedelta
from typing import Final

from deploy.simulation.life import Ground
from deploy.simulation.lives.draft import HOME, Draft
from deploy.simulation.lives.household import Household
from deploy.simulation.lives.residents import children_of, father_of, may_die, spouse_of

REFUGEES: Final = (1, 3, 1, 4)
FAMILIES: Final = (1, 1, 2)
"""Lives in a household, in turn."""


def refugee(home: Household) -> list[Draft]:
    """A family that applies for asylum: protected until the decision, for years if it is granted."""
    origin = home.draw("origin")
    members = [home.grown_up(0, origin)]
    if home.size > 1:
        members.append(spouse_of(home, members[0], 1))
    members += children_of(home, father_of(members), 2)
    region, applied = home.draw("region"), home.day(2, 40)
    decided = home.day(70, 140, applied)
    granted = home.draw("outcome") == "granted"
    leaves = home.day(20, 400, decided) if not granted or home.chance(0.1) else None
    for member in members:
        _seeks(home, member, (origin, region), (applied, decided, leaves), granted=granted)
        may_die(home, member)
    return members


def _seeks(
    home: Household, member: Draft, where: tuple[str, str], when: tuple[date, date, date | None], *, granted: bool
) -> None:
    (origin, region), (applied, decided, leaves) = where, when
    if leaves and member.born >= leaves:  # the family had gone
        member.starts(origin)
        return
    if member.born > home.begins:
        member.starts(HOME, region, "permanent", _protected(member.born, decided, granted=granted))
    else:
        member.starts(origin)
        member.goes(home.begins, HOME, region, "other", "visa")
    member.has_passports(home.random, origin, max(member.born, home.begins - timedelta(days=30)))
    told = {"country_of_origin": origin, "region": region, "case": str(home.number)}
    if member.born < applied:
        outcome = "granted" if granted else "refused"
        member.does(applied, "asylum", **told, applied_on=str(applied), decided_on=str(decided), outcome=outcome)
        member.goes(applied, HOME, region, "other", "protection")
        member.is_given_iin(home.day(5, 40, applied), home.numbers)
    day = max(decided, member.born + timedelta(days=20))
    if granted and (leaves is None or day < leaves):
        ended = {"ended_on": str(leaves)} if leaves and leaves < home.era.end else {}
        member.does(day, "refugee", **told, granted_on=str(day), **ended)
        member.is_given_iin(home.day(1, 20, day), home.numbers)
    elif not granted and member.born < decided:
        member.goes(decided + timedelta(days=30), HOME, region, "other", "none")
    if leaves:
        member.goes(leaves, origin, None, "permanent", "abroad")


def _protected(born: date, decided: date, *, granted: bool) -> Ground:
    """On what the stay of a child rests who is born here."""
    return "protection" if granted or born < decided else "none"


def family_immigrant(home: Household) -> list[Draft]:
    """A spouse or a parent, maybe with a child, who gets a residence permit and sometimes citizenship."""
    origin, region = home.draw("origin"), home.draw("region")
    members = [home.grown_up(0, origin)]
    if home.size > 1:
        members.append(home.child(1, members[0]))
    permitted = home.day(30, 160)
    permanent = home.chance(0.7)
    citizens = home.day(400, 1200, permitted) if origin in ("RUS", "UZB", "KGZ") and home.chance(0.35) else None
    for member in members:
        member.starts(origin)
        member.has_passports(home.random, origin, home.begins - timedelta(days=30), citizens)
        member.goes(home.begins, HOME, region, "family", "visa" if origin in ("CHN", "TKM") else "visa_free")
        member.is_given_iin(home.day(-15, 15, permitted), home.numbers)
        _is_permitted(home, member, region, permitted, permanent=permanent)
        _visits_or_naturalises(home, member, region, citizens)
        may_die(home, member)
    return members


def _is_permitted(home: Household, member: Draft, region: str, day: date, *, permanent: bool) -> None:
    expires = day + timedelta(days=3650 if permanent else 365)
    residence = "permanent" if permanent else "temporary"
    member.does(day, "residence_permit", residence=residence, region=region, valid_until=str(expires))
    member.goes(day, HOME, region, "permanent" if permanent else "family", "residence_permit")
    member.is_issued("R", HOME, day, expires)
    if not permanent:
        renewed = day + timedelta(days=350)
        member.does(
            renewed,
            "residence_permit",
            residence="permanent",
            region=region,
            valid_until=str(renewed + timedelta(days=3650)),
        )


def _visits_or_naturalises(home: Household, member: Draft, region: str, citizens: date | None) -> None:
    if citizens and citizens < home.era.end:
        origin = member.citizenship
        day = member.goes(citizens, HOME, region, "permanent", "citizen")
        member.becomes(day, HOME)
        member.does(day, "citizenship_acquired", other_country=origin, former_kandas="false", region=region)
        member.is_issued("P", HOME, home.day(3, 40, day))
        if member.age_on(day) >= 16:
            member.is_issued("I", HOME, home.day(41, 50, day))
    elif home.chance(0.6):
        member.trip(
            member.stays[-1].since + timedelta(days=home.random.randint(60, 500)), 25, member.citizenship, "private"
        )
