"""How old those are who come and who leave: two pyramids of ages and sexes."""

from collections.abc import Sequence
from typing import Final

from services.accounting.publish.site.rows import of_period
from services.accounting.publish.site.specs import AgePyramid
from services.accounting.publish.site.view import (
    NEWEST,
    TIME,
    Choice,
    Column,
    Headed,
    Observation,
    Row,
    State,
    Value,
    View,
    number,
)
from services.accounting.rules.figures.dataflows import AGES, codes_of

FIVE_YEARS: Final = tuple(
    code
    for code in codes_of(AGES)
    if code.startswith("Y") and code not in {each.parent for each in codes_of(AGES).values()}
)
"""The finest groups, from young to old."""
_COLUMNS: Final = {
    ("IMM", "M"): "arrivals_men",
    ("IMM", "F"): "arrivals_women",
    ("EMI", "M"): "departures_men",
    ("EMI", "F"): "departures_women",
}


def _rows(observations: Sequence[Observation], _: State) -> list[Row]:
    found: dict[tuple[str, str], dict[str, Value]] = {}
    for each in observations:
        column = _COLUMNS[each.code("INDICATOR"), each.code("SEX")]
        found.setdefault((each.code(TIME), each.code("AGE")), dict.fromkeys(_COLUMNS.values()))[column] = each
    none = dict.fromkeys(_COLUMNS.values())
    periods = sorted({period for period, _ in found})
    # An age that is left out would make the next one look older than it is.
    keys = ((period, age) for period in periods for age in FIVE_YEARS)
    return [{"period": period, "age": age, **found.get((period, age), none)} for period, age in keys]


def _headline(rows: Sequence[Row], _: State) -> Headed | None:
    """The age group of which most came."""
    if not rows:
        return None
    return Headed("headline", max(rows, key=lambda row: sum(float(number(row[each]) or 0) for each in _ARRIVED)))


_ARRIVED: Final = ("arrivals_men", "arrivals_women")

VIEW: Final = View(
    name="ages",
    series=(f"DF_FLOW/A.IMM+EMI.{{method}}.KZ._T._T.M+F.{'+'.join(FIVE_YEARS)}._T",),
    choices=(NEWEST, Choice("method", ("M1216R", "M1216", "U98"), "M1216R")),
    columns=(
        Column("age", AGES),
        Column("period", "period"),
        *(Column(name, estimated=True) for name in _COLUMNS.values()),
    ),
    rows=of_period(_rows),
    charts=(AgePyramid("arrivals_men", "arrivals_women"), AgePyramid("departures_men", "departures_women")),
    headline=_headline,
    beside=("purposes", "balance"),
)
