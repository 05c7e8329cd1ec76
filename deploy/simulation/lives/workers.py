"""Foreigners who work for employers: on permits, as citizens of the Union, exempt from permits, or without right."""

from datetime import date, timedelta
from typing import Final

from deploy.simulation.life import Deed, Ground
from deploy.simulation.lives.draft import HOME, Draft
from deploy.simulation.lives.household import Household
from deploy.simulation.lives.labour import EMPLOYERS, OCCUPATIONS
from deploy.simulation.lives.residents import may_die
from deploy.simulation.lives.visitors import overstay

SIZES: Final = (1,)
"""Lives in a household, in turn."""

_HEADS: Final = {"1": ("11", "12"), "2": ("12", "13"), "intra_corporate": ("12", "21")}
_UNION_DAYS: Final = 90
_ALLOWED: Final = 30


def permit_worker(home: Household) -> list[Draft]:
    """Some years with an employer, a permit for each; shifts in mining, home leave elsewhere."""
    worker = _worker(home)
    category, region, activity = home.draw("category"), home.draw("region"), home.draw("activity")
    worker.occupation = home.random.choice(_HEADS.get(category) or OCCUPATIONS[activity])
    kind = "intra_corporate" if category == "intra_corporate" else "employer"
    told = _post(home, worker, region, activity, qualified="true") | {"kind": kind}
    if kind == "employer":
        told["category"] = category
    years = home.random.choices((1, 2, 3), (48, 32, 20))[0]
    issued = home.day(-45, -8)
    worker.is_given_iin(home.day(-30, -5, issued), home.numbers)
    for _ in range(years):
        permit(home, worker, "work_permit", issued, 364, told)
        issued += timedelta(days=365)
    until = issued - timedelta(days=home.random.randint(5, 60))
    _at_work(home, worker, home.begins, until, (region, "work_permit"), rotates=activity == "B")
    may_die(home, worker, chance=0.002)
    return [worker]


def seasonal_worker(home: Household) -> list[Draft]:
    """One to three seasons on a farm, a permit for each, at the same place every year."""
    worker = _worker(home)
    region, activity = home.draw("region"), home.draw("activity")
    worker.occupation = home.random.choice(OCCUPATIONS[activity])
    told = _post(home, worker, region, activity, qualified="false") | {"kind": "seasonal"}
    day = home.begins
    for _ in range(home.random.choices((1, 2, 3), (50, 30, 20))[0]):
        issued, days = home.day(-25, -5, day), home.random.choices((90, 180, 270), (35, 45, 20))[0]
        worker.is_given_iin(home.day(-20, -2, issued), home.numbers)
        permit(home, worker, "work_permit", issued, days, told)
        worker.goes(day, HOME, region, "work", "work_permit")
        back = issued + timedelta(days=days - home.random.randrange(0, 20))
        if home.chance(0.04):
            overstay(home, worker, issued + timedelta(days=days + 1), home.random.randint(5, 90), region)
            back = issued + timedelta(days=days + 95)
        day = home.day(330, 400, day)
        worker.goes(back, worker.citizenship, None, "permanent", "abroad")
    return [worker]


def eaeu_worker(home: Household) -> list[Draft]:
    """A citizen of the Union, who needs no permit: months or years, with journeys home; some stay for good."""
    return _without_permit(home, "eaeu_work", "eaeu", {"country": ""})


def exempt_worker(home: Household) -> list[Draft]:
    """Somebody whom decree 1041 frees from the permit, or who does business of their own."""
    if home.draw("business") == "yes":
        return _business_immigrant(home)
    ground = home.draw("ground")
    told = {"ground": ground, "ground_document": f"D{home.first}"}
    return _without_permit(home, "exempt_work", "exempt", told, heads=ground == "head_of_foreign_company")


def irregular_worker(home: Household) -> list[Draft]:
    """Somebody who comes as a visitor and works: stays on without right, or leaves for a day to come in anew."""
    worker = _worker(home)
    region, activity = home.draw("region"), home.draw("activity")
    worker.occupation = home.random.choice(OCCUPATIONS[activity])
    day = home.begins
    for _ in range(home.random.choices((1, 2, 3), (45, 35, 20))[0]):
        back, expelled = _spell(home, worker, day, region)
        if expelled:
            break
        day = home.day(15, 200, back)
    return [worker]


def permit(home: Household, worker: Draft, deed: Deed, issued: date, days: int, told: dict[str, str]) -> None:
    """The act that a permit is issued, with what its register asks for."""
    applied = issued - timedelta(days=home.random.randint(5, 12))
    until = issued + timedelta(days=days)
    worker.does(
        issued, deed, **told, applied_on=str(applied), decided_on=str(issued), issued_on=str(issued),
        valid_from=str(issued), valid_until=str(until), occupation=str(worker.occupation),
    )  # fmt: skip


