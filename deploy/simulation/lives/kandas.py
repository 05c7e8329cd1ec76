"""Families of ethnic Kazakhs who come home: the status, the IIN on the way, a place in a quota, then citizenship.

Those of China and Mongolia bear the father's name for a surname; with the passport of Kazakhstan many take a surname
and a patronymic. The grandmother comes later; a child is born here; a few go back.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from deploy.simulation import people
from deploy.simulation.life import Name
from deploy.simulation.lives.draft import HOME, Draft
from deploy.simulation.lives.household import Household
from deploy.simulation.lives.residents import children_of, father_of, may_die, spouse_of

SIZES: Final = (4, 1, 5, 2, 6, 3)
"""Lives in a household, in turn."""

_BARE: Final = {"CHN", "MNG"}
_RETURNS, _NEVER_CITIZEN, _FORMER = 0.04, 0.1, 0.03
"""Chances (assumed): that a family goes back; that the status expires before citizenship is asked for;
that a former kandas family leaves for permanent residence abroad."""


@dataclass(frozen=True, slots=True)
class _Way:
    """The family's way through the procedure. `citizens` is None where it never gets there,
    `leaves` where it stays, `looked_around` where nobody came on a visit before, `emigrates` where nobody
    leaves for good as a citizen."""

    case: str
    origin: str
    region: str
    in_quota: bool
    arrives: date
    applied: date
    granted: date
    citizens: date | None
    leaves: date | None
    looked_around: date | None = None
    emigrates: date | None = None


def kandas(home: Household) -> list[Draft]:
    """A family from the journey to the new passport."""
    origin = home.draw("origin")
    members, grandmother = _family(home, origin)
    way = _way(home, origin)
    surname = _new_surname(home, father_of(members)) if origin in _BARE and home.chance(0.5) else None
    for member in members:
        role = "applicant" if member is members[0] else "spouse" if member is members[1] and home.size > 1 else "child"
        _settles(home, member, way, role, surname)
    if grandmother:
        _settles(home, grandmother, _later(home, way), "parent", None)
    for member in (*members, *([grandmother] if grandmother else [])):
        may_die(home, member)
    return members + ([grandmother] if grandmother else [])


def _family(home: Household, origin: str) -> tuple[list[Draft], Draft | None]:
    head = home.grown_up(0, origin, people_="kazakh")
    head.education = home.draw("education")
    members = [head]
    if home.size > 1:
        members.append(spouse_of(home, head, 1))
        members[1].education = home.draw("education")
    with_grandmother = home.size >= 5
    children = home.size - with_grandmother
    members += children_of(home, father_of(members), 2, until=children)
    grandmother = None
    if with_grandmother:
        age = min(92, head.age_on(home.begins) + 22 + home.random.randrange(12))
        grandmother = home.grown_up(home.size - 1, origin, sex="F", age=f"{age}-{age}", people_="kazakh")
    return members, grandmother


def _way(home: Household, origin: str) -> _Way:
    in_quota = home.draw("quota") == "yes"
    region = home.draw("quota_region" if in_quota else "region")
    applied = home.day(4, 40)
    granted = home.day(3, 12, applied)
    goes_back, never = home.chance(_RETURNS), home.chance(_NEVER_CITIZEN)
    citizens = None if goes_back or never else home.day(100, 350, granted)
    leaves = home.day(60, 330, granted) if goes_back else None
    emigrates = home.day(250, 800, citizens) if citizens and home.chance(_FORMER) else None
    visit = home.day(-330, -50) if home.chance(0.25) else None
    return _Way(
        str(home.number), origin, region, in_quota, home.begins, applied, granted, citizens, leaves, visit, emigrates
    )


def _later(home: Household, way: _Way) -> _Way:
    """The same for who follows the family after some months; she has no place in the quota."""
    arrives = home.day(60, 500, way.arrives)
    applied = home.day(5, 40, arrives)
    granted = home.day(3, 12, applied)
    citizens = home.day(120, 360, granted) if way.citizens else None
    return _Way(way.case, way.origin, way.region, False, arrives, applied, granted, citizens, None)


def _settles(home: Household, member: Draft, way: _Way, role: str, surname: str | None) -> None:
    """One member's way. Who is born here goes it from the day of birth."""
    if way.leaves and member.born >= way.leaves:  # after the family went back
        member.starts(way.origin)
        member.has_passports(home.random, way.origin, member.born)
        return
    here_from_birth = member.born > way.arrives
    if here_from_birth and way.citizens and member.born >= way.citizens:
        _is_born_a_citizen(home, member, way)
        return
    if here_from_birth:
        member.starts(HOME, way.region, "permanent", "kandas" if member.born > way.granted else "visa_free")
    else:
        member.starts(way.origin)
        if role in ("applicant", "spouse") and way.looked_around:
            member.visit(way.looked_around, 20, way.region, "visa" if way.origin == "CHN" else "visa_free")
        member.goes(way.arrives, HOME, way.region, "permanent", "visa" if way.origin == "CHN" else "visa_free")
    member.has_passports(
        home.random, way.origin, max(member.born, (way.looked_around or way.arrives) - timedelta(days=60)), way.citizens
    )
    _is_granted(home, member, way, role)
    if way.citizens:
        _becomes_citizen(home, member, way, surname)
    else:
        _does_not_become_one(home, member, way)


