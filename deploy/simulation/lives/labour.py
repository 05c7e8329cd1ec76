"""Foreigners who work for private persons on a labour immigrant's permit, season after season."""

from datetime import date, timedelta
from typing import Final

from deploy.simulation.lives.draft import HOME, Draft
from deploy.simulation.lives.household import Household
from deploy.simulation.lives.residents import may_die
from deploy.simulation.lives.visitors import overstay

SIZES: Final = (1,)
"""Lives in a household, in turn."""

OCCUPATIONS: Final = {
    "A": ("92", "61"), "B": ("21", "81", "31"), "C": ("72", "81", "31"), "D": ("21", "31", "74"),
    "F": ("71", "93", "31"),
    "G": ("52", "33"), "H": ("83", "43"), "I": ("51", "94"), "J": ("25", "35"), "M": ("21", "24"), "N": ("91", "54"),
    "P": ("23",), "T": ("91", "93", "71"),
}  # fmt: skip
"""Section of activity -> sub-major groups of ISCO-08 that work there (own choice)."""
EMPLOYERS: Final = 2000
"""How many employers there are; a life names its own by number."""


def labour_immigrant(home: Household) -> list[Draft]:
    """One to five seasons of a permit each: some months at work, the rest at home."""
    origin, region, activity = home.draw("origin"), home.draw("region"), home.draw("activity")
    worker = home.grown_up(0, origin)
    worker.occupation = home.random.choice(OCCUPATIONS[activity])
    worker.starts(origin)
    worker.has_passports(home.random, origin, home.begins - timedelta(days=40))
    day = home.begins
    for _ in range(home.random.choices((1, 2, 3, 5), (40, 28, 20, 12))[0]):
        back = _season(home, worker, day, region, activity)
        day = home.day(20, 170, back)
    may_die(home, worker, chance=0.002)
    return [worker]


def _season(home: Household, worker: Draft, day: date, region: str, activity: str) -> date:
    """From the entry to the exit: without a visa first, then on the permit, which is prolonged once at most."""
    arrived = worker.goes(day, HOME, region, "work", "visa_free")
    issued = home.day(5, 25, arrived)
    worker.is_given_iin(home.day(1, 4, arrived), home.numbers)
    months = home.random.choices((3, 6, 9, 12), (34, 30, 16, 20))[0]
    until = issued + timedelta(days=months * 30 + 5 if months < 12 else 364)
    worker.does(
        issued, "labour_immigrant_permit", region=region, activity=activity, occupation=str(worker.occupation),
        issued_on=str(issued), valid_from=str(issued), valid_until=str(until), months=str(months), qualified="false",
        kind="labour_immigrant",
    )  # fmt: skip
    worker.goes(issued, HOME, region, "work", "labour_immigrant")
    leaves = until - timedelta(days=home.random.randrange(0, 30))
    if home.chance(0.05):  # stays on when the permit has ended
        over = home.random.randint(5, 120)
        overstay(home, worker, until + timedelta(days=1), over, region)
        leaves = until + timedelta(days=1 + over)
    return worker.goes(leaves, worker.citizenship, None, "permanent", "abroad")
