"""Residents who go abroad for a while and come home: whole families with a birth, a wedding, a death now and then."""

from datetime import timedelta
from typing import Final

from deploy.simulation import people
from deploy.simulation.life import People
from deploy.simulation.lives.draft import HOME, Draft
from deploy.simulation.lives.household import Household, is_bare

SIZES: Final = (2, 1, 4, 3, 1, 5)
"""Lives in a household, in turn."""

_TWINS, _BIRTH, _DEATH, _WEDDING = 0.03, 0.25, 0.0025, 0.3
"""Chances (assumed): that a child has a twin; that a family's last child is born on the way; that somebody under 60
dies in a year; that a young woman without a family marries."""


def resident(home: Household) -> list[Draft]:
    """A family, or somebody alone, who makes journeys of some weeks."""
    members = family_of_citizens(home)
    region = home.draw("region")
    for member in members:
        member.region_of_origin = region
        member.starts(HOME, region)
    journeys(home, members, home.random.choices((1, 2, 3, 5), (50, 28, 16, 6))[0])
    for member in members:
        may_marry(home, member)
        may_die(home, member)
    return members


def family_of_citizens(home: Household, people_: People | None = None, age: str | None = None) -> list[Draft]:
    """Head, spouse and children with their papers. The last child is born on the way, if it is to be so."""
    head = home.grown_up(0, HOME, age=age, people_=people_)
    members = [head]
    if home.size > 1:
        members.append(spouse_of(home, head, 1))
    members += children_of(home, father_of(members), 2)
    for member in members:
        home.citizen_papers(member, member.first_day)
    return members


def spouse_of(home: Household, head: Draft, place: int) -> Draft:
    """Somebody of the head's age and people; most wives took the husband's surname at the wedding, years ago."""
    other = "F" if head.sex == "M" else "M"
    age = max(18, home.begins.year - head.born.year + home.random.randint(-4, 2))
    spouse = home.grown_up(place, head.citizenship, sex=other, age=f"{age}-{age}", people_=head.name.people)
    wife, husband = (spouse, head) if head.sex == "M" else (head, spouse)
    bare = is_bare(wife.name.people, head.citizenship)
    if not bare and people.changes_on_marriage(wife.name.people) and home.chance(0.6):
        wedding = min(home.day(18 * 365, 27 * 365, wife.born), home.day(-700, -200))
        wife.is_called(wedding, people.married_name(wife.name, husband.name))
    return spouse


def father_of(members: list[Draft]) -> Draft:
    """Whose surname children bear: the mother's where no father is there."""
    return next((each for each in members if each.sex == "M"), members[0])


def children_of(home: Household, father: Draft, first: int, *, until: int | None = None) -> list[Draft]:
    """The children at the places from `first` on: twins now and then, the last one maybe born on the way."""
    found: list[Draft] = []
    last = until or home.size
    for place in range(first, last):
        if _may_have_a_twin(found, home) and home.chance(_TWINS):
            found.append(home.child(place, father, born=found[-1].born))
        elif place == last - 1 and father.age_on(home.begins) < 46 and home.chance(_BIRTH):
            found.append(home.child(place, father, year=born_on_the_way(home, place)))
        else:
            found.append(home.child(place, father))
    return found


def _may_have_a_twin(found: list[Draft], home: Household) -> bool:
    """Whether the last child has no twin yet; who is born on the way has none."""
    alone = len(found) == 1 or (len(found) > 1 and found[-2].born != found[-1].born)
    return alone and found[-1].born < home.begins


def born_on_the_way(home: Household, place: int) -> int:
    """A year in which the birthday of the life at this place falls between the beginning and the end of time; where
    there is none, the year before the beginning."""
    years = [
        year
        for year in range(home.begins.year, home.era.through.year + 1)
        if home.begins + timedelta(days=60) <= home.numbers.birth_day(home.first + place, year) <= home.era.through
    ]
    return home.random.choice(years) if years else home.begins.year - 1


def journeys(home: Household, members: list[Draft], times: int) -> None:
    """The household goes abroad together, or some of it, and comes back the same day or a few days apart."""
    day = home.begins
    for _ in range(times):
        country = home.draw("destination", "resident")
        purpose = home.random.choices(("tourism", "private", "business"), (50, 40, 10))[0]
        length = home.random.randint(2, 24)
        for place, member in enumerate(members):
            if member.born < day and (place == 0 or home.chance(0.75)):
                member.trip(day, length if home.chance(0.9) else length + 3, country, purpose)
        day = home.day(40, 420, day)


def may_marry(home: Household, member: Draft) -> None:
    """A young woman without a family may marry and take her husband's name, with new papers some weeks later."""
    single = home.size == 1 and member.sex == "F" and 18 <= member.age_on(home.begins) <= 32
    if not (single and people.changes_on_marriage(member.name.people) and home.chance(_WEDDING)):
        return
    day = home.day(30, 600)
    husband = people.draw_name(home.random, member.name.people, "M", member.born)
    member.does(day, "marriage", surname=people.in_form(husband.surname, "F"))
    member.is_called(day, people.married_name(member.name, husband))
    renewed = home.day(10, 120, day)
    if renewed < home.era.end:
        member.is_issued("P", HOME, renewed)
        member.is_issued("I", HOME, renewed + timedelta(days=3))


def may_die(home: Household, member: Draft, *, chance: float = _DEATH) -> None:
    """A death in the simulated time, likelier with age."""
    age = member.age_on(home.begins)
    yearly = chance if age < 60 else chance * 6
    if home.chance(yearly * 3):
        member.dies(home.day(20, 1300))
