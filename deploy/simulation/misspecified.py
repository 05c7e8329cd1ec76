"""Mis-specified worlds: countries that break what methods rely on (worlds/*.toml), to see whether estimates say so.

A world is the country of the same seed but for what its file says: registers with gaps that nobody declares, people who
behave otherwise from a day on. Lives are changed before anything is written of them, so that the truth is that world's.
The same seed and world give the same bits; draws have a generator of their own, so that all else stays as it was.
"""

import tomllib
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final, Literal, get_args

from deploy.simulation.life import Ground, Kind, Life, Stay
from deploy.simulation.spool import ORDER
from deploy.simulation.written import Written
from shared.kernel.calendar import add_months

HOME: Final = "KAZ"
AS_IT_IS: Final = ""
"""The world that breaks nothing."""

_FOLDER: Final = Path(__file__).with_name("worlds")
_GAP: Final = {"paths", "by", "months", "countries"}
_CHANGE: Final = {"kinds", "grounds", "months", "share", "days"}
_PARTS: Final = ("gaps", "changes", "silent")
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gap:
    """What registers do not hold: records of `paths`, from `since` until `until` (exclusive) by the day on which they
    truly happened (`day`) or became known (`known_on`); with `countries`, only those that name one of them."""

    paths: frozenset[str]
    by: Literal["day", "known_on"]
    since: date
    until: date
    countries: frozenset[str]

    def holds(self, each: Written) -> bool:
        """Whether a record, or what became of it, falls into the gap."""
        day = each.day if self.by == "day" else each.known_on
        named = not self.countries or each.record.get("country") in self.countries
        return each.path in self.paths and named and self.since <= day < self.until


@dataclass(frozen=True, slots=True)
class Change:
    """What people do otherwise: a `share` of the stays here of `kinds` on `grounds` that begin from `since` through
    `through` and end with a journey, last from `least` to `most` days, or until the day before the next stay."""

    kinds: frozenset[str]
    grounds: frozenset[str]
    since: date
    through: date
    share: float
    least: int
    most: int

    def lived(self, life: Life, draw: Random) -> Life:
        """The life as it is lived under the change."""
        if life.kind not in self.kinds:
            return life
        stays = list(life.stays)
        for place in range(len(stays) - 1):
            if self._concerns(stays[place], stays[place + 1]) and draw.random() < self.share:
                days = draw.randint(self.least, self.most)
                stays[place], stays[place + 1] = _lengthened(stays[place], stays[place + 1], days)
        return replace(life, stays=tuple(stays))

    def _concerns(self, stay: Stay, after: Stay) -> bool:
        return (
            stay.country == HOME != after.country
            and stay.ground in self.grounds
            and self.since <= stay.since <= self.through
            and stay.since + timedelta(self.least) > after.since  # it would have been shorter
        )


@dataclass(frozen=True, slots=True)
class Misspecified:
    """One world, for registers that write until a certain day."""

    name: str
    gaps: tuple[Gap, ...]
    changes: tuple[Change, ...]
    silent: dict[str, date] = field(default_factory=dict)
    """Host countries that publish nothing of a year that ends on this day or later."""

    def lived(self, seed: int, life: Life) -> Life:
        """The life as it is lived in this world; a household's members do the same."""
        for number, change in enumerate(self.changes):
            life = change.lived(life, Random(f"{seed}/{self.name}/{number}/{life.household}"))
        return life

    def is_held(self, each: Written) -> bool:
        """Whether the registers of this world hold it."""
        return not any(gap.holds(each) for gap in self.gaps)


def names() -> list[str]:
    """Every world that has a file."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def world(name: str, through: date) -> Misspecified:
    """A world by its name, AS_IT_IS for the one that breaks nothing. Raises ValueError where there is none, or where
    its file is not one of worlds."""
    if name == AS_IT_IS:
        return Misspecified(name, (), ())
    if name not in names():
        raise ValueError(f"no world {name!r}: there are {', '.join(names())}")
    told = tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return read(name, told, through)


def read(name: str, told: dict[str, Any], through: date) -> Misspecified:
    """A world from what its file says. Raises ValueError where that is not whole."""
    if not told.get("says") or not told.get("source") or not {*told} <= {"says", "source", *_PARTS}:
        raise ValueError(f"{name}: says, source, and any of {', '.join(_PARTS)} are expected")
    gaps = tuple(_gap(line, through) for line in told.get("gaps", ()))
    changes = tuple(_change(line, through) for line in told.get("changes", ()))
    silent = {country: _before(through, line["months"]) for line in told.get("silent", ()) for country in _silent(line)}
    if not gaps and not changes and not silent:
        raise ValueError(f"{name}: it breaks nothing")
    return Misspecified(name, gaps, changes, silent)


def _silent(line: dict[str, Any]) -> list[str]:
    if {*line} != {"countries", "months"} or not line["countries"] or line["months"] < 0:
        raise ValueError(f"{line} is no silence")
    return [str(country) for country in line["countries"]]


def _gap(line: dict[str, Any], through: date) -> Gap:
    since, until = line["months"]
    known = {*line} <= _GAP and {*line["paths"]} <= {*ORDER} and line["by"] in ("day", "known_on")
    ends_well = line["by"] == "day" or until == 0  # else corrections would come of records that never came
    if not known or since <= until or not ends_well:
        raise ValueError(f"{line} is no gap")
    countries = frozenset(line.get("countries", ()))
    return Gap(frozenset(line["paths"]), line["by"], _before(through, since), _before(through, until), countries)


def _change(line: dict[str, Any], through: date) -> Change:
    known = {*line["kinds"]} <= {*get_args(Kind)} and {*line["grounds"]} <= {*get_args(Ground)}
    least, most = line["days"]
    if {*line} != _CHANGE or not known or not 0 <= line["share"] <= 1 or not 0 < least <= most:
        raise ValueError(f"{line} is no change")
    kinds, grounds, since = frozenset(line["kinds"]), frozenset(line["grounds"]), _before(through, line["months"])
    return Change(kinds, grounds, since, through, line["share"], least, most)


def _before(through: date, months: int) -> date:
    return add_months(through + _DAY, -months)


def _lengthened(stay: Stay, after: Stay, days: int) -> tuple[Stay, Stay]:
    """Two stays between which the journey lies so many days after the first began, before the second one ends."""
    until = stay.since + timedelta(days)
    if after.until is not None:
        until = max(after.since, min(until, after.until - _DAY))
    return replace(stay, until=until), replace(after, since=until)
