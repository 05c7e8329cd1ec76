"""Estimates say that they are unsure before they are wrong: where a register breaks, and how groups of a size err."""

from decimal import Decimal

import numpy as np
import pytest

from services.accounting.rules.estimates import breaks, groups, past
from services.accounting.rules.estimates.breaks import Break, Volumes
from services.accounting.rules.estimates.expected import BROKEN, BY_PURPOSE, GROUP, NO_INTERVAL, Expected, estimated
from services.accounting.rules.estimates.findings import Findings, find, nobody, read
from services.accounting.rules.estimates.groups import OfSize
from services.accounting.rules.estimates.silence import Heard, silent
from services.accounting.rules.figures.flow_figures import Estimated
from services.accounting.rules.figures.movements import CellKind, month_of
from services.accounting.rules.figures.series import Counts
from services.accounting.rules.persons.people import People
from services.accounting.rules.residence.outcome import NON_RESIDENT, Migration, resolved_migration
from shared.kernel.periods import Period
from tests.accounting.histories import Histories, day
from tests.accounting.test_losses import _classified
from tests.accounting.test_provisional import COVERAGE, country, people_of

SEASONS = np.array([100, 90, 110, 120, 130, 150, 220, 200, 150, 120, 100, 110])


def volumes(seed: int, years: int, scale: float = 1.0) -> np.ndarray:
    """A quiet series of months, with seasons."""
    return np.random.default_rng(seed).poisson(np.tile(SEASONS * scale, years))


def found(counts: np.ndarray) -> list[Break]:
    return breaks.breaks("arrivals", 600, counts)


def test_a_quiet_register_does_not_break() -> None:
    assert sum(len(found(volumes(seed, 6))) for seed in range(60)) <= 1  # of 4,320 months
    assert not any(found(volumes(seed, 6, scale=0.02)) for seed in range(20))  # hardly anybody: nothing is said


def test_a_year_that_is_lost_breaks_with_each_of_its_months_and_no_other() -> None:
    for seed in range(20):
        counts = volumes(seed, 6)
        counts[30:42] = 0
        assert [each.month - 600 for each in found(counts)] == list(range(30, 42))
    assert all(each.seen == 0 and 80 < each.usual < 260 for each in found(counts))


@pytest.mark.parametrize(("factor", "broken"), [(0.1, True), (0.5, True), (0.9, False), (1.1, False), (2.5, True)])
def test_a_month_breaks_by_how_far_it_is_off(factor: float, broken: bool) -> None:
    counts = volumes(3, 5)
    counts[29] = round(SEASONS[5] * factor)
    assert (29 in [each.month - 600 for each in found(counts)]) == broken


def test_a_young_register_has_no_usual_month() -> None:
    counts = volumes(4, 2)
    counts[15] = 0
    assert not found(counts)  # one other year is no past


def test_more_open_crossings_than_ever_at_this_season_break_and_fewer_do_not() -> None:
    months = np.array(["2020-01", "2021-01", "2022-01"], "datetime64[M]").astype(np.int64)
    lags = np.arange(past.LAGS)
    open_then = np.where(lags < 3, 60, np.where(lags < 8, 30, 8))
    own = past.Counts(
        np.repeat(months, past.LAGS),
        np.tile(lags, 3),
        np.full(3 * past.LAGS, 1 << 33),  # arrivals
        np.tile(open_then, 3),
        np.zeros(3 * past.LAGS, np.int64),
    )
    before = past.nothing(months)._replace(counts=own)
    end = int(np.datetime64("2024-01", "M").astype(np.int64))
    quiet = Volumes(end - 72, np.full((len(breaks.SERIES), 72), 100))
    for factor, expected in ((1.0, []), (0.5, []), (1.5, ["arrivals_open"] * 3)):
        now = np.stack((np.zeros(past.LAGS, np.int64), np.rint(open_then * factor).astype(np.int64)), axis=1)
        share, jumps = breaks.beyond(quiet, before, now)
        assert [each.series for each in jumps] == expected
        assert share[1].max() == pytest.approx(1 - 1 / factor if expected else 0, abs=0.01)
        assert not share[0].any()


HEARD_MONTHS = (600, 672)


def told(counts: np.ndarray, fact: str = "host_notification.v1", country: str = "_T") -> list[Heard]:
    return [Heard(fact, country, HEARD_MONTHS[0] + at, int(count)) for at, count in enumerate(counts) if count]


def test_a_register_beside_the_border_that_falls_silent_is_named() -> None:
    notices = volumes(8, 6)
    assert not silent(told(notices), HEARD_MONTHS)
    notices[-18:] = 0
    found = silent(told(notices), HEARD_MONTHS)
    assert [each.month for each in found] == list(range(654, 670))  # of the last two months records are still coming
    assert {each.series for each in found} == {"host_notification"}


