"""Registers beside the border that fall silent, or speak up: what was heard of them by month, and where that breaks.

Border figures do not rest on them; the residency index and estimates of citizens abroad do. Where a month is usually of
few records, the last twelve months are judged as one.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import numpy as np

from services.accounting.rules.estimates.breaks import FAR, FEWEST, LEAST, Break, breaks

LATE: Final = 2
"""The last months, of which records are still coming. Assumed: notices come within days, courses within a term."""
YEAR: Final = 12


class Members(NamedTuple):
    """The members of a fact's body that name its day and country; without a country all are one series."""

    day: str
    country: str | None = None


HEARD: Final[Mapping[str, Members]] = {
    "host_notification.v1": Members("stay_from"),
    "consular_registration.v1": Members("registered_on", "country"),
}
"""Facts that are counted by month. Courses are not: a year has two terms, and hardly any other month."""


class Heard(NamedTuple):
    """Records of a fact of a month (since 1970), of a country or of all (`_T`)."""

    fact: str
    country: str
    month: int
    records: int


def silent(heard: Iterable[Heard], months: tuple[int, int]) -> list[Break]:
    """The months that break, of every series, whole months half-open. A series is named by its fact and its country."""
    first, end = months[0], months[1] - LATE
    if end <= first:
        return []
    counts: dict[str, np.ndarray] = {}
    for each in heard:
        if first <= each.month < end:
            name = each.fact.partition(".")[0] + ("" if each.country == "_T" else f":{each.country}")
            counts.setdefault(name, np.zeros(end - first, np.int64))[each.month - first] += each.records
    return [found for name, own in sorted(counts.items()) for found in _of(name, first, own)]


def _of(name: str, first: int, counts: np.ndarray) -> list[Break]:
    """From the first month on in which anything was heard: a register that is new has not been silent before."""
    began = int(np.flatnonzero(counts)[0])
    own = counts[began:]
    if np.median(own) >= LEAST:
        return breaks(name, first + began, own)
    return _last_year(name, first + began, own)


def _last_year(name: str, first: int, counts: np.ndarray) -> list[Break]:
    """The last twelve months as one, beside those before: a fall by more than chance, or nothing."""
    years = counts[len(counts) % YEAR :].reshape(-1, YEAR).sum(axis=1)
    if len(years) <= FEWEST:
        return []
    usual = float(np.median(years[:-1]))
    if usual < LEAST or usual - years[-1] <= max(FAR * np.sqrt(usual), usual / 2):
        return []
    start = len(counts) - YEAR
    return [Break(name, first + month, float(counts[month]), usual / YEAR) for month in range(start, len(counts))]
