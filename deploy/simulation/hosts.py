"""What host countries count of citizens abroad, each by its own definition and with its own gaps (hosts.toml), as the
file of published figures that an operator loads (`make load`).

A host knows a person or does not, for good: which, is drawn by the country's seed, the host and the life alone. A host
that has fallen silent (misspecified.Silence) publishes no year that ends after its last day.
"""

import csv
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Final, Literal, get_args

from deploy.simulation.life import Life, Stay

FILE: Final = "hosts.csv"
HOME: Final = "KAZ"

Count = Literal["WORKING", "STUDYING", "IMM"]

VISIT: Final = timedelta(90)
"""An absence that is shorter is a visit elsewhere. Assumed of all hosts alike."""

_ALL: Final = "*"
_PURPOSES: Final = {"WORKING": "work", "STUDYING": "study"}
_KEYS: Final = {
    "WORKING": ("DF_MIRROR", "A.WORKING.PUBLISHED.{0}.KAZ.{0}"),
    "STUDYING": ("DF_ABROAD", "A.STUDYING.PUBLISHED.KZ.{0}._T._T._T"),
    "IMM": ("DF_MIRROR", "A.IMM.PUBLISHED.{0}.KAZ.{0}"),
}
_MEMBERS: Final = {"country", "counts", "says", "source", "least", "holds", "strays", "among"}
_COLUMNS: Final = (
    "flow", "key", "period", "value", "unit", "approximate", "concept", "source", "citation", "reported_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Host:
    """One line of hosts.toml, of one country."""

    country: str
    counts: Count
    says: str
    least: int
    holds: float
    strays: float

    def knows(self, seed: int, life: int) -> bool:
        """Whether its register holds the person, if there."""
        return Random(f"{seed}/host/{self.country}/{self.counts}/{life}").random() < self.holds

    def told(self, seed: int, year: int, persons: int) -> int:
        """The figure that comes of so many."""
        strayed = Random(f"{seed}/host/{self.country}/{self.counts}/{year}/told").gauss(1.0, self.strays)
        return max(0, round(persons * strayed))


def read(lines: Sequence[dict[str, object]]) -> tuple[Host, ...]:
    """Hosts from what their file says. Raises ValueError where a line is none."""
    found: dict[tuple[str, str], Host] = {}
    for line in lines:
        known = {*line} | {"among"} == _MEMBERS and line["counts"] in get_args(Count)
        least, holds, strays = (float(str(line.get(name, -1))) for name in ("least", "holds", "strays"))
        if not known or least < 0 or not 0 < holds <= 1 or not 0 <= strays < 1 or not line["source"]:
            raise ValueError(f"{line} is no host")
        among = line.get("among", ())
        countries = among if isinstance(among, list) and line["country"] == _ALL else [line["country"]]
        for country in map(str, countries):
            counts: Count = line["counts"]  # type: ignore[assignment]  # held above
            if found.setdefault((country, counts), host := Host(
                country, counts, str(line["says"]), int(least), holds, strays
            )) is not host:  # fmt: skip
                raise ValueError(f"{country} counts {counts} twice")
    return tuple(found.values())


@cache
def hosts() -> tuple[Host, ...]:
    """Those of hosts.toml."""
    lines = tomllib.loads(Path(__file__).with_name("hosts.toml").read_text(encoding="utf-8"))["hosts"]
    return read(lines)


class HostFigures:
    """Counts life by life, then writes the file."""

    def __init__(
        self, seed: int, start: date, through: date, silent: Mapping[str, date], told: Sequence[Host] | None = None
    ) -> None:
        past = through + timedelta(1)
        self._seed, self._silent, self._hosts = seed, silent, hosts() if told is None else told
        self._years = range(start.year + (start > date(start.year, 1, 1)), past.year)
        self._found = Counter[tuple[Host, int]]()
        self._by_country: dict[str, list[Host]] = {}
        for each in self._hosts:
            self._by_country.setdefault(each.country, []).append(each)

    def live(self, life: Life) -> None:
        """Counts a life in each host and year in which it is known there."""
        counted = {
            (host, year)
            for came, stays in ((False, _one_after_the_other(life)), (True, _over_visits(life)))
            for stay in stays
            for host in self._by_country.get(stay.country, ())
            if (host.counts == "IMM") == came
            for year in self._years
            if _counts(host, life, stay, year)
        }
        self._found.update(each for each in counted if each[0].knows(self._seed, life.number))

    def write(self, file: Path) -> None:
        """Every figure that a host publishes; zero where it publishes and knows of nobody."""
        with file.open("w", encoding="utf-8", newline="") as open_file:
            rows = csv.writer(open_file, lineterminator="\n")
            rows.writerow(_COLUMNS)
            for host in self._hosts:
                for year in self._years:
                    if self._silent.get(host.country, date.max) > date(year, 12, 31):
                        flow, key = _KEYS[host.counts]
                        value = host.told(self._seed, year, self._found[host, year])
                        source = f"invented register of {host.country}"
                        rows.writerow(
                            (flow, key.format(host.country), year, value, "PS", "no", host.says, source, "", "")
                        )


def _one_after_the_other(life: Life) -> Iterator[Stay]:
    """Stays abroad as a host sees them: what follows in one country for one purpose without a gap is one stay."""
    held: Stay | None = None
    for stay in life.stays:
        if held and (held.country, held.purpose) == (stay.country, stay.purpose):
            held = Stay(held.since, stay.until, held.country, held.region, held.purpose, held.ground)
            continue
        if held and held.country != HOME:
            yield held
        held = stay
    if held and held.country != HOME:
        yield held


def _over_visits(life: Life) -> Iterator[Stay]:
    """Stays abroad with short absences in them: whoever comes back from a visit has not immigrated again."""
    held: dict[str, Stay] = {}
    for stay in life.stays:
        before = held.get(stay.country)
        if before and before.until and stay.since - before.until < VISIT:
            stay = Stay(before.since, stay.until, stay.country, stay.region, before.purpose, before.ground)
        elif before and stay.country != HOME:
            yield before
        held[stay.country] = stay
    yield from (stay for country, stay in held.items() if country != HOME)


def _counts(host: Host, life: Life, stay: Stay, year: int) -> bool:
    """Whether a host's definition means the stay in a year."""
    last, term = date(year, 12, 31), timedelta(host.least)
    if host.counts == "IMM":
        came = stay.since.year == year and life.citizenship_on(stay.since) == HOME and stay.since > life.born
        return came and (stay.until is None or stay.until - stay.since >= term)
    there = stay.purpose == _PURPOSES[host.counts] and life.citizenship_on(last) == HOME
    return there and stay.since + term <= last and (stay.until is None or stay.until > last)
