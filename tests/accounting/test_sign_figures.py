"""The residency index over stored persons: the plain rule's sums, whatever is taken together, also after a rebuild."""

from datetime import timedelta

import asyncpg

from services.accounting.cases.estimates.signs import RESIDENTS, UNSUPPORTED, count_signs, signs_due
from services.accounting.cases.figures.read_figures import computed_figures
from services.accounting.cases.rebuild import rebuild
from services.accounting.intake.estimates import estimates_due
from services.accounting.publish.sdmx.query import parse
from services.accounting.rules.estimates.sign_kinds import groups, sides, signs_of_crossings, signs_of_evidence
from services.accounting.rules.estimates.sign_model import model
from services.accounting.rules.estimates.signs import FirstSide, Group, Months, SignKind
from services.accounting.rules.figures.flow_figures import month_span
from services.accounting.store import coverage
from services.accounting.store.estimates import signs as store
from services.accounting.store.persons import histories
from shared import clock
from tests.accounting import oracle_signs
from tests.accounting.conftest import Accounting
from tests.accounting.oracle_signs import Sign
from tests.accounting.world import World

_A_DAY_LESS = """INSERT INTO sign_run (made_at, model, register_start, obs_end)
    SELECT made_at, model, register_start, obs_end - 1 FROM sign_run ORDER BY id DESC LIMIT 1"""


async def plain(connection: asyncpg.Connection) -> dict[int, float]:
    """The sum of the index by reference month, one person after the other."""
    months = Months(*month_span(await coverage.counted(connection)))
    total = dict.fromkeys(range(months.first + 1, months.beyond + 1), 0.0)
    async for people in histories.everybody(connection, 1):
        signs = signs_of_crossings(people.crossings["fact"] * 0, people.crossings)
        told = [*signs.tolist(), *signs_of_evidence(people.evidence["fact"] * 0, people.evidence).tolist()]
        own = [Sign(month, SignKind(kind), region) for _, month, kind, region in told]
        rows = signs_of_evidence(people.evidence["fact"] * 0, people.evidence)
        (group,), (side,) = groups(people.lengths, people.crossings, rows), sides(people.lengths, people.crossings)
        found = oracle_signs.reckon(own, Group(group), FirstSide(side), months, model().weights)
        for number, month in enumerate(found):
            total[months.first + 1 + number] += month.value
    return total


async def test_the_sums_are_those_of_the_plain_rule(accounting: Accounting) -> None:
    await accounting.take(World(31, people=50).stream())
    found = await count_signs(accounting.connection, chunk=7)
    assert found == await count_signs(accounting.connection)
    sure = [each.std_error for each in found if each.measure == RESIDENTS]
    used = model().errors.stock
    assert all(
        error is not None and error >= used * each.value * 0.99 - 0.1 for error, each in zip(sure, found, strict=False)
    )
    stock = {each.month: each.value for each in found if each.measure == RESIDENTS}
    expected = await plain(accounting.connection)
    assert set(stock) == set(expected)
    assert max(abs(stock[month] - expected[month]) for month in stock) <= 0.51
    assert max(stock.values()) > 0

    await rebuild(accounting.database.owner_url.replace("+asyncpg", ""), lambda _: None)
    assert await count_signs(accounting.connection) == found

    await _runs_where_it_is_due(accounting.connection)
    doubted = sum(each.value for each in found if each.measure in UNSUPPORTED.values())
    stocks = parse("DF_STOCK", "M.RESIDENTS.RINDEX.KZ._T._T._T", {}).query
    figures = await computed_figures(accounting.connection, stocks, 10_000)
    assert {figure.status for figure in figures} == {"E"}
    assert all(figure.public and figure.std_error is not None for figure in figures)
    assert [int(figure.value) for figure in figures] == [stock[month] for month in sorted(stock)][-len(figures) :]
    doubts = parse("DF_FLOW", "M.IMM_UNSUPPORTED+EMI_UNSUPPORTED.M1216R.KZ._T._T._T._T._T", {}).query
    flows = await computed_figures(accounting.connection, doubts, 10_000)
    assert sum(int(figure.value) for figure in flows) == doubted
    assert not any(figure.public or figure.std_error for figure in flows)


async def _runs_where_it_is_due(connection: asyncpg.Connection) -> None:
    """Of the same days once a day; of other days at once."""
    run, covered = await store.newest(connection), await coverage.counted(connection)
    assert run is not None
    assert (run.model, run.coverage) == (model().version, covered)
    assert not await signs_due(connection)
    with clock.set_to(run.made_at + timedelta(days=1)):
        assert await signs_due(connection)
        assert not await signs_due(connection)
        await connection.execute(_A_DAY_LESS)
        await estimates_due(connection)
        made = await store.newest(connection)
        assert made is not None
        assert made.coverage == covered
