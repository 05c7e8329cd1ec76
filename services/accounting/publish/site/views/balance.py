"""The balance at a glance: who came to live in the country, who left it, and the difference."""

from collections.abc import Sequence
from typing import Final

from services.accounting.publish.site.rows import pivot
from services.accounting.publish.site.specs import BarChart
from services.accounting.publish.site.view import TIME, Choice, Column, Headed, Row, State, View, newest, number

_MEASURES: Final = {"IMM": "arrivals", "EMI": "departures", "NET": "net"}


def _headline(rows: Sequence[Row], state: State) -> Headed | None:
    """A gain and a loss are different sentences."""
    said = newest(rows, state)
    if said and (number(said.row["net"]) or 0) < 0:
        return Headed("headline_loss", said.row)
    return said


VIEW: Final = View(
    name="balance",
    series=("DF_FLOW/{freq}.IMM+EMI+NET.{method}.KZ._T._T._T._T._T",),
    choices=(
        Choice("freq", ("A", "Q", "M"), "A"),
        Choice("method", ("M1216R", "M1216", "U98", "M12"), "M1216R"),
    ),
    columns=(
        Column("period", "period"),
        Column("arrivals", estimated=True),
        Column("departures", estimated=True),
        Column("net", estimated=True),
    ),
    rows=pivot({"period": TIME}, _MEASURES, whole=_MEASURES.values()),
    charts=(BarChart("arrivals", "departures", "net"),),
    headline=_headline,
    latest_first=True,
    beside=("countries", "regions", "population", "forecasts"),
)
