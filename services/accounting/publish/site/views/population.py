"""The balance of the population: what it grew by, what births, deaths and migration explain of it, and what is left.

The residual of 2021 is the census': the population counted was larger than the one carried forward.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from services.accounting.publish.charts.tiles import PLACES
from services.accounting.publish.site.specs import LineChart
from services.accounting.publish.site.view import (
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
from services.accounting.rules.figures.dataflows import AREAS

_COLUMNS: Final = {
    ("POPULATION", "PUBLISHED"): "population",
    ("NATURAL_GROWTH", "PUBLISHED"): "natural",
    ("NET", "COUPON"): "official",
    ("NET", "M1216R"): "computed",
}


def _rows(observations: Sequence[Observation], _: State) -> list[Row]:
    """Per year: population at its beginning, growth until the next one's, and what the parts leave of it. Growth and
    residuals are reckoned from the figures of the row and of the next one: who reads the table can do so, too."""
    found: dict[str, dict[str, Value]] = {}
    for each in observations:
        column = _COLUMNS[each.code("INDICATOR"), each.code("METHOD")]
        found.setdefault(each.code(TIME), dict.fromkeys(_COLUMNS.values()))[column] = each
    years = sorted(year for year, row in found.items() if row["population"] is not None)
    following = {year: found[after] for year, after in pairwise(years) if int(after) == int(year) + 1}
    return [{"period": year, **found[year], **_balance(found[year], following.get(year))} for year in years]


def _balance(row: Row, after: Row | None) -> dict[str, Value]:
    start, end = number(row["population"]), number(after["population"]) if after else None
    if start is None or end is None:
        return {"growth": None, "residual": None}
    growth, natural, net = end - start, number(row["natural"]), number(row["official"])
    return {"growth": growth, "residual": None if natural is None or net is None else growth - natural - net}


def _headline(rows: Sequence[Row], _: State) -> Headed | None:
    """The year whose growth is explained least; without one, the newest."""
    known = [row for row in rows if row["residual"] is not None]
    if known:
        return Headed("headline", max(known, key=lambda row: abs(float(number(row["residual"]) or 0))))
    return Headed("headline_newest", rows[-1]) if rows else None


VIEW: Final = View(
    name="population",
    series=(
        "DF_BALANCE/A.POPULATION+NATURAL_GROWTH.PUBLISHED.{region}",
        "DF_BALANCE/A.NET.COUPON+M1216R.{region}",
    ),
    choices=(Choice("region", ("KZ", *PLACES), "KZ", AREAS),),
    columns=(
        Column("period", "period"),
        Column("population"),
        Column("growth"),
        Column("natural"),
        Column("official"),
        Column("residual"),
        Column("computed", estimated=True),
    ),
    rows=_rows,
    charts=(LineChart(("growth", "natural", "official", "residual")),),
    headline=_headline,
    latest_first=True,
    beside=("official", "regions"),
)
