"""Every figure of DF_FLOW is what adding up the cells one by one, in plain Python, gives."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.cases.figures import flow_figures as cases
from services.accounting.cases.figures.flow_figures import flow_figures
from services.accounting.publish.sdmx.query import parse
from services.accounting.rules.figures.dimensions import (
    AGE_GROUPS,
    PURPOSES,
    SEXES,
    country_name,
    day_number,
    region_name,
)
from services.accounting.rules.figures.figures import Figure, TooMany
from services.accounting.rules.figures.flow_figures import covered_periods
from services.accounting.rules.figures.movements import CellKind, pack
from services.accounting.rules.residence.reckoning import Coverage
from shared.events.portal import BorderCrossing
from shared.kernel.periods import Frequency
from tests.accounting.conftest import Accounting
from tests.accounting.oracle_account import account
from tests.accounting.test_classification import PERSON
from tests.accounting.world import START, Version, World

FREQUENCIES: dict[Frequency, int] = {"M": 1, "Q": 3, "A": 12}
BESIDE = CellKind.U98_IN_LONG  # and all above it: the lines beside the 12/16-month rule
Values = dict[tuple[tuple[str, ...], str], tuple[int, bool]]
"""By key and period: the value, and whether open crossings may change it."""


def added_up(world: World, *, beside: bool) -> Values:
    """All figures that are not nothing, from the oracle's cells; those of the lines only where they are asked for."""
    kinds: dict[Any, Counter[CellKind]] = defaultdict(Counter)
    for (month, kind, region, partner, citizen, sex, age, purpose), count in account(world).cells.items():
        if CellKind.ARRIVALS <= kind <= CellKind.DEPARTURES_IMPUTED or (kind >= BESIDE and not beside):
            continue
        codes = (
            (region_name(region), "KZ"),
            (country_name(partner), "_T"),
            (country_name(citizen), "_T"),
            (SEXES[sex], "_T"),
            (*_ages(AGE_GROUPS[age]), "_T"),
            (PURPOSES[purpose], "_T"),
        )
        for frequency, *place in product(FREQUENCIES, *codes):
            kinds[frequency, tuple(place), _period(month, frequency)][CellKind(kind)] += count
    figures: Values = {}
    for (frequency, place, period), counts in kinds.items():
        for method, found in (("M1216", _indicators(counts)), ("M1216R", _indicators(_with_resolved(counts)))):
            for indicator, (value, open) in found.items():
                figures[(frequency, indicator, method, *place), period] = value, open
        for (method, indicator), value in _beside(counts).items():
            figures[(frequency, indicator, method, *place), period] = value, False
    return {at: figure for at, figure in figures.items() if figure != (0, False)}


def _ages(group: str) -> tuple[str, ...]:
    if group == "_X":
        return ("_X",)
    youngest = int(group.removeprefix("Y_GE").removeprefix("Y").partition("T")[0])
    five = group if youngest < 85 else "Y_GE85"
    broad = next(
        code for low, code in ((65, "Y_GE65"), (35, "Y35T64"), (15, "Y15T34"), (0, "Y0T14")) if youngest >= low
    )
    return five, broad


def _period(month: int, frequency: str) -> str:
    year, number = 1970 + month // 12, month % 12
    return {"M": f"{year}-{number + 1:02}", "Q": f"{year}-Q{number // 3 + 1}", "A": str(year)}[frequency]


def _with_resolved(counts: Counter[CellKind]) -> Counter[CellKind]:
    """The cells of M1216R under the names of those of M1216 in whose place they count."""
    resolved = {
        CellKind.IMM_FINAL: CellKind.IMM_RESOLVED,
        CellKind.EMI_FINAL: CellKind.EMI_RESOLVED,
        CellKind.IMM_OPEN: CellKind.IMM_RESOLVED_OPEN,
        CellKind.EMI_OPEN: CellKind.EMI_RESOLVED_OPEN,
    }
    both = Counter({kind: counts[kind] + counts[more] for kind, more in resolved.items()})
    both[CellKind.IMM_UNDETERMINED] = counts[CellKind.IMM_UNRESOLVED]
    both[CellKind.EMI_UNDETERMINED] = counts[CellKind.EMI_UNRESOLVED]
    return both


