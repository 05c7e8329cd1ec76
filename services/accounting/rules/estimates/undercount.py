"""Undercount (U): what share of citizens abroad our own register holds, and the adjusted count (5.4 of the method).

U = sum own / sum mirror over the trusted hosts of a group in a year; its interval by bootstrap over hosts, with the
chance of small counts (Poisson) in it. adjusted = mirror * R where the host's register is trusted, else own * R / U.
Own, mirror and adjusted stay three series. adjusted = own + definition gap + undercount: what another term of stay
would count (own * R - own) is never mixed with whom the register misses by behaviour.

After the idea of UndercountMigScores (MPIDR, doi 10.5281/zenodo.10789470).
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from services.accounting.rules.estimates.hosts import OWN, host

Floats = npt.NDArray[np.float64]

DRAWS: Final = 999
LEAST: Final = 3
"""Trusted hosts with both counts that an undercount needs at least: of fewer nobody could tell how they differ."""

INTERVAL: Final = (2.5, 97.5)
CONTINUITY: Final = 0.5
"""Added to both sides of a drawn ratio, so that a draw without anybody is no division by zero."""


class TwoCounts(NamedTuple):
    """Persons: what our register holds and what the host reported, in one year; None: it said nothing."""

    own: int
    mirror: int | None


class Undercount(NamedTuple):
    """`share`: own of mirror, between `low` and `high` with 95 %. `hosts`: over which it was taken."""

    share: float
    low: float
    high: float
    hosts: tuple[str, ...]
    draws: Floats


class Estimate(NamedTuple):
    """`value` persons, `std_error` persons. `basis` says by which rule; `assumed`: the duration factor is not known."""

    value: float
    std_error: float
    own: int
    definition: float
    undercount: float
    basis: Literal["mirror", "own", "sum"]
    by: Undercount | None
    assumed: bool
    draws: Floats


def undercount(pairs: Mapping[str, TwoCounts], seed: str) -> Undercount | None:
    """Over these hosts, all of which are trusted; None where they are too few, or nobody is in a register."""
    known = sorted((country, pair.own, pair.mirror) for country, pair in pairs.items() if pair.mirror)
    own, mirror = (np.array([each[side] for each in known], dtype=np.float64) for side in (1, 2))
    if len(known) < LEAST or not own.sum():
        return None
    random = np.random.default_rng(crc32(seed.encode()))
    picked = random.integers(len(known), size=(DRAWS, len(known)))
    drawn = random.poisson(own[picked]).sum(axis=1) + CONTINUITY
    draws = drawn / (mirror[picked].sum(axis=1) + CONTINUITY)
    low, high = np.percentile(draws, INTERVAL)
    return Undercount(own.sum() / mirror.sum(), float(low), float(high), tuple(each[0] for each in known), draws)


def by_group(pairs: Mapping[str, TwoCounts], year: int, seed: str) -> dict[str, Undercount]:
    """The undercount of each group of hosts; of a group with too few trusted ones, that of all trusted ones."""
    trusted = {country: pair for country, pair in pairs.items() if host(country, year).trusted}
    everywhere = undercount(trusted, f"{seed}.all")
    found = {}
    for group in {host(country, year).group for country in pairs}:
        own = {country: pair for country, pair in trusted.items() if host(country, year).group == group}
        if by := undercount(own, f"{seed}.{group}") or everywhere:
            found[group] = by
    return found


def adjusted(pairs: Mapping[str, TwoCounts], year: int, seed: str, *, flow: bool) -> dict[str, Estimate]:
    """By host country what there is to say of it. `flow`: a count of a year's leavers needs duration factors."""
    shares = by_group(pairs, year, seed)
    found = {
        country: _adjusted(country, pair, year, shares, f"{seed}.{country}", flow=flow)
        for country, pair in sorted(pairs.items())
        if pair.own or pair.mirror
    }
    return {country: each for country, each in found.items() if each}


def total(estimates: Mapping[str, Estimate], pairs: Mapping[str, TwoCounts]) -> Estimate | None:
    """Of all countries together; None where one that anybody is known to be in has no estimate."""
    if not estimates or {country for country, pair in pairs.items() if pair.own or pair.mirror} - set(estimates):
        return None
    parts = list(estimates.values())
    draws = np.array([each.draws for each in parts]).sum(axis=0)
    return Estimate(
        sum(each.value for each in parts),
        float(draws.std()),
        sum(each.own for each in parts),
        sum(each.definition for each in parts),
        sum(each.undercount for each in parts),
        "sum",
        None,
        any(each.assumed for each in parts),
        np.asarray(draws, dtype=np.float64),
    )


def _adjusted(
    country: str, pair: TwoCounts, year: int, shares: Mapping[str, Undercount], seed: str, *, flow: bool
) -> Estimate | None:
    there, ours = host(country, year), host(OWN, year)
    random = np.random.default_rng(crc32(seed.encode()))
    own_factor = (ours.factor or 1.0) if flow else 1.0
    definition = pair.own * own_factor - pair.own
    if there.trusted and pair.mirror:
        factor = (there.factor or 1.0) if flow else 1.0
        value, by = pair.mirror * factor, None
        draws = random.poisson(pair.mirror, DRAWS) * factor
        assumed = flow and there.factor is None
    elif pair.own and (by := shares.get(there.group)):
        value = pair.own * own_factor / by.share
        draws = random.poisson(pair.own, DRAWS) * own_factor / by.draws
        assumed = flow and ours.factor is None
    else:
        return None
    missed = value - pair.own * own_factor
    basis: Literal["mirror", "own"] = "own" if by else "mirror"
    return Estimate(
        value, float(draws.std()), pair.own, definition, missed, basis, by, assumed, np.asarray(draws, dtype=np.float64)
    )
