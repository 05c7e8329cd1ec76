"""A simulated country is like the published figures: each target within what chance allows."""

from collections import Counter, defaultdict
from datetime import date
from math import sqrt

import pytest

from deploy.simulation import calibration, features
from deploy.simulation.calibration import KINDS, Plan
from deploy.simulation.country import Country
from deploy.simulation.life import Kind, Life
from deploy.simulation.report import Tally
from shared.kernel.codes import code_list

START, THROUGH = date(2023, 7, 1), date(2026, 6, 30)
COUNTRY = Country(7, 20_000, START, THROUGH)
SIGMAS = 4.5
"""Of some 500 cells one in 300 samples strays farther; the sample is of a fixed seed."""
ALIKE = 1.7
"""How much wider a share's error is where whole households are counted, whose members are of like age."""
UNTOLD = {("irregular_worker", "activity")}
"""What stands in no act, as nobody registers it; the occupation follows from it."""
UNEVEN = {"seasonal_worker": 0.35, "labour_immigrant": 0.12, "permit_worker": 0.2}
"""Kinds whose lives bring several permits: their figures of a year follow those of the years before."""


@pytest.fixture(scope="module")
def lives() -> list[Life]:
    return list(COUNTRY.lives())


@pytest.fixture(scope="module")
def heads(lives: list[Life]) -> dict[Kind, list[Life]]:
    """The first of each household, who is drawn by the shares; the others go along. Whose story began before all that
    is known does not tell it."""
    found: dict[int, Life] = {}
    for life in lives:
        if features.is_whole(life) and len(life.stays) > 1:
            found.setdefault(life.household, life)
    by_kind: dict[Kind, list[Life]] = defaultdict(list)
    for life in found.values():
        by_kind[life.kind].append(life)
    return by_kind


@pytest.mark.parametrize("kind", KINDS)
def test_each_share_is_within_what_chance_allows(lives: list[Life], heads: dict[Kind, list[Life]], kind: Kind) -> None:
    strays = []
    for dimension in features.dimensions(kind):
        of_all = dimension in features.OF_ALL
        told = [life for life in lives if life.kind == kind] if of_all else heads[kind]
        strays += _strays(kind, dimension, told, ALIKE if of_all else 1.0)
    assert strays == []


def _strays(kind: Kind, dimension: str, told: list[Life], alike: float) -> list[tuple[str, str, int, float]]:
    """The codes whose share strays: code, observed, expected. `alike` widens the error where members are alike."""
    observed: Counter[str] = Counter()
    expected: defaultdict[str, float] = defaultdict(float)
    variance: defaultdict[str, float] = defaultdict(float)
    for life in told:
        found, shares = features.told(life, dimension)
        if found is not None:
            observed[found] += 1
            for code, share in shares.items():
                expected[code] += share
                variance[code] += share * (1 - share)
    assert observed or (kind, dimension) in UNTOLD, (kind, dimension)
    return [
        (dimension, code, observed[code], round(expected[code], 1))
        for code in expected.keys() | observed.keys()
        if abs(observed[code] - expected[code]) > SIGMAS * alike * sqrt(variance[code]) + 1
    ]


def test_as_many_study_and_work_abroad_as_is_published(lives: list[Life]) -> None:
    for target in calibration.targets():
        if target.dimension == "stock":
            day = date(2025, 10, 1)
            found = sum(features.is_in_stock(life, day) for life in lives if life.kind == target.kind)
            expected = target.value * calibration.sampling(target.kind) * COUNTRY.plan.scale
            assert abs(found - expected) <= SIGMAS * sqrt(expected) + 0.05 * expected, (target, found, expected)


def test_foreigners_enter_by_the_quarters_of_the_border_service(lives: list[Life]) -> None:
    entered: Counter[str] = Counter()
    for life in lives:
        weight = 1 / calibration.sampling(life.kind) / COUNTRY.plan.scale
        for day in features.entries(life):
            entered[f"{day.year}-Q{(day.month + 2) // 3}"] += round(weight)
    told = {each.period: each.value for each in calibration.targets() if each.kind == "border"}
    assert len(told) == 3
    assert {each: entered[each] / value for each, value in told.items() if abs(entered[each] / value - 1) > 0.15} == {}