def _indicators(counts: Counter[CellKind]) -> dict[str, tuple[int, bool]]:
    arrived, left = counts[CellKind.IMM_FINAL], counts[CellKind.EMI_FINAL]
    arriving, leaving = counts[CellKind.IMM_OPEN], counts[CellKind.EMI_OPEN]
    return {
        "IMM": (arrived, arriving > 0),
        "EMI": (left, leaving > 0),
        "NET": (arrived - left, arriving + leaving > 0),
        "IMM_FINAL": (arrived, arriving > 0),
        "EMI_FINAL": (left, leaving > 0),
        "IMM_OPEN": (arriving, arriving > 0),
        "EMI_OPEN": (leaving, leaving > 0),
        "IMM_UNDETERMINED": (counts[CellKind.IMM_UNDETERMINED], False),
        "EMI_UNDETERMINED": (counts[CellKind.EMI_UNDETERMINED], False),
    }


def _beside(counts: Counter[CellKind]) -> dict[tuple[str, str], int]:
    """What the methods beside the 12/16-month rule count."""
    return {
        ("M1216R", "RESIDENTS_KNOWN"): counts[CellKind.RESOLVED_GAIN] - counts[CellKind.IMM_RESOLVED],
        ("U98", "IMM"): counts[CellKind.U98_IN_LONG],
        ("U98", "EMI"): counts[CellKind.U98_OUT_LONG],
        ("U98", "NET"): counts[CellKind.U98_IN_LONG] - counts[CellKind.U98_OUT_LONG],
        ("U98", "IMM_SHORT"): counts[CellKind.U98_IN_SHORT],
        ("U98", "EMI_SHORT"): counts[CellKind.U98_OUT_SHORT],
        ("U98", "IMM_OPEN"): counts[CellKind.U98_IN_OPEN],
        ("U98", "EMI_OPEN"): counts[CellKind.U98_OUT_OPEN],
        ("U98", "EMI_UNDETERMINED"): counts[CellKind.U98_OUT_UNDETERMINED],
        ("M12", "IMM"): counts[CellKind.M12_IN],
        ("M12", "EMI"): counts[CellKind.M12_OUT],
        ("M12", "NET"): counts[CellKind.M12_IN] - counts[CellKind.M12_OUT],
    }


async def ask(accounting: Accounting, key: str = "all", limit: int = 10**9, **parameters: str) -> list[Figure]:
    return await flow_figures(accounting.connection, parse("DF_FLOW", key, parameters).query, limit)


def by_place(figures: list[Figure]) -> dict[tuple[tuple[str, ...], str], int]:
    found = {(figure.key, figure.period): int(figure.value) for figure in figures}
    assert len(found) == len(figures), "a figure stands there twice"
    return found


@pytest.mark.parametrize(
    "key",
    [
        "..M1216......",
        "A.IMM+EMI+NET.M1216.KZ._T._T._T._T._T",
        "Q+A..M1216....._T.",
        "M.NET..KZ._T._T..Y15T34+Y_GE65+_T._T",
        "A+M.IMM_OPEN+EMI_OPEN+EMI_UNDETERMINED.M1216.71+75+_X._T.UZB+KAZ._T+F._T+Y0T4+_X.work+_X",
        "Q.EMI.M1216.._T+RUS....",
        "A+M.IMM+EMI_OPEN+NET+IMM_UNDETERMINED.M1216R.._T._T...",
        "A..U98+M12.._T.UZB+_T._T._T.",
    ],
)
async def test_every_sum_is_exact(accounting: Accounting, key: str) -> None:
    world = World(5, people=14 if key != "..M1216......" else 5)
    await accounting.take(world.stream())
    query = parse("DF_FLOW", key, {}).query
    methods = query.of("METHOD")
    truth = added_up(world, beside=methods is None or "U98" in methods)
    figures = await ask(accounting, key)
    expected = {at: value for at, (value, _) in truth.items() if query.wants(at[0]) and value}
    assert {at: value for at, value in by_place(figures).items() if value} == expected
    figures = [figure for figure in figures if figure.key[2].startswith("M1216")]  # the others wait for a stated time
    provisional = {(figure.key, figure.period) for figure in figures if figure.status == "P"}
    shown = {figure.key for figure in figures}
    still_running = {at for at in by_place(figures) if at[1] in ("2024", "2024-Q2")}
    assert provisional == {at for at, (_, open) in truth.items() if open and at[0] in shown} | still_running


