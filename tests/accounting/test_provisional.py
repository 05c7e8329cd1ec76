"""Open crossings get their probability of being a migration from the frozen past (5.3)."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.estimates import backtest, past, strata
from services.accounting.rules.estimates.past import Counts, Past, past_of
from services.accounting.rules.estimates.provisional import OpenModel, fit, learn
from services.accounting.rules.figures.dimensions import country_code, purpose_code
from services.accounting.rules.persons.people import People
from services.accounting.rules.residence.history import CROSSING, EVIDENCE
from services.accounting.rules.residence.initial import initial_status
from services.accounting.rules.residence.outcome import NON_RESIDENT, NOT_KNOWN
from services.accounting.rules.residence.reckoning import Coverage
from services.accounting.rules.residence.residence import M1216
from tests.accounting.histories import Histories, day, generate
from tests.accounting.oracle_provisional import became

COVERAGE = Coverage(day("2018-01-01"), day("2024-01-01"))
RUSSIAN, UZBEK = country_code("RUS"), country_code("UZB")


def people_of(histories: Histories, purpose: int = 0, citizen: int = UZBEK) -> People:
    """Persons with these crossings, whose first status each source states, classified as of COVERAGE."""
    crossings = np.zeros(len(histories.day), CROSSING)
    crossings["day"], crossings["arrival"] = histories.day, histories.arrival
    crossings["purpose"], crossings["citizen"] = purpose, citizen
    crossings["stated"] = np.repeat(histories.initial, histories.lengths)
    crossings["state"] = histories.classify(COVERAGE.obs_end).states
    persons = len(histories.lengths)
    none, empty = np.zeros(persons, np.int64), np.zeros(0, np.int64)
    ids = np.arange(persons)
    return People(ids, empty, none, crossings, histories.lengths, np.zeros(0, EVIDENCE), none, empty, none)


def known(histories: Histories) -> Histories:
    """The same, each first status that the register's days tell, and of nobody not known."""
    stated = np.where(histories.initial == NOT_KNOWN, NON_RESIDENT, histories.initial)
    first = np.minimum(np.cumsum(histories.lengths) - histories.lengths, len(histories.day) - 1)
    initial = initial_status(histories.day[first], histories.arrival[first], stated, COVERAGE.register_start, M1216)
    return histories._replace(initial=initial)


def stays(lengths_of_stay: list[int], arrivals: list[int]) -> Histories:
    """Persons from abroad who each come once, and go after so many days."""
    days = np.array([[at, at + stay] for at, stay in zip(arrivals, lengths_of_stay, strict=True)])
    count = len(arrivals)
    return Histories(
        np.full(count, 2), days.ravel(), np.tile([True, False], count), np.full(count, NON_RESIDENT, np.uint8)
    )


def past_at(histories: Histories, months: list[str]) -> Past:
    return past_of(people_of(histories), COVERAGE, np.array(months, "datetime64[M]").astype(np.int64))


def test_the_past_is_what_the_oracle_says_of_each_person() -> None:
    histories = known(generate(400, 7, COVERAGE.register_start, COVERAGE.obs_end))
    then = "2021-03"
    found = past_at(histories, [then]).counts
    expected: Counter[tuple[int, ...]] = Counter()
    for crossings, initial in histories.persons():
        assert initial is not None
        expected.update(
            (each.arrival, each.elapsed, each.share * 2 + each.there, each.place, migrated)
            for (each, migrated), _ in became(crossings, initial, day(f"{then}-01"), COVERAGE.obs_end).items()
        )
    counted: Counter[tuple[int, ...]] = Counter()
    for stratum, open, migrations in zip(found.stratum, found.open, found.migrations, strict=True):
        parts = tuple(
            int(stratum) >> strata.FIELDS[name][0] & (1 << strata.FIELDS[name][1]) - 1
            for name in ("direction", "elapsed", "course", "place")
        )
        counted[*parts, True] += int(migrations)
        counted[*parts, False] += int(open - migrations)
    assert +counted == +expected
    assert sum(counted.values()) > 100


def test_the_past_of_parts_is_the_past_of_all() -> None:
    histories = known(generate(300, 8, COVERAGE.register_start, COVERAGE.obs_end))
    people, months = people_of(histories), past.vintages(COVERAGE)
    whole = past_of(people, COVERAGE, months)
    joined = past.nothing(months)
    for part in people.parts(70):
        joined = joined.joined(past_of(part, COVERAGE, months))
    for one, other in zip((*whole.counts, *whole[2:]), (*joined.counts, *joined[2:]), strict=True):
        assert np.array_equal(one, other)


def test_what_was_final_then_and_what_was_open_are_what_is_final_now() -> None:
    histories = known(generate(500, 9, COVERAGE.register_start, COVERAGE.obs_end))
    found = past_of(people_of(histories), COVERAGE, past.vintages(COVERAGE))
    became_so = past.by_month(found, found.counts.migrations)
    assert np.array_equal(found.final_then + became_so, found.final_now)
    assert found.final_now.sum() > 1_000


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        ("2020-01-01", "2021-12-31", None, None),
        ("2020-01-01", "2023-01-01", "2021-01", "2021-09"),
        ("2010-01-01", "2023-01-01", "2016-10", "2021-09"),
    ],
)
def test_a_vintage_counts_where_all_its_crossings_are_decided(
    start: str, end: str, first: str | None, last: str | None
) -> None:
    months = past.vintages(Coverage(day(start), day(end)))
    assert list(months[[0, -1]].astype("datetime64[M]").astype(str) if len(months) else []) == [
        each for each in (first, last) if each
    ]


