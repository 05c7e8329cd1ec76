"""What the consular service sees of a life: citizens abroad who care to register, students, who is in trouble."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from deploy.simulation.life import Act, Life, Stay
from deploy.simulation.registers.office import HOME, Draft, Office, World
from deploy.simulation.written import Written

MISSIONS = {
    "TUR": "Ankara", "TKM": "Ashgabat", "CHN": "Beijing", "DEU": "Berlin", "KGZ": "Bishkek", "TJK": "Dushanbe",
    "GBR": "London", "RUS": "Moscow", "IND": "New Delhi", "KOR": "Seoul", "UZB": "Tashkent", "IRN": "Tehran",
    "JPN": "Tokyo", "MNG": "Ulaanbaatar", "POL": "Warsaw", "USA": "Washington",
}  # fmt: skip
"""The mission of a country, by contracts/codes/agency_reach.csv: in others nobody can register."""

LONG_STAY = timedelta(days=90)
_PURPOSES = frozenset({"work", "study", "treatment", "tourism", "family", "permanent"})
_STUDY = ("region", "level", "funding")


def written(world: World, life: Life) -> Iterator[Written]:
    """Everything that the consular service is told of a life."""
    mission = Office(world, life, "consular", "consular")
    yield from _registrations(mission)
    for act in life.acts:
        if act.deed == "trouble_abroad" and mission.within(act.day):
            yield from _assistance(mission, act)
    school = Office(world, life, "education", "consular")
    for act in life.acts:
        if act.deed == "studies" and school.within(act.day):
            yield from _study(school, act)


def _registrations(mission: Office) -> Iterator[Written]:
    life = mission.life
    for stay in life.stays:
        citizen = life.citizenship_on(stay.since) == HOME
        long = stay.until is None or stay.until - stay.since >= LONG_STAY
        if stay.country in MISSIONS and citizen and long and mission.happens("registers_with_mission", stay.country):
            day = mission.after("registers_with_mission", stay.since)
            still_there = stay.until is None or day < stay.until
            if still_there and mission.within(day) and life.citizenship_on(day) == HOME:
                yield from _registration(mission, stay, day)


def _registration(mission: Office, stay: Stay, day: date) -> Iterator[Written]:
    body: dict[str, Any] = {
        "mission": MISSIONS[stay.country],
        "country": stay.country,
        "purpose": stay.purpose if stay.purpose in _PURPOSES else "other",
        "registered_on": day.isoformat(),
        "abroad_since": stay.since.isoformat(),
    }
    if mission.life.region_of_origin:
        body["region_of_origin"] = mission.region(mission.life.region_of_origin, day)
    if mission.life.occupation and stay.purpose == "work":
        body["occupation"] = mission.life.occupation
    work = next((act for act in mission.life.acts if act.deed == "work_abroad" and act.day == stay.since), None)
    if work is not None and "legality" in work.details:
        body["legality"] = work.details["legality"]
    changes = []
    if stay.until is not None and mission.happens("leaves_mission"):
        told = mission.after("leaves_mission", stay.until)
        changes.append((told, {"ended_on": stay.until.isoformat(), "end_reason": "return"}))
    yield from mission.write("consular-registrations", "consul", Draft("registration", day, body, changes))


def _assistance(mission: Office, act: Act) -> Iterator[Written]:
    country = act.details.get("country") or _country_on(mission.life, act.day)
    if country not in MISSIONS:
        return
    body = {
        "mission": MISSIONS[country],
        "country": country,
        "kind": act.details.get("kind", "other"),
        "opened_on": act.day.isoformat(),
    }
    changes = []
    if closed := act.details.get("closed_on"):
        outcome = {"closed_on": closed, "outcome": act.details.get("outcome", "solved")}
        changes.append((mission.known_on(date.fromisoformat(closed)), outcome))
    yield from mission.write("assistance-cases", "consul", Draft("assistance", act.day, body, changes))


def _country_on(life: Life, day: date) -> str | None:
    return next((s.country for s in life.stays if s.since <= day and (s.until is None or day < s.until)), None)


def _study(school: Office, act: Act) -> Iterator[Written]:
    """A citizen's course abroad, or a foreigner's here."""
    details = act.details
    country = details.get("country") or _country_on(school.life, act.day)
    abroad = school.life.citizenship_on(act.day) == HOME
    if country is None or abroad == (country == HOME) or not school.happens("school_reports", country):
        return
    body: dict[str, Any] = {"level": "bachelor", "funding": "own_means"}
    body |= {name: details[name] for name in _STUDY if name in details}
    body |= {
        "institution": f"Invented university {details.get('institution', '0')}",
        "country": country,
        "since": act.day.isoformat(),
    }
    if until := details.get("until"):
        body["until"] = until
    if abroad:
        body.pop("region", None)
    else:
        body["region"] = school.region(details.get("region"), act.day)
    told_on = school.after("school_reports", act.day)
    yield from school.write("studies", "education", Draft("study", act.day, body, told_on=told_on))