async def test_what_is_not_specified_stands_once_and_in_no_broad_group(accounting: Accounting) -> None:
    await accounting.take(World(3, people=0, obs_end=date(2021, 2, 1)).stream())
    cell = int(pack(month=51 * 12, indicator=CellKind.IMM_FINAL))
    await accounting.connection.execute("INSERT INTO derived.cube VALUES ($1, 7)", cell)
    counted = {key[3:] for (key, _), value in by_place(await ask(accounting, "M.IMM.......")).items() if value}
    unknown = ("_X", "_X", "_X", "_X", "_X", "_X")
    assert counted == set(product(*zip(unknown, ("KZ", "_T", "_T", "_T", "_T", "_T"), strict=True)))


async def test_a_series_has_every_period_that_the_data_touch(accounting: Accounting) -> None:
    world = World(7, people=30, obs_end=date(2024, 5, 20))
    world.declare(date(2021, 2, 10), date(2024, 5, 20))
    await accounting.take(world.stream())
    months = await ask(accounting, "M.NET.M1216.KZ._T._T._T._T._T")
    assert (months[0].period, months[-1].period, len(months)) == ("2021-02", "2024-05", 40)
    assert months[0].status == "U", "the data begin within this month"
    assert months[-1].status == "P", "this month has not ended within the data"
    years = await ask(accounting, "A.NET.M1216.KZ._T._T._T._T._T")
    assert [(figure.period, figure.status) for figure in years][0::3] == [("2021", "U"), ("2024", "P")]


async def test_a_series_of_zeros_stands_only_where_it_is_named_or_national(accounting: Accounting) -> None:
    await accounting.take(World(3, people=1, obs_end=date(2021, 3, 1)).stream())
    named = await ask(accounting, "M.IMM.M1216.KZ._T.ISL._T._T._T")
    assert [figure.value for figure in named] == [0, 0]
    assert {figure.key[5] for figure in await ask(accounting, "M.IMM.M1216.KZ._T.._T._T._T")} == {"_T"}


async def test_periods_lie_wholly_within_what_is_asked(accounting: Accounting) -> None:
    await accounting.take(World(3, people=20).stream())
    key = "A+Q+M.EMI.M1216.KZ._T._T._T._T._T"
    figures = await ask(accounting, key, startPeriod="2022-03", endPeriod="2023-07")
    periods = {figure.period for figure in figures}
    assert {"2022-03", "2022-Q2", "2023", "2023-07"} >= {min(periods), "2022-Q2", "2023-07"}
    assert not periods & {"2022", "2022-Q1", "2022-02", "2023", "2023-Q3", "2023-08"}
    whole = by_place(await ask(accounting, key))
    assert by_place(figures).items() <= whole.items()


@given(st.dates(date(1971, 1, 1), date(2100, 1, 1)), st.integers(1, 2000), st.sampled_from(sorted(FREQUENCIES)))
def test_periods_cover_what_the_data_touch_without_gap(first: date, length: int, frequency: Frequency) -> None:
    end = first + timedelta(days=length)
    found = list(covered_periods(frequency, Coverage(day_number(first), day_number(end))))
    assert first in found[0][1]
    assert end - timedelta(days=1) in found[-1][1]
    assert [period.next() for _, period in found[:-1]] == [period for _, period in found[1:]]


async def test_nothing_is_published_before_the_feed_declares_its_coverage(accounting: Accounting) -> None:
    world = World(3, people=5)
    del world.records["coverage"]
    await accounting.take(world.stream())
    assert await ask(accounting) == []


async def test_what_is_no_measure_of_the_rule_has_no_figure(accounting: Accounting) -> None:
    await accounting.take(World(3, people=5).stream())
    assert await ask(accounting, "A.IMM_SHORT.M12......") == []
    assert await ask(accounting, "D........") == []
    assert await ask(accounting, "A.REFUGEES.......") == []


