"""Citizens who leave: for good, or to work in Russia or Korea and come home."""

from datetime import date, timedelta
from typing import Final

from deploy.simulation.life import Ground
from deploy.simulation.lives.draft import HOME, Draft
from deploy.simulation.lives.household import PEOPLES, Household
from deploy.simulation.lives.labour import EMPLOYERS, OCCUPATIONS
from deploy.simulation.lives.residents import family_of_citizens, may_die

SIZES: Final = (1, 3, 1, 2, 4)
"""Lives in a household, in turn."""
ALONE: Final = (1,)

_VISA_FREE: Final[Ground] = "visa_free"
_TROUBLES: Final = (("unpaid_wages", "injury", "detention", "exploitation", "other"), (45, 20, 20, 10, 5))


def emigrant(home: Household) -> list[Draft]:
    """A household that moves abroad for good; it visits, some take another citizenship, a few come back."""
    age = "18-34" if home.draw("head_youth") == "yes" else "35-70"
    drawn = home.draw("people")
    members = family_of_citizens(home, next(each for each, _ in PEOPLES[HOME] if each == drawn), age)
    country, region = home.draw("destination"), home.draw("region")
    naturalised = home.day(200, 900) if home.chance(0.3) else None
    visits = sorted(home.day(90, 1100) for _ in range(home.random.choices((0, 1, 2, 3), (45, 30, 15, 10))[0]))
    returns = home.day(200, 800) if naturalised is None and home.chance(0.12) else None
    for member in members:
        _emigrates(home, member, (country, region), naturalised, visits, returns)
        may_die(home, member)
    return members


def worker_in_russia(home: Household) -> list[Draft]:
    """Stints of some months, weeks at home between; one in eight does not come back."""
    return _works_abroad(home, "RUS", (50, 270), stays=0.12, stints=((1, 2, 3, 5), (25, 30, 25, 20)), irregular=0.15)


def worker_in_korea(home: Household) -> list[Draft]:
    """Enters without a visa as a tourist or on a worker's visa, stays months or years."""
    irregular = 1.0 if home.draw("legality") == "irregular" else 0.0
    return _works_abroad(home, "KOR", (120, 1100), stays=0.06, stints=((1, 2), (75, 25)), irregular=irregular)


def _works_abroad(
    home: Household, country: str, length: tuple[int, int], *, stays: float,
    stints: tuple[tuple[int, ...], tuple[int, ...]], irregular: float,
) -> list[Draft]:  # fmt: skip
    worker = home.grown_up(0, HOME)
    region, activity = home.draw("region"), home.draw("activity")
    worker.region_of_origin, worker.occupation = region, home.random.choice(OCCUPATIONS[activity])
    worker.education = home.random.choice(("secondary", "vocational", "vocational", "higher"))
    worker.starts(HOME, region)
    home.citizen_papers(worker, home.begins - timedelta(days=60))
    unlawful, day, times = home.chance(irregular), home.begins, home.random.choices(*stints)[0]
    told = {
        "country": country, "activity": activity, "occupation": worker.occupation,
        "employer": str(home.random.randrange(EMPLOYERS)), "legality": "irregular" if unlawful else "regular",
    }  # fmt: skip
    for turn in range(times):
        since = worker.goes(day, country, None, "work", "abroad")
        worker.does(since, "work_abroad", **told)
        _may_meet_trouble(home, worker, since, country, unlawful=unlawful)
        if turn == times - 1 and home.chance(stays):
            break
        back = worker.goes(home.day(*length, since), HOME, region, "permanent", "citizen")
        day = home.day(14, 120, back)
    may_die(home, worker, chance=0.003)
    return [worker]


def _may_meet_trouble(home: Household, worker: Draft, since: date, country: str, *, unlawful: bool) -> None:
    if home.chance(0.08 if unlawful else 0.02):
        day = home.day(10, 110, since)
        kind = home.random.choices(*_TROUBLES)[0]
        worker.does(day, "trouble_abroad", kind=kind, country=country)


def _emigrates(
    home: Household,
    member: Draft,
    where: tuple[str, str],
    naturalised: date | None,
    visits: list[date],
    returns: date | None,
) -> None:
    country, region = where
    member.region_of_origin = region
    if member.born > home.begins:  # born there, as a citizen of Kazakhstan
        member.starts(country)
    else:
        member.starts(HOME, region)
        member.goes(home.begins, country, None, "permanent", "abroad")
    born_there = member.born > home.begins
    lost = naturalised and max(naturalised, member.born + timedelta(days=90))
    for visit in visits:
        if returns and visit > returns - timedelta(days=60):
            break
        if visit > member.born + timedelta(days=120) and (lost is None or abs((visit - lost).days) > 60):
            foreign = lost is not None and visit > lost
            member.visit(visit, home.random.randint(7, 35), region, _VISA_FREE if foreign else "citizen")
    if lost and lost < home.era.end:
        _takes_another_citizenship(home, member, lost, country)
    if returns and not (born_there and member.born >= returns):
        member.goes(returns, HOME, region, "permanent", "citizen")


def _takes_another_citizenship(home: Household, member: Draft, lost: date, country: str) -> None:
    """The new passport comes first: for some weeks there are two."""
    member.becomes(lost, country)
    member.does(lost, "citizenship_lost", other_country=country)
    member.is_issued("P", country, max(member.born, lost - timedelta(days=home.random.randint(0, 50))))
