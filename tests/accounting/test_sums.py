"""Whether a release adds up: exactly the sums that do not hold are named, with the reason that is known."""

from hypothesis import given
from hypothesis import strategies as st

from services.accounting.cases.releases.cut import PERSONS, STANDING, SUMS
from services.accounting.rules.releases.equations import Cell, equations
from services.accounting.rules.releases.sums import gaps

YEAR, QUARTERS = "2023", ("2023-Q1", "2023-Q2", "2023-Q3", "2023-Q4")


def cell(flow: str, key: str, period: str) -> Cell:
    return flow, tuple(key.split(".")), period


def test_a_year_that_is_not_its_quarters_is_named_with_the_parts() -> None:
    key = "INTERNAL.REGISTER.KZ.KZ"
    values = {cell("DF_INTERNAL", f"A.{key}", YEAR): 14_464}
    values |= {cell("DF_INTERNAL", f"Q.{key}", each): 3_616 - (each == "2023-Q4") for each in QUARTERS}
    (gap,) = gaps(values, equations(values, SUMS, STANDING), PERSONS)
    assert (gap.key, gap.period, gap.parts) == (f"A.{key}", YEAR, ",".join(QUARTERS))
    assert (gap.gap, gap.why, gap.withheld) == (1, "unexplained", False)


def test_a_stock_of_all_ages_is_the_one_of_all_purposes() -> None:
    key = "KANDAS.REGISTER.KZ._T._T."
    values = {cell("DF_STOCK", f"A.{key}_T", YEAR): 3, cell("DF_STOCK_AGE", f"A.{key}_T", YEAR): 3}
    assert equations(values, SUMS, STANDING) == [dict(zip(values, (-1, 1), strict=True))]
    unlike = {cell("DF_STOCK", f"A.{key}_X", YEAR): 3, cell("DF_STOCK_AGE", f"A.{key}_X", YEAR): 2}
    assert equations(unlike, SUMS, STANDING) == []


def test_who_is_in_two_quarters_counts_once_in_the_year_and_that_is_the_reason() -> None:
    key = "KANDAS_HOUSED.REGISTER.KZ._T"
    assert ("DF_KANDAS", "KANDAS_HOUSED", "REGISTER") in PERSONS
    for year, why in ((38, "counted_once"), (41, "unexplained")):
        values = {cell("DF_KANDAS", f"A.{key}", YEAR): year}
        values |= {cell("DF_KANDAS", f"Q.{key}", each): 10 for each in QUARTERS}
        (gap,) = gaps(values, equations(values, SUMS, STANDING), PERSONS)
        assert (gap.gap, gap.why) == (year - 40, why)


@given(st.tuples(*[st.integers(-3, 3)] * 3))
def test_a_net_flow_is_named_if_and_only_if_it_is_not_its_two_sides(sides: tuple[int, int, int]) -> None:
    place = "M1216.KZ._T._T._T._T._T"
    codes = ("NET", "IMM", "EMI")
    values = {cell("DF_FLOW", f"A.{code}.{place}", YEAR): value for code, value in zip(codes, sides, strict=True)}
    net, arrivals, departures = sides
    found = gaps(values, equations(values, SUMS, STANDING), PERSONS)
    assert [(each.gap, each.parts) for each in found] == [
        (net - arrivals + departures, "IMM,-EMI") for _ in range(net != arrivals - departures)
    ]


def test_one_total_in_two_tables_is_one_and_a_residual_is_what_it_is() -> None:
    values = {
        cell("DF_BALANCE", "A.NET.M1216.KZ", YEAR): 14_463,
        cell("DF_BALANCE", "A.RESIDUAL.M1216.KZ", YEAR): 500,
        cell("DF_FLOW", "A.NET.M1216.KZ._T._T._T._T._T", YEAR): 14_464,
    }
    (gap,) = gaps(values, equations(values, SUMS, STANDING), PERSONS)
    assert (gap.flow, gap.parts, gap.gap) == ("DF_BALANCE", "DF_FLOW/NET", -1)