def test_what_is_published_for_a_year_comes_out_at_scale(lives: list[Life]) -> None:
    counted = Counter((life.kind, day.year) for life in lives for day in features.counted(life))
    strays = []
    for kind in KINDS:
        for year in (2024, 2025):
            expected = calibration.published(kind, year) * calibration.sampling(kind) * COUNTRY.plan.scale
            allowed = SIGMAS * sqrt(expected) + UNEVEN.get(kind, 0.05) * expected
            if kind != "resident" and abs(counted[kind, year] - expected) > allowed:  # of residents not all travel
                strays.append((kind, year, counted[kind, year], round(expected, 1)))
    assert strays == []


def test_lives_begin_in_the_months_of_the_plan(heads: dict[Kind, list[Life]]) -> None:
    plan = COUNTRY.plan
    for kind in ("visitor", "labour_immigrant", "internal_mover"):
        begun = Counter((stay.since.year, stay.since.month - 1) for stay in map(features.begins, heads[kind]))
        for month, share in plan.by_month(kind):
            assert abs(begun[month] - share * len(heads[kind])) <= 2 + 0.1 * share * len(heads[kind]), (kind, month)


@pytest.mark.parametrize("people", [19, 100, 20_000, 1_000_003])
def test_there_are_exactly_as_many_lives_as_asked_for(people: int) -> None:
    plan = Plan(people, START, THROUGH)
    assert sum(plan.lives.values()) == people
    assert all(abs(plan.lives[kind] - plan.expected[kind] * plan.scale) < 1 for kind in KINDS)


def test_every_target_has_a_source_or_says_that_it_is_assumed() -> None:
    for target in calibration.targets():
        assert target.kind in (*KINDS, "border")
        assert target.source
        assert target.value >= 0
        if ".csv" not in target.source and "domain" not in target.source:
            assert any(
                word in target.source for word in ("assumed", "as published", "decree", "own choice", "one a life")
            ), target


def test_codes_of_the_targets_are_those_of_the_code_lists() -> None:
    lists = {
        "origin": "countries", "destination": "countries", "region": "regions", "from": "regions",
        "quota_region": "regions", "purpose": "purposes", "activity": "activities", "sex": "sexes",
        "level": "study_levels", "ground": "exempt_grounds",
    }  # fmt: skip
    for target in calibration.targets():
        if target.dimension in lists:
            assert target.code in code_list(lists[target.dimension]), target


def test_it_holds_what_makes_persons_hard_to_tell_apart(lives: list[Life], heads: dict[Kind, list[Life]]) -> None:
    full_names = Counter(life.names[0][1] for life in lives)
    assert sum(count for count in full_names.values() if count > 1) > 20  # namesakes to the letter
    born = Counter((life.household, life.born) for life in lives)
    assert sum(count == 2 for count in born.values()) > 5  # twins
    assert sum(len(life.names) > 1 for life in lives) > 100  # by marriage, or with a new passport
    assert sum(life.iin_since is not None and life.iin_since > life.born for life in lives) > 3000  # given on the way
    held = [
        life
        for life in lives
        if any(after.issued_on < before.expires for before, after in zip(life.papers, life.papers[1:], strict=False))
    ]
    assert len(held) > 500  # two papers at once
    assert {life.died is None for life in lives} == {True, False}
    assert all(life.iin is None or life.iin_since is not None for life in lives)
    fathers = {life.household: life for kind in ("resident", "kandas") for life in heads[kind] if life.sex == "M"}
    sons = [life for life in lives if life.household in fathers and life.number > fathers[life.household].number + 1]
    assert sum(_is_sons(son, fathers[son.household]) for son in sons) > 0.6 * len(sons) > 100


def _is_sons(son: Life, father: Life) -> bool:
    """Whether the names tell whose child it is: by the patronymic, or by the father's name for a surname."""
    name, fathers = son.names[0][1], father.names[0][1]
    return (name.patronymic or name.surname)[:3] == fathers.given[:3]


def test_the_report_sets_each_simulated_figure_beside_the_published_one(lives: list[Life]) -> None:
    tally = Tally(COUNTRY.plan)
    tally.count(lives)
    rows = {(row.kind, row.dimension, row.code): row for row in tally.rows()}
    kandas = rows["kandas", "year", "2025"]
    assert kandas.published == calibration.published("kandas", 2025)
    assert abs(kandas.simulated / kandas.published - 1) < 0.25
    for (kind, dimension), told in tally.told.items():
        shares = [row for row in rows.values() if (row.kind, row.dimension) == (kind, dimension)]
        assert sum(row.published for row in shares) == pytest.approx(100, abs=3), "each is rounded"
        assert sum(row.lives for row in shares) == told
