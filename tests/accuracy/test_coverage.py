"""What is said of intervals: how many hold the truth, how sure that share is, whether they widen where they fail."""

import json
from pathlib import Path
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.accuracy.compared import Compared
from tests.accuracy.coverage import Country, Share, Widths, holds, pooled, read, share, text
from tests.accuracy.report import Report, write

SURE = 1.96


def said(truth: int, figure: float, error: float | None, period: str = "2024", measure: str = "EMI") -> Compared:
    """A figure with its standard error, as an accuracy report holds it."""
    margin = None if error is None else SURE * error
    low, high = (None, None) if margin is None else (figure - margin, figure + margin)
    return Compared(measure, period, truth, figure, "E", None, low, high)


def country(*compared: Compared, world: str = "", seed: int = 1) -> Country:
    return Country((seed, 100, "2020-01-01", "2025-12-31"), world, compared)


def test_an_interval_is_as_wide_as_its_level_asks() -> None:
    """Of 1.2816 standard errors on either side at 80 %, of 1.96 at 95 %; the ends belong to it."""
    assert [holds(said(100 + off, 100, 10), 0.80) for off in (0, 12, 13, -12, -13)] == [True, True, False, True, False]
    assert [holds(said(100 + off, 100, 10), 0.95) for off in (19, 20, -19, -20)] == [True, False, True, False]
    assert [holds(said(truth, 100, 0.0), 0.80) for truth in (100, 101)] == [True, False]
    assert holds(said(100, 100, None), 0.95) is None
    assert holds(Compared("EMI", "2024", 100, None, "", 7), 0.95) is None


def test_an_interval_may_reach_further_to_one_side() -> None:
    """As that of a final year does upwards, where crossings are undetermined."""
    lopsided = [Compared("IMM", "2021", truth, 100, "A", None, 90, 300) for truth in (89, 91, 94, 220, 260, 301)]
    assert [holds(each, 0.95) for each in lopsided] == [False, True, True, True, True, False]
    assert [holds(each, 0.80) for each in lopsided] == [False, False, True, True, False, False]


@given(st.integers(0, 10**6), st.floats(0, 10**6), st.floats(0, 10**6))
def test_what_a_narrow_interval_holds_a_wide_one_holds(truth: int, figure: float, error: float) -> None:
    one = said(truth, figure, error)
    assert holds(one, 0.80) <= holds(one, 0.95)  # type: ignore[operator]


def test_a_share_says_how_sure_it_is() -> None:
    """20 normal figures at their own quantiles: as many fall into the interval as it says."""
    quantiles = [NormalDist(100, 10).inv_cdf((place + 0.5) / 20) for place in range(20)]
    found = share((said(100, figure, 10) for figure in quantiles), 0.80)
    assert found == Share(0.80, 16, 20)
    assert found.error == pytest.approx(0.0894, abs=1e-4)
    assert found.is_as_said
    assert not Share(0.95, 80, 100).is_as_said
    assert Share(0.95, 18, 20).is_as_said  # few intervals say little
    assert share([said(1, 1, None)], 0.95) is None


def test_countries_of_one_world_are_taken_together() -> None:
    first = country(said(100, 100, 5), said(100, 130, 5, "2025"), said(7, 7, None, measure="coupons"))
    second = country(said(100, 103, 5), said(100, 99, 5, "2025"), seed=2)
    (found,) = pooled([first, second])
    assert (found.world, found.measure, found.widths) == ("", "EMI", None)
    assert [(each.level, each.inside, each.of) for each in found.shares] == [(0.80, 3, 4), (0.95, 3, 4)]


def test_widths_stand_beside_those_of_the_same_country_undisturbed() -> None:
    """Another seed's, and a period that has no interval there, are beside nothing; of those that fail, some widen."""
    usual = country(said(100, 100, 5), said(100, 100, 10, "2025"), said(100, 100, None, "2026"))
    other = country(said(100, 100, 1000), seed=2)
    broken = country(said(100, 150, 10), said(100, 150, 10, "2025"), said(100, 100, 9, "2026"), world="lost_year")
    found = pooled([broken, other, usual])
    assert [each.world for each in found] == ["", "lost_year"]
    assert found[1].widths == Widths(ratio=1.5, outside=2, wider=1, ratio_outside=1.5)
    (alone,) = pooled([broken])
    assert alone.widths is None
    table = text(found).splitlines()
    assert {row.count("|") for row in table} == {10}
    assert table[3].startswith("| lost_year | EMI | 3 | 33 % ± 23 % *")


def test_what_is_no_longer_estimated_is_said() -> None:
    """Of the same country alone, and of measures of which nothing is left, too."""
    usual = country(said(100, 100, 5), said(100, 100, 5, "2025"), said(9, 9, 1, measure="moves"))
    broken = country(said(100, 100, 9), said(100, 150, None, "2025"), world="lost_year")
    other = country(said(100, 100, 9), world="lost_year", seed=2)
    _, _, emigration, moves = pooled([usual, broken, other])
    assert (emigration.measure, emigration.withdrawn, [each.of for each in emigration.shares]) == ("EMI", 1, [2, 2])
    assert (moves.measure, moves.withdrawn, moves.shares, moves.widths) == ("moves", 1, (), None)
    assert text([moves]).splitlines()[-1] == "| lost_year | moves | 0 | - | - | - | - | - | 1 |"


def test_reports_are_read_as_they_were_written(tmp_path: Path) -> None:
    compared = [said(100, 110, 4), Compared("moves", "2024", 5, None, "", 3)]
    about = {"people": 100, "seed": 1, "start": "2020-01-01", "through": "2025-12-31"}
    write(Report(about, {}, {}, {}, compared), tmp_path / "usual")
    write(Report(about | {"world": "lost_year"}, {}, {}, {}, compared), tmp_path / "broken")
    assert read(tmp_path / "usual") == country(*compared)._replace(compared=compared)
    assert read(tmp_path / "broken" / "accuracy.json").world == "lost_year"
    assert "STD_ERROR" in text(pooled([country(compared[1])]))
    assert json.loads((tmp_path / "usual" / "accuracy.json").read_text())["coverage"][0]["inside"] == 0
