"""Tension score of an enterprise or a region in a month: from wages, checks, complaints and the foreign share (L8).

Source: the concept of migration policy (decree 602 of 29.09.2017), plan of measures 4, asks for the map and names what
it is made from; no formula was read, so weights and bounds are Kosh's own (decision 0043), dated data in norms.toml.

    score = sum of the parts' contributions, 0 to 100
    contribution of a part = its weight x its value, 0 to 1; weights sum to 100
    wages          foreign workers paid below the threshold / those whose wage is known
    checks         checks that found violations / the number of them that counts in full, at most 1
    complaints     complaints, those found unfounded apart, per 100 foreign workers / the number that counts in full
    foreign_share  foreign workers / all workers, of employers that reported their staff

What is not known contributes nothing and is said to be unknown: the score is then the least that it can be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal

from shared.kernel.norms import NormsInForce

PartName = Literal["wages", "checks", "complaints", "foreign_share"]
Level = Literal["low", "medium", "high"]
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class MonthCounts:
    """What is counted of an enterprise, or summed over a region: workers at work in the month, checks and complaints
    of the window that ends with it. `foreigners_compared` are those of employers that reported their `citizens`."""

    foreigners: int = 0
    wages_known: int = 0
    low_wages: int = 0
    foreigners_compared: int = 0
    citizens: int = 0
    checks: int = 0
    checks_with_violations: int = 0
    complaints: int = 0
    enterprises: int = 1

    def __add__(self, other: "MonthCounts") -> "MonthCounts":
        return MonthCounts(**{each.name: getattr(self, each.name) + getattr(other, each.name) for each in fields(self)})


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score: `value` from 0 to 1, None where it is not known; `weight` and `contribution` in points."""

    name: PartName
    value: Decimal | None
    weight: int
    contribution: Decimal
    explanation: str


@dataclass(frozen=True, slots=True)
class Score:
    """`rules` are the norms applied, each with its version."""

    score: Decimal
    level: Level
    parts: tuple[Part, ...]
    rules: tuple[str, ...]


def low_wage(norms: NormsInForce) -> int:
    """The wage in tenge a month below which a worker counts as paid low."""
    return norms["minimum_wage"].whole() * norms["labour_risk_low_wage"].whole() // 100


def window(norms: NormsInForce) -> int:
    """For how many months, the scored one the last, checks and complaints count."""
    return norms["labour_risk_window"].whole()


def score(counts: MonthCounts, norms: NormsInForce) -> Score:
    """The score of an enterprise or a region, each part with its value, weight and contribution."""
    weights, full = norms["labour_risk_weights"].table(), norms["labour_risk_full"].table()
    values: Mapping[PartName, tuple[Fraction | None, str]] = {
        "wages": _share(counts.low_wages, counts.wages_known, f"below {low_wage(norms)} tenge a month, of known wages"),
        "checks": _checks(counts, full["checks"]),
        "complaints": _complaints(counts, full["complaints"]),
        "foreign_share": _share(
            counts.foreigners_compared,
            counts.foreigners_compared + counts.citizens,
            "foreign, of the staff of employers that reported it",
        ),
    }
    parts = tuple(_part(name, value, weights[name], said) for name, (value, said) in values.items())
    total = sum((part.contribution for part in parts), Decimal())
    return Score(total, _level(total, norms), parts, _rules(norms))


def _share(part: int, whole: int, of: str) -> tuple[Fraction | None, str]:
    if whole == 0:
        return None, f"nothing is known of those {of}"
    return Fraction(part, whole), f"{part} of {whole} {of}"


def _checks(counts: MonthCounts, full: int) -> tuple[Fraction | None, str]:
    found = counts.checks_with_violations
    return (
        min(Fraction(found, full * max(counts.enterprises, 1)), Fraction(1)),
        f"{found} of {counts.checks} checks found violations; {full} an enterprise count in full",
    )


def _complaints(counts: MonthCounts, full: int) -> tuple[Fraction | None, str]:
    said = f"{counts.complaints} complaints about {counts.foreigners} foreign workers; {full} per 100 count in full"
    workers = max(counts.foreigners, counts.enterprises, 1)  # who employs none any more can be complained about
    return min(Fraction(counts.complaints * 100, workers * full), Fraction(1)), said


def _part(name: PartName, value: Fraction | None, weight: int, said: str) -> Part:
    if value is None:
        return Part(name, None, weight, Decimal("0.00"), said)
    return Part(name, _rounded(value, Decimal("0.0001")), weight, _rounded(value * weight, _HUNDREDTH), said)


def _rounded(value: Fraction, unit: Decimal) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(unit, ROUND_HALF_UP)


def _level(total: Decimal, norms: NormsInForce) -> Level:
    levels = norms["labour_risk_levels"].table()
    if total >= levels["high"]:
        return "high"
    return "medium" if total >= levels["medium"] else "low"


def _rules(norms: NormsInForce) -> tuple[str, ...]:
    names = ("weights", "full", "levels", "low_wage", "window")
    applied = [norms["minimum_wage"], *(norms[f"labour_risk_{name}"] for name in names)]
    return tuple(f"{norm.name} {norm.version}" for norm in applied)