def test_nothing_is_learned_of_a_young_register_or_of_hardly_anybody() -> None:
    assert not len(past.vintages(Coverage(0, 0)))
    assert learn(past.nothing(past.vintages(Coverage(0, 2 * 365)))) is None
    few = known(generate(30, 3, COVERAGE.register_start, COVERAGE.obs_end))
    assert learn(past_of(people_of(few), COVERAGE, past.vintages(COVERAGE))) is None


counts_of_strata = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 4), st.integers(0, 9), st.integers(0, 40), st.integers(0, 40)),
    min_size=1,
    max_size=30,
)


@given(rows=counts_of_strata)
def test_a_probability_lies_between_the_share_of_the_stratum_and_that_around_it(
    rows: list[tuple[int, int, int, int, int]],
) -> None:
    direction, elapsed, purpose, became_so, stayed = map(np.array, zip(*rows, strict=True))
    stratum = strata.number(direction=direction, elapsed=elapsed, purpose=purpose)
    zero = np.zeros(len(rows), np.int64)
    base, steps = fit(past.summed(Counts(zero, zero, stratum, became_so + stayed, became_so)))
    coarser = base[strata.is_arrival(np.unique(stratum)).astype(np.int64)]
    finest = np.unique(stratum)
    for step in steps:
        at = np.searchsorted(step.stratum, strata.coarsened(finest, step.level))
        own = np.divide(step.migrations, step.open, out=np.full(len(step.open), np.nan), where=step.open > 0)[at]
        around, found = coarser, step.probability[at]
        lone = np.isnan(own)
        assert np.allclose(found[lone], around[lone])
        low, high = np.minimum(own, around), np.maximum(own, around)
        assert np.all(lone | ((found >= low - 1e-9) & (found <= high + 1e-9)))
        coarser = found
    assert np.all((coarser >= 0) & (coarser <= 1))


def test_a_small_stratum_says_little_and_a_large_one_speaks_for_itself() -> None:
    purposes = np.array([purpose_code(each) for each in ("work", "study", "tourism", "treatment")])
    stratum = strata.number(direction=1, elapsed=3, course=9, purpose=purposes)
    zero = np.zeros(4, np.int64)
    base, steps = fit(Counts(zero, zero, stratum, np.array([1000, 1000, 1000, 1]), np.array([300, 900, 10, 1])))
    model = OpenModel(base, steps, np.zeros((2, 4)), np.ones(2))
    work, study, tourism, treatment = model.probability(stratum)
    assert (round(work, 2), round(study, 2), round(tourism, 2)) == (0.30, 0.90, 0.01)
    assert base[1] < treatment < 0.9  # its one crossing was a migration
    unseen = strata.number(direction=1, elapsed=3, course=9, purpose=purpose_code("family"), citizen=RUSSIAN)
    assert 0.3 < float(model.probability(np.array([int(unseen)]))[0]) < 0.5  # that of all purposes


def country(shares: list[float], seed: int) -> Histories:
    """Foreigners who come for good or for less than a year, and residents who leave likewise: of each a year's share
    for good."""
    random = np.random.default_rng(seed)
    first, years = COVERAGE.register_start + 30, len(shares)
    count = 700 * years
    year = np.repeat(np.arange(years), 700)
    at = first + year * 365 + random.integers(0, 365, count)
    for_good = random.random(count) < np.array(shares)[year]
    stay = np.where(for_good, 10_000, random.integers(20, 340, count))
    arrival = np.tile([True, False], count // 2)
    days = np.column_stack((at, at + stay)).ravel()
    return Histories(np.full(count, 2), days, np.column_stack((arrival, ~arrival)).ravel(), (~arrival).astype(np.uint8))


def test_estimates_hold_what_the_months_came_to_and_the_naive_count_does_not() -> None:
    people = people_of(country([0.3] * 5, seed=5))
    found = past_of(people, COVERAGE, past.vintages(COVERAGE))
    judged = backtest.backtest(found)
    factors = backtest.widening(judged)
    of_years = [each for each in backtest.quality(judged, factors) if each.span == "A"]
    assert len(of_years) == 2
    for each in of_years:
        assert each.beats_naive
        assert abs(each.bias) < 0.1 < 0.5 < each.naive_revision
        assert each.covered[95] >= 0.9


def test_years_that_differ_make_the_estimate_unsure() -> None:
    same, other = (
        learn(past_of(people_of(country(shares, seed=5)), COVERAGE, past.vintages(COVERAGE)))
        for shares in ([0.3] * 5, [0.1, 0.5, 0.1, 0.5, 0.1])
    )
    assert same is not None
    assert other is not None
    assert (other.spread[:, :3] > 2 * same.spread[:, :3]).all()  # of months in which much is open


def test_a_back_test_knows_nothing_of_later_days() -> None:
    """What an estimate of the past would have been does not change with what comes after its day."""
    histories = country([0.3] * 5, seed=6)
    months = past.vintages(COVERAGE)
    whole = backtest.backtest(past_of(people_of(histories), COVERAGE, months))
    earlier = months[: len(months) - 8]
    then = int(past.first_day(earlier[-1])) + past.FINAL_AFTER
    seen = Coverage(COVERAGE.register_start, then)
    people = people_of(histories)
    people.crossings["state"] = histories.classify(then).states
    before = backtest.backtest(past_of(people, seen, earlier))
    assert len(before) > 12
    assert before == whole[: len(before)]
