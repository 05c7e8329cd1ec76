"""Undercount and the adjusted count: which rule is taken, that parts add up, and that the interval holds the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.estimates.durations import StaysAbroad, durations
from services.accounting.rules.estimates.hosts import HOSTS, OWN, host
from services.accounting.rules.estimates.undercount import LEAST, TwoCounts, adjusted, total, undercount

YEAR = 2024
TRUSTED = sorted(each.country for each in HOSTS if each.trusted)
PAIRS = {
    "DEU": TwoCounts(50, 500), "KOR": TwoCounts(200, 1000), "POL": TwoCounts(10, 100), "RUS": TwoCounts(1000, 25_000),
    "TUR": TwoCounts(30, None),
}  # fmt: skip

counts = st.integers(0, 10**6)
pairs = st.dictionaries(
    st.sampled_from([*TRUSTED[:6], "RUS", "BLR", "TUR"]),
    st.builds(TwoCounts, counts, st.none() | counts),
)


def test_a_trusted_hosts_figure_stands_and_others_are_our_own_over_the_undercount() -> None:
    found = adjusted(PAIRS, YEAR, "WORKING.2024", flow=False)
    assert found["KOR"].basis == "mirror"
    assert found["KOR"].value == 1000
    by = found["TUR"].by
    assert by is not None
    assert by.hosts == ("DEU", "KOR", "POL"), "hosts that are not trusted say nothing of the undercount"
    assert by.share == pytest.approx(260 / 1600)
    assert by.low < by.share < by.high
    assert found["TUR"].value == pytest.approx(30 / by.share)
    assert found["RUS"].basis == "own", "its own figure is not trusted, and stands beside the estimate"


def test_the_same_evidence_gives_the_same_interval_in_any_order() -> None:
    again = adjusted(dict(reversed(PAIRS.items())), YEAR, "WORKING.2024", flow=False)
    first = adjusted(PAIRS, YEAR, "WORKING.2024", flow=False)
    assert {at: each[:5] for at, each in again.items()} == {at: each[:5] for at, each in first.items()}


def test_of_too_few_trusted_hosts_nothing_is_estimated() -> None:
    few = {country: PAIRS[country] for country in ("DEU", "KOR", "TUR", "RUS")}
    assert len([country for country in few if host(country, YEAR).trusted]) < LEAST
    found = adjusted(few, YEAR, "WORKING.2024", flow=False)
    assert set(found) == {"DEU", "KOR"}
    assert total(found, few) is None, "a sum without those of whom nothing is known would be no total"


def test_an_unknown_duration_factor_is_said_of_flows_and_of_no_stock() -> None:
    assert host(OWN, YEAR).factor is None
    assert all(each.assumed for each in adjusted(PAIRS, YEAR, "seed", flow=True).values())
    assert not any(each.assumed for each in adjusted(PAIRS, YEAR, "seed", flow=False).values())


def test_our_border_says_how_many_of_a_hosts_short_stays_become_a_year() -> None:
    """At least 60/80 of Korea's own stays do; of Germany's, too few, at least that of all: 66/90; at most all do, and R
    lies in the middle. Sweden counts from a year on."""
    stays = {"KOR": StaysAbroad(60, 20), "DEU": StaysAbroad(6, 4)}
    counted = PAIRS | {"SWE": TwoCounts(5, 40), "NLD": TwoCounts(5, 40)}
    found = adjusted(counted, YEAR, "EMIGRANTS.2024", flow=True, stays=stays)
    said = {country: each.value for country, each in found.items() if each.basis == "mirror"}
    own, all = (60.5 / 81 + 1) / 2, (66.5 / 91 + 1) / 2
    expected = {"KOR": 1000 * own, "DEU": 500 * all, "POL": 100 * all, "SWE": 40, "NLD": 40}
    assert said == pytest.approx(expected)
    assumed = {country for country in said if found[country].assumed}
    assert assumed == {"NLD"}, "neither a source nor the border tells of a term that is not known"
    by = found["TUR"].by
    assert by is not None
    mirror = sum(said.values())
    assert by.share == pytest.approx(sum(counted[country].own for country in said) / mirror)
    assert adjusted(counted, YEAR, "s", flow=False, stays=stays)["KOR"].value == 1000, "a stock needs no factor"


def test_few_stays_tell_no_factor() -> None:
    found = durations(["KOR"], YEAR, {"KOR": StaysAbroad(10, 9)})
    assert (found["KOR"].factor, found["KOR"].basis) == (1.0, "assumed")
    (one,) = durations(["KOR"], YEAR, {"KOR": StaysAbroad(10, 10)}).values()
    assert (one.factor, one.basis) == (0.75, "border")
    low, high = np.percentile(one.draws, [2.5, 97.5])
    assert low < 0.5, "anywhere between"
    assert high > 0.95


def test_another_host_may_differ_from_those_that_are_trusted() -> None:
    """Beyond chance by a factor of two at least, which the interval of the undercount itself does not hold."""
    large = {country: TwoCounts(each.own * 1000, each.mirror and each.mirror * 1000) for country, each in PAIRS.items()}
    estimate = adjusted(large, YEAR, "seed", flow=False)["TUR"]
    assert estimate.by is not None
    assert estimate.by.high / estimate.by.low < 2.5
    assert estimate.low < estimate.value / 2.5
    assert estimate.high > estimate.value * 2.5


def test_where_chance_is_larger_than_what_is_missed_nothing_is_said() -> None:
    """A tenth of each count: one person in the register of Poland, three in that of Türkiye."""
    few = {country: TwoCounts(each.own // 10, each.mirror and each.mirror // 10) for country, each in PAIRS.items()}
    found = adjusted(few | {"TUR": TwoCounts(1, None)}, YEAR, "seed", flow=False)
    assert "TUR" in adjusted(PAIRS, YEAR, "seed", flow=False)
    assert "TUR" not in found
    assert set(found) >= {"DEU", "KOR", "POL"}, "a trusted host's own figure stands"


def test_what_changes_when_one_host_is_left_out_is_said() -> None:
    by = adjusted(PAIRS, YEAR, "seed", flow=False)["TUR"].by
    assert by is not None
    assert by.without == {
        "DEU": pytest.approx(210 / 1100), "KOR": pytest.approx(60 / 600), "POL": pytest.approx(250 / 1500),
    }  # fmt: skip


@given(pairs, st.booleans())
def test_an_estimate_is_the_own_count_the_definition_gap_and_the_undercount(
    found: dict[str, TwoCounts], flow: bool
) -> None:
    estimates = adjusted(found, YEAR, "seed", flow=flow)
    everywhere = total(estimates, found)
    for each in (*estimates.values(), *([everywhere] if everywhere else [])):
        assert each.value == pytest.approx(each.own + each.definition + each.undercount, abs=1e-6)
        assert np.isfinite([each.value, each.std_error]).all()
        assert each.std_error >= 0
        assert 0 <= each.low <= each.value <= each.high


def test_the_interval_of_the_undercount_holds_the_truth_as_often_as_it_says() -> None:
    """300 invented sets of hosts whose consulates differ: the true share of all hosts lies within, but for chance."""
    random = np.random.default_rng(20)
    hosts, true, trials = 12, 0.1, 300
    inside = 0
    for trial in range(trials):
        mirror = random.integers(500, 5000, hosts)
        own = random.poisson(mirror * true * random.gamma(20, 1 / 20, hosts))
        drawn = {str(at): TwoCounts(int(own[at]), int(mirror[at])) for at in range(hosts)}
        found = undercount(drawn, f"trial {trial}")
        assert found is not None
        inside += found.low <= true <= found.high
    assert inside / trials > 0.95 - 4 * (0.95 * 0.05 / trials) ** 0.5
