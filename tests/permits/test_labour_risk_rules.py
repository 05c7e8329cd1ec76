"""The tension score: between 0 and 100, monotone in each part, the sum of its parts (L8)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.permits.rules.labour_risk import MonthCounts, Score, score
from services.permits.rules.rulebook import rulebook

NORMS = rulebook().on(date(2026, 3, 31))
some = st.integers(0, 10**6)


@st.composite
def counts(draw: st.DrawFn) -> MonthCounts:
    foreigners = draw(some)
    known, checks = draw(st.integers(0, foreigners)), draw(some)
    return MonthCounts(
        foreigners,
        wages_known=known,
        low_wages=draw(st.integers(0, known)),
        foreigners_compared=draw(st.integers(0, foreigners)),
        citizens=draw(some),
        checks=checks,
        checks_with_violations=draw(st.integers(0, checks)),
        complaints=draw(some),
        enterprises=draw(st.integers(1, 1_000)),
    )


def found(of: MonthCounts) -> Score:
    return score(of, NORMS)


@settings(max_examples=50)
@given(counts())
def test_it_lies_between_0_and_100_and_is_the_sum_of_its_parts(of: MonthCounts) -> None:
    scored = found(of)
    assert 0 <= scored.score <= 100
    assert scored.score == sum(part.contribution for part in scored.parts)
    assert sum(part.weight for part in scored.parts) == 100
    for part in scored.parts:
        assert part.value is None or 0 <= part.value <= 1
        assert 0 <= part.contribution <= part.weight
        assert part.value is not None or part.contribution == Decimal(0)


@settings(max_examples=50)
@given(counts(), st.integers(1, 1_000))
def test_whatever_speaks_against_an_enterprise_never_lowers_it(of: MonthCounts, more: int) -> None:
    worse = [
        replace(of, complaints=of.complaints + more),
        replace(of, checks=of.checks + more, checks_with_violations=of.checks_with_violations + more),
        replace(of, low_wages=min(of.low_wages + more, of.wages_known)),
        replace(of, citizens=max(of.citizens - more, 0)),
    ]
    assert all(found(each).score >= found(of).score for each in worse)
    better = replace(of, citizens=of.citizens + more)
    assert found(better).score <= found(of).score or of.foreigners_compared + of.citizens == 0


@pytest.mark.parametrize(("complaints", "level"), [(0, "low"), (10**18, "medium")])
def test_levels_begin_where_the_norm_says(complaints: int, level: str) -> None:
    one = MonthCounts(1, checks=1, checks_with_violations=1, complaints=complaints)
    assert found(one).level == level
