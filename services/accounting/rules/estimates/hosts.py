"""Which host countries' registers are trusted to count who comes from Kazakhstan, and duration factors (R).

The table is data with a reason for each row; what was assumed says so. A country that is not in it is not trusted and
belongs to the group `other`. `term`: months that a stay has to last, or be meant to, for the host to count it.
`factor`: by what its count is multiplied to be one of stays of 12 months, where a source says it; else our own border
says how many departures for the host's term are emigrations (durations); where neither does, it is 1, and
the estimate says that it is assumed. A stock on a date needs none.
"""

import csv
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

OWN: Final = "KAZ"
OTHER: Final = "other"


class Host(NamedTuple):
    """`term` (months) and `factor` None: not known."""

    country: str
    group: str
    trusted: bool
    since: date | None
    until: date | None
    term: int | None
    factor: float | None
    reason: str


def _read() -> tuple[Host, ...]:
    with Path(__file__).with_name("trusted_hosts.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Host(
                row["country"], row["group"], row["trusted"] == "yes", _day(row["since"]), _day(row["until"]),
                int(row["term"]) if row["term"] else None, float(row["factor"]) if row["factor"] else None,
                row["reason"],
            )
            for row in csv.DictReader(file)
        )  # fmt: skip


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


HOSTS: Final = _read()


def host(country: str, year: int) -> Host:
    """What the table says of a country at the end of a year."""
    day = date(year, 12, 31)
    for each in HOSTS:
        if each.country == country and (each.since or day) <= day <= (each.until or day):
            return each
    return Host(country, OTHER, False, None, None, None, None, "not in the table of trusted hosts")
