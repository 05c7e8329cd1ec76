"""Undercount (U): what share of citizens abroad our own register holds, and the adjusted count (5.4 of the method).

U = sum own / sum mirror over the trusted hosts of a group in a year, both brought to 12 months (durations); its
interval by bootstrap over hosts, with the chance of small counts (Poisson) in it. adjusted = mirror * R where the
host's register is trusted, else own * R / U: nobody knows how the consulate in that host differs (ELSEWHERE).
Own, mirror and adjusted stay three series. adjusted = own + definition gap + undercount: what another term of stay
would count (own * R - own) is never mixed with whom the register misses by behaviour.

After the idea of UndercountMigScores (MPIDR, doi 10.5281/zenodo.10789470).
"""

from collections.abc import Mapping
from math import log
from typing import Final, Literal, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from services.accounting.rules.estimates.durations import DRAWS, DurationFactor, StaysAbroad, durations, fixed
from services.accounting.rules.estimates.hosts import OWN, host

Floats = npt.NDArray[np.float64]

LEAST: Final = 3
"""Trusted hosts with both counts that an undercount needs at least: of fewer nobody could tell how they differ."""

INTERVAL: Final = (2.5, 97.5)
CONTINUITY: Final = 0.5
"""Added to both sides of a drawn ratio, so that a draw without anybody is no division by zero."""
ELSEWHERE: Final = log(2)
"""Standard deviation of the logarithm of U from one host to another, at least. Assumed: consulates of two countries
easily differ by a factor of two; so few trusted hosts cannot tell that they differ by less."""
UNLIKE: Final = log(10)
"""And at most: an interval of a hundredfold either way says that nothing is known."""

_NO_STAYS: Final[Mapping[str, StaysAbroad]] = {}


class TwoCounts(NamedTuple):
    """Persons: what our register holds and what the host reported, in one year; None: it said nothing."""

    own: int
    mirror: int | None


class Undercount(NamedTuple):
    """`share`: own of mirror, between `low` and `high` with 95 %. `hosts`: over which it was taken; `without` each of
    them the share would be another. `spread`: standard deviation of its logarithm from host to host."""

    share: float
    low: float
    high: float
    hosts: tuple[str, ...]
    without: Mapping[str, float]
    spread: float
    draws: Floats


class Estimate(NamedTuple):
    """`value` persons, `std_error` persons, between `low` and `high` with 95 %. `basis` says by which rule; `duration`:
    the factor by which the count was brought to 12 months, None of a stock or a sum; `assumed`: it is not known."""

    value: float
    std_error: float
    own: int
    definition: float
    undercount: float
    basis: Literal["mirror", "own", "sum"]
    by: Undercount | None
    duration: DurationFactor | None
    assumed: bool
    low: float
    high: float
    draws: Floats


def undercount(
    pairs: Mapping[str, TwoCounts], seed: str, factors: Mapping[str, DurationFactor] | None = None
) -> Undercount | None:
    """Over these hosts, all of which are trusted, their counts times their duration factors; None where they are too
    few, or nobody is in a register."""
    known = {country: pair for country, pair in sorted(pairs.items()) if pair.mirror}
    own = np.array([pair.own for pair in known.values()], np.float64)
    if len(known) < LEAST or not own.sum():
        return None
    one = fixed(1.0, "term")
    by_host = [(factors or {}).get(country, one) for country in known]
    counted = np.array([pair.mirror for pair in known.values()], np.float64)
    mirror = counted * [each.factor for each in by_host]
    random = np.random.default_rng(crc32(seed.encode()))
    picked = random.integers(len(known), size=(DRAWS, len(known)))
    drawn = random.poisson(own[picked]).sum(axis=1) + CONTINUITY
    scaled = counted[:, None] * np.array([each.draws for each in by_host])
    draws = drawn / (scaled[picked, np.arange(DRAWS)[:, None]].sum(axis=1) + CONTINUITY)
    low, high = np.percentile(draws, INTERVAL)
    left_out = (own.sum() - own) / (mirror.sum() - mirror)
    without = dict(zip(known, left_out.tolist(), strict=True))
    return Undercount(
        own.sum() / mirror.sum(), float(low), float(high), tuple(known), without, _spread(own, mirror), draws
    )


