"""The regions: who came to live in each and who left it for abroad, beside its population."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from services.accounting.publish.charts.tiles import PLACES
from services.accounting.publish.site.rows import of_period, pivot, ranked, total
from services.accounting.publish.site.specs import RankedChart, TileMap
from services.accounting.publish.site.view import (
    NEWEST,
    TIME,
    Choice,
    Column,
    Headed,
    Observation,
    Row,
    State,
    View,
    number,
)
from services.accounting.rules.figures.dataflows import AREAS

_REGIONS: Final = "+".join(PLACES)
_KEYS: Final = {"period": TIME, "region": "REF_AREA"}
_MEASURES: Final = {"IMM": "arrivals", "EMI": "departures", "NET": "net", "POPULATION": "population"}
_PIVOT: Final = pivot(_KEYS, _MEASURES)


def _rows(observations: Sequence[Observation], state: State) -> list[Row]:
    """With the net migration of every 1,000 inhabitants. Where flows are there, the years that have them."""
    rows: list[Row] = [{**row, "rate": _rate(row)} for row in _PIVOT(observations, state)]
    return [row for row in rows if row["arrivals"] is not None] or rows


def _rate(row: Row) -> Decimal | None:
    net, population = number(row["net"]), number(row["population"])
    return round(Decimal(net) * 1000 / Decimal(population), 3) if net is not None and population else None


def _headline(rows: Sequence[Row], _: State) -> Headed | None:
    """The first region; where flows are not known, its population alone."""
    if not rows:
        return None
    return Headed("headline" if rows[0]["arrivals"] is not None else "headline_population", rows[0])


VIEW: Final = View(
    name="regions",
    series=(
        f"DF_FLOW/A.IMM+EMI+NET.{{method}}.{_REGIONS}._T._T._T._T._T",
        f"DF_BALANCE/A.POPULATION.PUBLISHED.{_REGIONS}",
    ),
    choices=(NEWEST, Choice("method", ("M1216R", "M1216", "U98"), "M1216R")),
    columns=(
        Column("region", AREAS),
        Column("period", "period"),
        Column("arrivals", estimated=True),
        Column("departures", estimated=True),
        Column("net", estimated=True),
        Column("rate", "rate"),
        Column("population"),
    ),
    rows=ranked(of_period(_rows), total("net", "population")),
    charts=(TileMap("net", otherwise="population"), RankedChart(("arrivals", "departures"), by="region", at_most=20)),
    headline=_headline,
    beside=("population", "balance"),
)