def test_a_mission_of_few_records_is_judged_by_its_last_year() -> None:
    random = np.random.default_rng(9)
    for host, lasts in (("RUS", 54), ("KOR", 72)):
        mission = random.poisson(3, 72)
        mission[lasts:] = 0
        found = silent(told(mission, "consular_registration.v1", host), HEARD_MONTHS)
        assert [each.month for each in found] == (list(range(658, 670)) if lasts < 72 else [])
        assert {each.series for each in found} <= {"consular_registration:RUS"}
    assert not silent(told(random.poisson(0.2, 72)), HEARD_MONTHS), "who is hardly ever heard of is not silent"
    new = np.concatenate((np.zeros(40, np.int64), random.poisson(3, 32)))
    assert not silent(told(new), HEARD_MONTHS), "a new register has not been silent before"
    assert not silent([], HEARD_MONTHS)
    assert not silent(told(new), (0, 0))


def findings(people: People) -> Findings:
    months = past.vintages(COVERAGE)
    own, theirs = read(people, COVERAGE, months)
    return find(past.nothing(months).joined(own), nobody(COVERAGE).joined(theirs))


def yearly(people: People, arrival: bool) -> dict[int, int]:
    """Migrations that are final, by year."""
    own = people.crossings[people.crossings["arrival"] == arrival]
    final = own[resolved_migration(own["state"]) == Migration.YES]
    years = 1970 + month_of(final["day"]) // 12
    return {year: int((years == year).sum()) for year in range(2019, 2023)}