def _is_granted(home: Household, member: Draft, way: _Way, role: str) -> None:
    applied, granted = (
        max(way.applied, member.born + timedelta(days=8)),
        max(way.granted, member.born + timedelta(days=14)),
    )
    if way.citizens and granted >= way.citizens:  # born too late for a status of its own
        member.is_given_iin(member.born, home.numbers)
        return
    told = {"case": way.case, "member": role, "country_of_origin": way.origin, "region": way.region}
    member.does(applied, "kandas_applied", **told)
    member.is_given_iin(home.random.choice((applied, granted, home.day(1, 30, granted))), home.numbers)
    valid_until = granted + timedelta(days=364)
    member.does(
        granted,
        "kandas_granted",
        **told,
        applied_on=str(applied),
        decided_on=str(granted),
        valid_until=str(valid_until),
    )
    member.goes(granted, HOME, way.region, "permanent", "kandas")
    if way.in_quota:
        included = home.day(5, 60, granted)
        member.does(included, "included_in_quota", kind="kandas", region=way.region, country_of_origin=way.origin)


def _becomes_citizen(home: Household, member: Draft, way: _Way, surname: str | None) -> None:
    day = member.goes(way.citizens or home.era.end, HOME, way.region, "permanent", "citizen")
    if day >= home.era.end:
        return
    member.becomes(day, HOME)
    member.does(day, "citizenship_acquired", other_country=way.origin, former_kandas="true", region=way.region)
    member.does(day, "kandas_ended", case=way.case, end_reason="citizenship", region=way.region)
    if surname:
        member.is_called(day, _written_anew(member, surname))
    issued = home.day(4, 45, day)
    member.is_issued("P", HOME, issued)
    if member.age_on(issued) >= 16:
        member.is_issued("I", HOME, issued + timedelta(days=1))
    if way.emigrates:
        member.goes(way.emigrates, way.origin, None, "permanent", "abroad")
    elif home.chance(0.35):
        member.trip(home.day(30, 500, issued), home.random.randint(7, 45), way.origin, "private")


def _does_not_become_one(home: Household, member: Draft, way: _Way) -> None:
    if way.leaves:
        left = member.goes(way.leaves, way.origin, None, "permanent", "abroad")
        member.does(left, "kandas_ended", case=way.case, end_reason="leaving", region=way.region)
        return
    expired = max(way.granted, member.born) + timedelta(days=365)
    member.does(expired, "kandas_ended", case=way.case, end_reason="expiry", region=way.region)
    expires = expired + timedelta(days=3650)
    member.goes(expired, HOME, way.region, "permanent", "residence_permit")
    member.does(expired, "residence_permit", residence="permanent", region=way.region, valid_until=str(expires))


def _is_born_a_citizen(home: Household, member: Draft, way: _Way) -> None:
    member.citizenship = HOME
    member.citizenships[0] = (member.born, HOME)
    member.region_of_origin = way.region
    member.starts(HOME, way.region)
    home.citizen_papers(member, member.born)


def _new_surname(home: Household, head: Draft) -> str:
    """What the family takes for a surname: the grandfather's name with an ending."""
    return people.with_ending(head.name.surname, home.random.choice(("ұлы", "ов", "")))


def _written_anew(member: Draft, surname: str) -> Name:
    name = member.name
    return Name(
        name.people, people.in_form(surname, member.sex), name.given, people.own_patronymic(name.surname, member.sex)
    )
