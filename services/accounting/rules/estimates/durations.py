"""Duration factors (R): by what a host's count of arrivals is multiplied to be one of stays of 12 months (5.4).

A source's factor goes before all. A host that counts from a year on needs none. Of one that counts from three months
on, our own border says how many such departures are emigrations by M1216R: of citizens who left for that country for
90 days or more, or for any where these are few. That share is the least that R can be, since M1216R decides nothing of
people whose first status it does not know, and the whole is the most: R is taken to lie anywhere between, in the
middle. Where none of it is known R is 1, and is said to be assumed.
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from services.accounting.rules.estimates.hosts import host

Floats = npt.NDArray[np.float64]
Basis = Literal["source", "term", "border", "assumed"]

DRAWS: Final = 999
ENOUGH: Final = 20
"""Stays that a country's own factor needs at least; fewer say less than those in all countries together."""
SHORT_TERM, LONG_TERM = 3, 12
"""Months: U98's absence that ends a stay, and the rule's majority."""


class StaysAbroad(NamedTuple):
    """Departures of citizens for 3 months or more that were emigrations (`long`), and those that were none."""

    long: int
    short: int


class DurationFactor(NamedTuple):
    """`factor` R, its draws, and what it rests on."""

    factor: float
    draws: Floats
    basis: Basis


def durations(countries: Iterable[str], year: int, stays: Mapping[str, StaysAbroad]) -> dict[str, DurationFactor]:
    """The factor of each of these countries in a year."""
    everywhere = StaysAbroad(sum(each.long for each in stays.values()), sum(each.short for each in stays.values()))
    return {
        country: _duration(country, year, stays.get(country, StaysAbroad(0, 0)), everywhere) for country in countries
    }


def fixed(factor: float, basis: Basis) -> DurationFactor:
    """One that is not estimated."""
    return DurationFactor(factor, np.full(DRAWS, factor), basis)


def _duration(country: str, year: int, own: StaysAbroad, everywhere: StaysAbroad) -> DurationFactor:
    said = host(country, year)
    if said.factor is not None:
        return fixed(said.factor, "source")
    if said.term == LONG_TERM:
        return fixed(1.0, "term")
    seen = own if sum(own) >= ENOUGH else everywhere
    if said.term != SHORT_TERM or sum(seen) < ENOUGH:
        return fixed(1.0, "assumed")
    random = np.random.default_rng(crc32(f"duration.{country}.{year}".encode()))
    long, short = seen.long + 0.5, seen.short + 0.5  # after Jeffreys: neither nobody nor everybody, for good
    least = random.beta(long, short, DRAWS)
    draws = least + random.random(DRAWS) * (1 - least)
    return DurationFactor((long / (long + short) + 1) / 2, np.asarray(draws, np.float64), "border")