def test_figures_around_a_year_that_was_lost_hold_what_they_would_have_been() -> None:
    """The records of 2020 are lost, and nobody says so: the years' intervals hold the figures of the whole register."""
    histories = country([0.3] * 6, seed=7)
    histories = histories._replace(day=histories.day - 30)  # from the register's first day on
    lost = (histories.day >= day("2020-01-01")) & (histories.day < day("2021-01-01"))
    person = np.repeat(np.arange(len(histories.lengths)), histories.lengths)
    lengths = np.bincount(person[~lost], minlength=len(histories.lengths))
    rest = histories._replace(lengths=lengths, day=histories.day[~lost], arrival=histories.arrival[~lost])
    whole, broken = people_of(histories), _classified(rest)
    quiet, seen_then = findings(whole), findings(broken)
    assert not quiet.breaks
    assert not any(each.broken for each in quiet.doubts)
    assert {each.month for each in seen_then.breaks if each.series in breaks.CROSSINGS} == set(range(600, 612))
    off = 0
    for arrival in (True, False):
        true, seen = yearly(whole, arrival), yearly(broken, arrival)
        for year, count in true.items():
            own = [each for each in seen_then.doubts if (1970 + each.month // 12, each.arrival) == (year, arrival)]
            error = sum(each.broken for each in own)
            assert abs(seen[year] - count) <= 1.96 * np.sqrt(error**2 + error + count / 100)
            off += abs(seen[year] - count) > 0.2 * count
    assert off >= 2, "they are far off, and would be wrong without it"


def test_where_more_is_missing_between_crossings_more_is_taken_to_be_lost() -> None:
    """In the summer of 2021 a third of the exits of people who come again and again are lost."""
    random = np.random.default_rng(14)
    count, visits = 300, 12
    gap = np.tile([30, 120], (count, visits)) + random.integers(0, 30, (count, 2 * visits))
    days = COVERAGE.register_start + random.integers(0, 200, count)[:, None] + np.cumsum(gap, axis=1)
    arrival = np.tile([True, False], (count, visits))
    summer = (days >= day("2021-06-01")) & (days < day("2021-09-01"))
    initial = np.full(count, NON_RESIDENT, np.uint8)
    for kept in (days > 0, arrival | ~summer | (random.random(days.shape) >= 0.35)):
        people = _classified(Histories(kept.sum(axis=1), days[kept], arrival[kept], initial))
        volumes = breaks.volumes_of(people, COVERAGE)
        missing = [each for each in breaks.broken(volumes) if each.series in breaks.MISSING]
        assert {each.series for each in missing} == (set() if kept.all() else {"departures_missing"})
        times = breaks.grown(missing, volumes)
        assert (times[1] == 1).all()
        months = [each.month - volumes.first for each in missing]
        assert all(times[0, month] >= 8 for month in months)
        assert np.count_nonzero(times[0] > 1) == len(months)


IMMIGRANTS = Estimated(frozenset({CellKind.IMM_FINAL}), open=frozenset({CellKind.IMM_OPEN}))
YEAR = Period("A", 2022, 1)


def of(counts: Counts, sizes: tuple[OfSize, ...] = ()) -> tuple[object, ...]:
    return estimated(COVERAGE, {"IMM": IMMIGRANTS}, "IMM", counts, YEAR, sizes=sizes)


def millions(**sums: float) -> dict[str, int]:
    assert sums.keys() <= {each.name for each in Expected}
    return {name: round(each * 1_000_000) for name, each in sums.items()}


def test_a_final_figure_is_as_sure_as_before_unless_a_register_breaks() -> None:
    final = {CellKind.IMM_FINAL: 100}
    assert of(final | millions(IMM_MISSED=3, IMM_MISSED_CHANCE=4)) == (100, "A")
    assert of(final | millions(IMM_MISSED=3, IMM_MISSED_CHANCE=4, IMM_BROKEN=20)) == (100, "A", Decimal("20.8"), BROKEN)


def test_an_estimate_holds_its_open_crossings_and_what_was_lost() -> None:
    counts = {CellKind.IMM_FINAL: 100, CellKind.IMM_OPEN: 50} | millions(
        IMM_OPEN=50, IMM=40, IMM_CHANCE=8, IMM_SPREAD=1
    )
    assert of(counts) == (140, "E", Decimal("3.0"))
    assert of(counts | millions(IMM_MISSED=-4, IMM_MISSED_CHANCE=2)) == (140, "E", Decimal("5.2"))
    assert of(counts | millions(IMM_BROKEN=30)) == (140, "E", Decimal("30.6"), BROKEN)


def test_a_month_of_the_nation_of_which_hardly_anything_is_open_is_estimated_too() -> None:
    """Between final and estimated months none is missing, from which no release and no forecast could be made."""
    few = {CellKind.IMM_FINAL: 14, CellKind.IMM_OPEN: 1} | millions(
        IMM_OPEN=1, IMM=0.4, IMM_CHANCE=0.24, IMM_SPREAD=0.1
    )
    assert of(few) == (14, "E", Decimal("0.6"))
    assert of(few | millions(IMM=0, IMM_CHANCE=0, IMM_SPREAD=0)) == (14, "E", Decimal("0.4")), "it is rounded"
    assert of(few | {GROUP: 1}) == (14, "P"), "of a group it says no more than the count"
    assert of(few | {CellKind.IMM_FINAL: 1}) == (1, "P"), "nor where as much is open as is final"


def test_a_group_is_as_unsure_as_groups_of_its_size_were() -> None:
    sizes = (OfSize(0.0, 40, 0.0, 0.9, 0.95, 1.5), OfSize(10.0, 40, 0.0, 0.9, 0.95, 2.0))
    counts = {CellKind.IMM_OPEN: 50} | millions(IMM_OPEN=50, IMM=40, IMM_CHANCE=8, IMM_SPREAD=1)
    nation, group = of(counts | {GROUP: 0}, sizes), of(counts | {GROUP: 1}, sizes)
    assert (nation[2], group[2]) == (Decimal("3.0"), Decimal("6.0"))
    assert groups.widening_of(sizes, 9.9) == 1.5
    assert groups.widening_of((), 9.9) == 1.0


def test_by_purpose_an_estimate_has_no_standard_error_and_says_why() -> None:
    """Intervals by purpose hold 80 % at 95 %: what is missing is a definition, and no width makes that an error."""
    of_purpose = {GROUP: 1, BY_PURPOSE: 1}
    counts = {CellKind.IMM_FINAL: 100, CellKind.IMM_OPEN: 50} | millions(IMM_OPEN=50, IMM=40, IMM_CHANCE=8)
    assert of(counts | of_purpose) == (140, "E", None, NO_INTERVAL)
    broken = {CellKind.IMM_FINAL: 100} | millions(IMM_BROKEN=30)
    assert of(broken | of_purpose) == (100, "A", None, f"{BROKEN}. {NO_INTERVAL}")
    assert of({CellKind.IMM_FINAL: 100} | of_purpose) == (100, "A")


def test_groups_that_erred_by_more_than_they_said_are_widened_until_intervals_hold() -> None:
    random = np.random.default_rng(5)
    expected = np.repeat((1.5, 20.0), 200)
    error = np.sqrt(expected) / 2
    became = np.maximum(0, random.normal(expected, error * np.repeat((1.0, 3.0), 200)))
    judged = [np.stack((expected, error, became, np.zeros(400)))]
    small, large = groups.of_sizes(judged, np.ones(2))
    assert (small.size, small.groups, large.size, large.groups) == (0.0, 200, 10.0, 200)
    assert small.widening < 1.3
    assert 2.5 < large.widening < 3.6
    assert min(small.covered_95, large.covered_95) >= 0.95
    assert not groups.of_sizes([judged[0][:, :10]], np.ones(2)), "ten groups tell nothing"
    assert not groups.of_sizes([], np.ones(2))