def _worker(home: Household) -> Draft:
    """A foreigner at home, with a passport, before the first journey."""
    worker = home.grown_up(0, home.draw("origin"))
    worker.starts(worker.citizenship)
    worker.has_passports(home.random, worker.citizenship, home.begins - timedelta(days=60))
    return worker


def _post(home: Household, worker: Draft, region: str, activity: str, *, qualified: str) -> dict[str, str]:
    employer = str(int(EMPLOYERS * home.random.random() ** 2))  # a few have many, many a few
    return {"region": region, "activity": activity, "employer": employer, "qualified": qualified}


def _without_permit(
    home: Household, deed: Deed, ground: Ground, details: dict[str, str], *, heads: bool = False
) -> list[Draft]:
    worker = _worker(home)
    region, activity = home.draw("region"), home.draw("activity")
    worker.occupation = home.random.choice(_HEADS["1"] if heads else OCCUPATIONS[activity])
    details = details | ({"country": worker.citizenship} if "country" in details else {})
    since = home.day(2, 30)
    stays_for_good = home.chance(0.12)
    until = home.era.end if stays_for_good else home.day(60, 900, since)
    told = _post(home, worker, region, activity, qualified="true" if worker.occupation[0] in "123" else "false")
    if not stays_for_good:
        told["works_until"] = str(until - timedelta(days=2))
    worker.is_given_iin(home.day(0, 20), home.numbers)
    worker.does(since, deed, **told, **details, works_from=str(since), occupation=str(worker.occupation))
    _at_work(home, worker, home.begins, until, (region, ground), rotates=False)
    may_die(home, worker, chance=0.002)
    return [worker]


def _business_immigrant(home: Household) -> list[Draft]:
    """Somebody with a company here, whom the register of permits knows for two years at a time."""
    worker = _worker(home)
    region, activity = home.draw("region"), home.draw("activity")
    worker.occupation = home.random.choice(_HEADS["1"])
    told = _post(home, worker, region, activity, qualified="true") | {"kind": "business_immigrant"}
    issued = home.day(5, 40)
    worker.is_given_iin(home.day(-20, -2, issued), home.numbers)
    permit(home, worker, "work_permit", issued, 729, told)
    _at_work(home, worker, home.begins, home.day(200, 729, issued), (region, "exempt"), rotates=False)
    return [worker]


def _at_work(
    home: Household, worker: Draft, since: date, until: date, where: tuple[str, Ground], *, rotates: bool
) -> None:
    """Stays at work from `since` until `until` with leave at home: four weeks about in shifts, else twice a year."""
    region, ground = where
    shift, leave = ((26, 30), (24, 32)) if rotates else ((90, 260), (8, 35))
    day = worker.goes(since, HOME, region, "work", ground)
    while True:
        out = home.day(*shift, day)
        if out >= until or out >= home.era.end:
            break
        out = worker.goes(out, worker.citizenship, None, "permanent", "abroad")
        day = home.day(*leave, out)
        if day >= until:
            return
        day = worker.goes(day, HOME, region, "work", ground)
    worker.goes(until, worker.citizenship, None, "permanent", "abroad")


def _spell(home: Household, worker: Draft, day: date, region: str) -> tuple[date, bool]:
    """From an entry to the last exit; whether it was an expulsion."""
    allowed = _UNION_DAYS if worker.citizenship == "KGZ" else _ALLOWED
    since = worker.goes(day, HOME, region, "private", "visa_free")
    if home.chance(0.4):  # leaves for a day or two to come in anew, as long as 90 days in 180 allow it
        for _ in range(home.random.randint(1, 2)):
            out = worker.goes(home.day(allowed - 4, allowed, since), worker.citizenship, None, "permanent", "abroad")
            since = worker.goes(home.day(1, 3, out), HOME, region, "private", "visa_free")
        return worker.goes(home.day(12, allowed - 2, since), worker.citizenship, None, "permanent", "abroad"), False
    without = worker.goes(since + timedelta(days=allowed), HOME, region, "work", "none")
    leaves = home.day(10, 260, without)
    expelled = False
    if home.draw("found") == "yes":
        expelled = home.draw("penalty") == "expulsion"
        kind = home.random.choice(("illegal_work", "overstay", "illegal_stay"))
        penalty = "expulsion" if expelled else "fine"
        found = home.day(3, 9, without)
        worker.does(found, "violation", violation=kind, since=str(without), region=region, penalty=penalty)
        if expelled:
            decided = home.day(1, 6, found)
            leaves = home.day(2, 10, decided)
            barred = leaves + timedelta(days=5 * 365)
            worker.does(
                decided, "expulsion", executed_on=str(leaves), to_country=worker.citizenship, barred_until=str(barred)
            )
        else:
            leaves = min(leaves, home.day(5, 30, found))
    return worker.goes(leaves, worker.citizenship, None, "permanent", "abroad"), expelled
