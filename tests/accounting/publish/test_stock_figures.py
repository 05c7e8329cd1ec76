"""DF_STOCK: residents on reference dates are the start and all that changed since, in every place."""

from collections import Counter
from datetime import date

import pytest

from services.accounting.cases.figures.flow_figures import flow_figures
from services.accounting.cases.figures.stock_figures import stock_figures
from services.accounting.publish.sdmx.query import parse
from services.accounting.rules.figures.dimensions import country_name
from services.accounting.rules.figures.figures import Figure, TooMany
from services.accounting.rules.figures.movements import CellKind
from tests.accounting.conftest import Accounting
from tests.accounting.oracle_account import account
from tests.accounting.world import World

CHANGES = {
    ("RESIDENTS", "M1216"): ("IMM", "EMI", None),
    ("RESIDENTS", "M1216R"): ("IMM", "EMI", "RESIDENTS_KNOWN"),
    ("RESIDENTS", "U98"): ("IMM", "EMI", None),
    ("RESIDENTS_SHORT", "U98"): ("IMM_SHORT", "EMI_SHORT", None),
    ("RESIDENTS", "M12"): ("IMM", "EMI", None),
}


async def stock(accounting: Accounting, key: str, limit: int = 10**9, **asked: str) -> list[Figure]:
    return await stock_figures(accounting.connection, parse("DF_STOCK", key, asked).query, limit)


async def flow(accounting: Accounting, key: str) -> dict[tuple[str, str, str], int]:
    found = await flow_figures(accounting.connection, parse("DF_FLOW", key, {}).query, 10**9)
    return {(figure.key[1], figure.key[2], figure.period): int(figure.value) for figure in found}


async def test_a_population_changes_by_who_comes_and_goes(accounting: Accounting) -> None:
    """stock(t + 1) - stock(t) = in - out of the month between, by every method; by M1216R also those whose status
    became known."""
    await accounting.take(World(5, people=60).stream())
    moved = await flow(accounting, "M...KZ._T._T._T._T._T")
    held = {(f.key[1], f.key[2], f.period): int(f.value) for f in await stock(accounting, "M...KZ._T._T._T")}
    checked: Counter[tuple[str, str]] = Counter()
    for (code, method, period), value in held.items():
        year, month = int(period[:4]), int(period[5:])
        following = f"{year + month // 12}-{month % 12 + 1:02}"
        if (code, method, following) not in held:
            continue
        came, went, known = CHANGES[code, method]
        change = moved[came, method, period] - moved[went, method, period]
        change += moved[known, method, period] if known else 0
        assert held[code, method, following] - value == change, (code, method, period)
        checked[code, method] += bool(change)
    assert set(checked) == set(CHANGES)
    assert all(checked.values()), "nobody moved"


async def test_the_parts_of_a_population_make_the_whole_and_none_is_less_than_nobody(accounting: Accounting) -> None:
    await accounting.take(World(8, people=40).stream())
    for dimension, key in enumerate(("A...._T._T._T", "A...KZ.._T._T", "A...KZ._T.._T", "A...KZ._T._T.")):
        whole: dict[tuple[str, str, str], int] = {}
        parts: Counter[tuple[str, str, str]] = Counter()
        for figure in await stock(accounting, key):
            at = figure.key[1], figure.key[2], figure.period
            assert int(figure.value) >= 0, figure
            if figure.key[3 + dimension] in ("KZ", "_T"):
                whole[at] = int(figure.value)
            else:
                parts[at] += int(figure.value)
        assert any(whole.values())
        assert {at: value for at, value in whole.items() if value} == {at: n for at, n in parts.items() if n}, key


async def test_residents_by_citizenship_are_those_of_the_plain_count(accounting: Accounting) -> None:
    world = World(11, people=40)
    await accounting.take(world.stream())
    reference = (2023 - 1970) * 12
    truth: Counter[str] = Counter()
    for (month, kind, _, _, citizen, *_), count in account(world).cells.items():
        sign = {CellKind.M12_START: 1, CellKind.M12_IN: 1, CellKind.M12_OUT: -1}.get(CellKind(kind), 0)
        if month < reference:
            truth[country_name(citizen)] += sign * count
    found = await stock(accounting, "A.RESIDENTS.M12.KZ.._T._T", startPeriod="2023", endPeriod="2023")
    assert {f.key[4]: int(f.value) for f in found if f.value} == +truth | {"_T": truth.total()}


async def test_a_population_is_final_once_no_day_can_change_it(accounting: Accounting) -> None:
    await accounting.take(World(3, people=0, obs_end=date(2024, 1, 1)).stream())
    found = {(f.key[2], f.period): f.status for f in await stock(accounting, "A.RESIDENTS..KZ._T._T._T")}
    assert {period for method, period in found if method == "M12"} == {"2022", "2023", "2024"}
    assert {period for method, period in found if method == "U98"} == {"2021", "2022", "2023", "2024"}
    assert found["M12", "2024"] == "A", "its year is over"
    assert (found["U98", "2022"], found["U98", "2023"], found["U98", "2024"]) == ("A", "P", "P")


async def test_more_than_the_limit_is_refused(accounting: Accounting) -> None:
    await accounting.take(World(3, people=20).stream())
    found = await stock(accounting, "M+Q+A......")
    assert len(await stock(accounting, "M+Q+A......", limit=len(found) * 3)) == len(found)
    with pytest.raises(TooMany):
        await stock(accounting, "M+Q+A......", limit=100)


async def test_nothing_is_published_before_the_feed_declares_its_coverage(accounting: Accounting) -> None:
    world = World(3, people=5)
    del world.records["coverage"]
    await accounting.take(world.stream())
    assert await stock(accounting, "......") == []
