"""How far figures have moved since they were first released."""

from typing import Final

from services.accounting.publish.site.rows import pivot
from services.accounting.publish.site.specs import LineChart
from services.accounting.publish.site.view import TIME, Choice, Column, View, newest
from services.accounting.rules.figures.dataflows import LAGS

_MEASURES: Final = {"IMM": "arrivals", "EMI": "departures", "NET": "net"}

VIEW: Final = View(
    name="revisions",
    series=("DF_REVISION/{freq}.IMM+EMI+NET.{method}.KZ.DF_FLOW.REVISION.M1+M3+M6+M12+M24+M36+LATEST",),
    choices=(Choice("freq", ("A", "Q"), "A"), Choice("method", ("M1216R", "M1216", "U98"), "M1216R")),
    columns=(
        Column("period", "period"),
        Column("lag", LAGS),
        Column("arrivals"),
        Column("departures"),
        Column("net"),
    ),
    rows=pivot({"period": TIME, "lag": "LAG"}, _MEASURES),
    charts=(LineChart(("net",), by="lag"),),
    headline=newest,
    latest_first=True,
    beside=("balance",),
)
