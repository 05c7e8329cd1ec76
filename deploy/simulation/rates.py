"""The rates of imperfections, by register and origin, as rates.toml gives them."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from deploy.simulation.life import People

Register = Literal["border", "police", "hosts", "kandas", "permits", "consular", "education"]
_PLACES = {"register": frozenset(get_args(Register)), "origin": frozenset(get_args(People))}


class Days(NamedTuple):
    """The least and the most days of what comes late."""

    least: int
    most: int


class Rates:
    """Read once; asked by register, people and the country that a life comes from or goes to."""

    def __init__(self, tables: dict[str, dict[str, Any]]) -> None:
        self._lines = {name: table["rates"] for name, table in tables.items()}
        self.days = {name: Days(*table["days"]) for name, table in tables.items() if "days" in table}
        self._known: dict[tuple[Register, People, str], dict[str, float]] = {}
        for name, table in tables.items():
            _expect_whole(name, table)

    def of(self, register: Register, people: People, country: str) -> dict[str, float]:
        """Every imperfection's rate there, by name."""
        key = (register, people, country)
        if key not in self._known:
            self._known[key] = {name: self._rate(lines, *key) for name, lines in self._lines.items()}
        return self._known[key]

    @staticmethod
    def _rate(lines: list[dict[str, Any]], register: str, people: str, country: str) -> float:
        here = {"register": register, "origin": people, "country": country}
        fitting = [line["rate"] for line in lines if all(here[k] == v for k, v in line.items() if k != "rate")]
        return float(fitting[-1])


def _expect_whole(name: str, table: dict[str, Any]) -> None:
    """Raises ValueError where a table is not one of rates: says, source, a rate for everybody first, known places."""
    if not table.get("says") or not table.get("source") or set(table["rates"][0]) != {"rate"}:
        raise ValueError(f"{name}: says, source, and first of all a rate for everybody are expected")
    for line in table["rates"]:
        known = all(line[key] in places for key, places in _PLACES.items() if key in line)
        if not known or not set(line) <= {"rate", "country", *_PLACES} or not 0 <= line["rate"] <= 1:
            raise ValueError(f"{name}: {line} is no rate")


@cache
def rates() -> Rates:
    """Those of rates.toml."""
    return Rates(tomllib.loads(Path(__file__).with_name("rates.toml").read_text(encoding="utf-8")))