async def test_who_was_here_when_the_register_began_is_counted_by_m1216r_alone(accounting: Accounting) -> None:
    """First seen in the register's first year: whatever the status then, two years in the country make a resident."""
    world = World(3, people=0)
    stay = [("entry", "2021-03-01"), ("exit", "2023-06-01")]
    for number, (direction, day) in enumerate(stay, 1):
        told = {
            "source_id": f"B-{number}", "direction": direction, "crossed_at": f"{day}T10:00:00+05:00",
            "checkpoint": "ALA-AIR", "person": PERSON,
        }  # fmt: skip
        world.records[f"crossing-{number}"] = [Version(BorderCrossing.TYPE, told, False)]
    await accounting.take(world.stream())
    found = {(f.key[1], f.key[2]): int(f.value) for f in await ask(accounting, "A...KZ._T._T._T._T._T") if f.value}
    assert found == {
        ("IMM_UNDETERMINED", "M1216"): 1,
        ("EMI_UNDETERMINED", "M1216"): 1,
        ("IMM_UNDETERMINED", "M1216R"): 1,  # an immigrant, or a resident who came back
        ("EMI", "M1216R"): 1,
        ("EMI_FINAL", "M1216R"): 1,
        ("NET", "M1216R"): -1,
        ("RESIDENTS_KNOWN", "M1216R"): 1,
        ("IMM", "U98"): 1,  # a stay of two years, whoever makes it
        ("EMI", "U98"): 1,
        ("NET", "U98"): -1,  # of 2023; of 2021 it is 1
        ("EMI", "M12"): 1,  # resident on the first date of all, 1 January 2022
        ("NET", "M12"): -1,
    }


async def test_a_stay_is_provisional_until_its_term_is_known(accounting: Accounting) -> None:
    """365 days until it is long-term, and 90 more until nobody who left can still come back to it."""
    await accounting.take(World(3, people=5, obs_end=date(2024, 1, 1)).stream())
    stays = {f.period: f.status for f in await ask(accounting, "M.IMM.U98.KZ._T._T._T._T._T")}
    assert (stays["2022-09"], stays["2022-10"], stays["2023-12"]) == ("A", "P", "P")
    ends = {f.period: f.status for f in await ask(accounting, "M.EMI.U98.KZ._T._T._T._T._T")}
    assert (ends["2023-09"], ends["2023-10"]) == ("A", "P")
    turns = {f.period: f.status for f in await ask(accounting, "M.IMM.M12.KZ._T._T._T._T._T")}
    assert min(turns) == "2022-01", "before, no reference date has a whole year behind it"
    assert set(turns.values()) == {"A"}


async def test_more_than_the_limit_is_refused(accounting: Accounting) -> None:
    await accounting.take(World(3, people=5).stream())
    years = await ask(accounting, "A.IMM.M1216.KZ._T._T._T._T._T", limit=4)
    assert [figure.period for figure in years] == [str(START.year + number) for number in range(4)]
    with pytest.raises(TooMany):
        await ask(accounting, "A.IMM.M1216.KZ._T._T._T._T._T", limit=3)
    with pytest.raises(TooMany):
        await ask(accounting, limit=50)
    many = "+".join(f"Y{low}T{low + 4}" for low in range(0, 85, 5))
    with pytest.raises(TooMany):
        await ask(accounting, f"M+Q+A.IMM+EMI.M1216.KZ._T.UZB+RUS+CHN.M+F.{many}.work+study", limit=100)


async def test_more_crossings_of_the_border_than_the_limit_are_refused(accounting: Accounting) -> None:
    await accounting.take(World(3, people=20).stream())
    query = parse("DF_BORDER", "M+Q+A.....", {}).query
    found = await flow_figures(accounting.connection, query, 10**9)
    assert len(await flow_figures(accounting.connection, query, len(found))) == len(found)
    with pytest.raises(TooMany):
        await flow_figures(accounting.connection, query, len(found) - 1)


async def test_a_hopeless_question_is_refused_before_it_is_computed(
    accounting: Accounting, monkeypatch: pytest.MonkeyPatch
) -> None:
    await accounting.take(World(3, people=20).stream())

    async def sums(*_: Any) -> None:
        pytest.fail("the whole cube was summed for nothing")

    monkeypatch.setattr(cases, "sums", sums)
    with pytest.raises(TooMany):
        await ask(accounting, "M+Q+A.IMM+EMI.M1216......", limit=1_000)


async def test_a_question_that_takes_too_long_is_too_much(
    accounting: Accounting, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sums(*_: Any) -> None:
        raise TimeoutError

    monkeypatch.setattr(cases, "sums", sums)
    with pytest.raises(TooMany):
        await ask(accounting, "A.IMM.M1216.KZ._T._T._T._T._T")
