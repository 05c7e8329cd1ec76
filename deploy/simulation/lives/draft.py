"""A life in the making: stays, acts, names, citizenships and papers are added in order, then it is finished.

The simulated time (`Era`) bounds it: what would begin after the end is left out, what began before the first day is
known from that day on.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Literal

from deploy.simulation import documents
from deploy.simulation.life import Act, Deed, Ground, Kind, Life, Name, Paper, Stay
from deploy.simulation.people import Numbers

DAY = timedelta(days=1)
HOME = "KAZ"


@dataclass(frozen=True, slots=True)
class Era:
    """Simulated time. Lives are known from `dawn`; registers write from `start` through `through`; lives are drawn
    until `end` (exclusive), so that what counts within 16 months of a crossing is settled."""

    start: date
    through: date
    before: date = field(init=False)
    dawn: date = field(init=False)
    end: date = field(init=False)

    def __post_init__(self) -> None:
        """500 days before the registers begin and after they end: who has lived here since dawn was a resident when
        they began. A story may begin years before dawn: what is known of it begins with dawn."""
        object.__setattr__(self, "before", self.start - timedelta(days=2500))
        object.__setattr__(self, "dawn", self.start - timedelta(days=500))
        object.__setattr__(self, "end", self.through + timedelta(days=500))


@dataclass(slots=True)
class Draft:
    """One life while it is told. Days may be given beyond the era: they are left out."""

    era: Era
    number: int
    household: int
    kind: Kind
    sex: Literal["M", "F"]
    born: date
    name: Name
    citizenship: str
    region_of_origin: str | None = None
    occupation: str | None = None
    education: str | None = None
    iin: str | None = None
    iin_since: date | None = None
    died: date | None = None
    is_twin: bool = False
    partner: Name | None = None
    names: list[tuple[date, Name]] = field(default_factory=list)
    citizenships: list[tuple[date, str]] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names.append((self.born, self.name))
        self.citizenships.append((self.born, self.citizenship))

    @property
    def first_day(self) -> date:
        """The first day on which the life is known."""
        return max(self.born, self.era.dawn)

    def age_on(self, day: date) -> int:
        """Full years of age."""
        return day.year - self.born.year - ((day.month, day.day) < (self.born.month, self.born.day))

    def starts(
        self, country: str, region: str | None = None, purpose: str = "permanent", ground: Ground = "citizen"
    ) -> None:
        """Where the life is on its first day; who is born here in the known time has an act of birth."""
        self.stays.append(_stay(max(self.born, self.era.before), country, region, purpose, ground))
        if self.born > self.era.dawn and country == HOME:
            self.does(self.born, "birth", region=str(region))

    def goes(self, day: date, country: str, region: str | None, purpose: str, ground: Ground) -> date:
        """From `day` on the life is elsewhere, or there on another ground. Returns the day that it came to be: never
        before the day after the last change."""
        last = self.stays[-1]
        if (last.country, last.region, last.purpose, last.ground) == (country, region, purpose, ground):
            return max(day, last.since)
        day = max(day, last.since + DAY)
        if day < self.era.end:
            self.stays[-1] = Stay(last.since, day, last.country, last.region, last.purpose, last.ground)
            self.stays.append(_stay(day, country, region, purpose, ground))
        return day

    def trip(self, day: date, days: int, country: str, purpose: str) -> date:
        """A journey out of where the life is and back to the same; returns the day of return."""
        home = self.stays[-1]
        out = self.goes(day, country, None, purpose, "abroad")
        return self.goes(out + timedelta(days=days), home.country, home.region, home.purpose, home.ground)

    def visit(self, day: date, days: int, region: str, ground: Ground) -> date:
        """A journey to Kazakhstan from where the life is abroad, and back to the same; returns the day of return."""
        abroad = self.stays[-1]
        since = self.goes(day, HOME, region, "private", ground)
        return self.goes(since + timedelta(days=days), abroad.country, None, abroad.purpose, "abroad")

    def does(self, day: date, deed: Deed, **details: str) -> None:
        """An act of a day; one before the first known day is left out."""
        if self.first_day <= day < self.era.end:
            self.acts.append(Act(day, deed, details))

    def becomes(self, day: date, citizenship: str) -> None:
        """The citizenship that holds from a day on."""
        self.citizenship = citizenship
        self.citizenships.append((day, citizenship))

    def is_called(self, day: date, name: Name) -> None:
        """The name that is borne from a day on."""
        self.name = name
        self.names.append((day, name))

    def is_given_iin(self, day: date, numbers: Numbers) -> None:
        """The IIN, given on a day: at birth, or on the way."""
        if self.iin is None:
            self.iin = numbers.iin(self.number, self.born, self.sex, twin=self.is_twin)
            self.iin_since = day

    def is_issued(self, kind: Literal["P", "I", "R"], state: str, day: date, expires: date | None = None) -> Paper:
        """A paper in the name that is borne on the day."""
        name = next((each for since, each in reversed(self.names) if since <= day), self.names[0][1])
        paper = documents.issue(self.number, len(self.papers), kind, state, name, day, expires)
        self.papers.append(paper)
        return paper

    def has_passports(self, random: Random, state: str, needed: date, until: date | None = None) -> None:
        """A state's passport that holds on `needed`, and its renewals up to `until` or the end of time."""
        last = min(until or self.era.end, self.era.end)
        age = timedelta(days=random.randrange(5, documents.years_of(state) * 365 - 40))
        day = max(needed - age, self.born + timedelta(days=20))
        paper = self.is_issued("P", state, min(day, max(needed, self.born)))
        while len(self.papers) < 12:
            day = documents.next_day(random, paper)
            if day >= last:
                break
            paper = self.is_issued("P", state, max(day, paper.issued_on + DAY))

    def dies(self, day: date) -> None:
        """The life ends; what was told of later days is taken back when it is finished."""
        if self.first_day < day < self.era.end and self.died is None:
            self.died = day

    def finish(self) -> Life:
        """The life as it was, in order and within the era."""
        end = self.died or self.era.end
        stays = [
            stay for stay in self.stays if stay.since < end and (stay.until is None or stay.until > self.first_day)
        ]
        if stays[0].since < self.first_day:
            first = stays[0]
            stays[0] = Stay(self.first_day, first.until, first.country, first.region, first.purpose, first.ground)
        if self.died:
            last = stays[-1]
            stays[-1] = Stay(last.since, self.died, last.country, last.region, last.purpose, last.ground)
            self.acts = [act for act in self.acts if act.day < end] + [Act(self.died, "death")]
        elif stays[-1].until is not None:
            last = stays[-1]
            stays[-1] = Stay(last.since, None, last.country, last.region, last.purpose, last.ground)
        return Life(
            self.number, self.household, self.kind, self.sex, self.born, self.died,
            tuple(sorted((each for each in self.names if each[0] < end or each[0] == self.born), key=_first)),
            tuple(sorted((each for each in self.citizenships if each[0] < end or each[0] == self.born), key=_first)),
            tuple(sorted((paper for paper in self.papers if paper.issued_on < end), key=_issued)),
            self.iin, self.iin_since, self.region_of_origin, self.occupation, self.education,
            tuple(stays), tuple(sorted(self.acts, key=_day)),
        )  # fmt: skip


def _stay(since: date, country: str, region: str | None, purpose: str, ground: Ground) -> Stay:
    return Stay(
        since, None, country, region if country == HOME else None, purpose, ground if country == HOME else "abroad"
    )


def _first(dated: tuple[date, object]) -> date:
    return dated[0]


def _issued(paper: Paper) -> date:
    return paper.issued_on


def _day(act: Act) -> date:
    return act.day