def _spread(own: Floats, mirror: Floats) -> float:
    """Between hosts beyond chance: DerSimonian and Laird's moment estimate over the logarithms of their shares, and at
    least ELSEWHERE."""
    said = np.log((own + CONTINUITY) / (mirror + CONTINUITY))
    weight = own + CONTINUITY  # the inverse of a logarithm's variance by chance
    mean = (weight * said).sum() / weight.sum()
    beyond = (weight * (said - mean) ** 2).sum() - (len(own) - 1)
    variance = max(0.0, float(beyond / (weight.sum() - (weight**2).sum() / weight.sum())))
    return float(min(max(ELSEWHERE, variance**0.5), UNLIKE))


def by_group(
    pairs: Mapping[str, TwoCounts], year: int, seed: str, factors: Mapping[str, DurationFactor] | None = None
) -> dict[str, Undercount]:
    """The undercount of each group of hosts; of a group with too few trusted ones, that of all trusted ones."""
    trusted = {country: pair for country, pair in pairs.items() if host(country, year).trusted}
    everywhere = undercount(trusted, f"{seed}.all", factors)
    found = {}
    for group in {host(country, year).group for country in pairs}:
        own = {country: pair for country, pair in trusted.items() if host(country, year).group == group}
        if by := undercount(own, f"{seed}.{group}", factors) or everywhere:
            found[group] = by
    return found


def adjusted(
    pairs: Mapping[str, TwoCounts], year: int, seed: str, *, flow: bool, stays: Mapping[str, StaysAbroad] = _NO_STAYS
) -> dict[str, Estimate]:
    """By host country what there is to say of it. `flow`: a count of a year's leavers needs duration factors, which
    `stays` abroad by country tell."""
    factors = durations((*pairs, OWN), year, stays) if flow else {}
    shares = by_group(pairs, year, seed, factors)
    found = {
        country: _adjusted(country, pair, year, shares, f"{seed}.{country}", factors)
        for country, pair in sorted(pairs.items())
        if pair.own or pair.mirror
    }
    return {country: each for country, each in found.items() if each}


def total(estimates: Mapping[str, Estimate], pairs: Mapping[str, TwoCounts]) -> Estimate | None:
    """Of all countries together; None where one that anybody is known to be in has no estimate."""
    if not estimates or {country for country, pair in pairs.items() if pair.own or pair.mirror} - set(estimates):
        return None
    parts = list(estimates.values())
    return _estimate(
        sum(each.value for each in parts),
        sum(each.own for each in parts),
        sum(each.definition for each in parts),
        "sum",
        None,
        None,
        any(each.assumed for each in parts),
        np.array([each.draws for each in parts]).sum(axis=0),
    )


def _adjusted(
    country: str, pair: TwoCounts, year: int, shares: Mapping[str, Undercount], seed: str,
    factors: Mapping[str, DurationFactor],
) -> Estimate | None:  # fmt: skip
    there = host(country, year)
    random = np.random.default_rng(crc32(seed.encode()))
    one = fixed(1.0, "term")  # a stock on a date has no term of stay
    ours, theirs = factors.get(OWN, one), factors.get(country, one)
    definition = pair.own * ours.factor - pair.own
    if there.trusted and pair.mirror:
        draws = random.poisson(pair.mirror, DRAWS) * theirs.draws
        duration = theirs if factors else None
        return _estimate(
            pair.mirror * theirs.factor,
            pair.own,
            definition,
            "mirror",
            None,
            duration,
            theirs.basis == "assumed",
            draws,
        )
    if not pair.own or not (by := shares.get(there.group)):
        return None  # nobody in the register, and a host that is not trusted: there is nothing honest to say
    value = pair.own * ours.factor / by.share
    chance = random.gamma(pair.own + CONTINUITY, size=DRAWS) * ours.draws / by.draws
    if float(chance.std()) >= value - pair.own:
        return None  # so few are in the register that it says less than the count alone (as decision 0065 has it)
    draws = chance * np.exp(random.normal(0.0, by.spread, DRAWS))
    duration = ours if factors else None
    return _estimate(value, pair.own, definition, "own", by, duration, ours.basis == "assumed", draws)


def _estimate(
    value: float, own: int, definition: float, basis: Literal["mirror", "own", "sum"], by: Undercount | None,
    duration: DurationFactor | None, assumed: bool, draws: Floats,
) -> Estimate:  # fmt: skip
    low, high = (float(each) for each in np.percentile(draws, INTERVAL))
    missed = value - own - definition
    return Estimate(
        value, float(draws.std()), own, definition, missed, basis, by, duration, assumed,
        min(low, value), max(high, value), np.asarray(draws, np.float64),
    )  # fmt: skip
