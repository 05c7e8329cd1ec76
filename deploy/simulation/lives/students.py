"""Students both ways: foreigners in Kazakhstan, citizens abroad; home in summer, some stay for good."""

from datetime import date, timedelta
from typing import Final

from deploy.simulation.lives.draft import HOME, Draft
from deploy.simulation.lives.household import Household

SIZES: Final = (1,)
"""Lives in a household, in turn."""

_YEARS: Final = {"bachelor": 4, "master": 2, "doctor": 3, "vocational": 3, "preparatory": 1}
LATER: Final = {"master": 4, "doctor": 7}
"""Level -> by how many years later than a first degree it begins."""
_DROPS_OUT: Final = 0.12
"""Share who leave after the first year (assumed)."""


def foreign_student(home: Household) -> list[Draft]:
    """From the first term to the last; some leave early, some go home every summer, some never."""
    level = home.draw("level")
    student = home.grown_up(0, home.draw("origin"), age=_age(home, level))
    student.starts(student.citizenship)
    student.has_passports(home.random, student.citizenship, home.begins - timedelta(days=60))
    region = home.draw("region")
    since, until = _term(home, level)
    student.is_given_iin(home.day(4, 30), home.numbers)
    student.does(
        since, "studies", country=HOME, region=region, institution=str(home.random.randint(1, 90)), level=level,
        funding=home.random.choices(("own_means", "state_grant", "intergovernmental"), (84, 6, 10))[0],
        since=str(since), until=str(until),
    )  # fmt: skip
    student.goes(home.begins, HOME, region, "study", "study")
    _summers(home, student, until, student.citizenship, often=0.75)
    student.goes(home.day(2, 20, until), student.citizenship, None, "permanent", "abroad")
    return [student]


def student_abroad(home: Household) -> list[Draft]:
    """A citizen's years of study abroad; a third of them stays there."""
    level = home.draw("level")
    student = home.grown_up(0, HOME, age=_age(home, level))
    region, country = home.draw("region"), home.draw("destination")
    student.region_of_origin, student.education = (
        region,
        "secondary" if level in ("bachelor", "vocational") else "higher",
    )
    student.starts(HOME, region)
    home.citizen_papers(student, home.begins - timedelta(days=60))
    since, until = _term(home, level)
    scholar = country not in ("RUS", "KGZ", "UZB") and level in ("master", "doctor")
    student.does(
        since, "studies", country=country, institution=str(home.random.randint(1, 900)), level=level,
        funding="bolashak" if scholar and home.chance(0.5) else home.random.choice(("own_means", "own_means", "other")),
        since=str(since), until=str(until),
    )  # fmt: skip
    student.goes(home.begins, country, None, "study", "abroad")
    _summers(home, student, until, HOME, often=0.85)
    if home.chance(0.33):
        student.goes(until, country, None, "work", "abroad")
        student.visit(home.day(120, 500, until), home.random.randint(7, 30), region, "citizen")
    else:
        student.goes(home.day(2, 20, until), HOME, region, "permanent", "citizen")
    return [student]


def _age(home: Household, level: str) -> str:
    """The group of age, by so many years later as the level follows a first degree."""
    low, high = (int(each) + LATER.get(level, 0) for each in home.draw("age").split("-"))
    return f"{low}-{high}"


def _term(home: Household, level: str) -> tuple[date, date]:
    """First and last day of the course; a later beginner's ends in the same summer."""
    since = home.day(1, 12)
    years = 1 if home.chance(_DROPS_OUT) else _YEARS[level]
    return since, date(since.year + years, 6, 30) if since.month > 5 else date(since.year + years, 1, 31)


def _summers(home: Household, student: Draft, until: date, country: str, *, often: float) -> None:
    """Home from July to the end of August of each year of the course, or not."""
    studies = student.stays[-1]
    region, ground = (student.region_of_origin, "citizen") if country == HOME else (None, "abroad")
    for year in range(home.begins.year, until.year + 1):
        out = home.day(0, 25, date(year, 6, 25))
        back = home.day(0, 14, date(year, 8, 22))
        if home.begins + timedelta(days=60) < out and back < until and home.chance(often):
            student.goes(out, country, region, "permanent", "citizen" if ground == "citizen" else "abroad")
            student.goes(back, studies.country, studies.region, studies.purpose, studies.ground)
