"""Why people come and go: the purpose that the registers show of a stay, else the one declared at the border."""

from typing import Final

from services.accounting.publish.site.rows import of_period, pivot, ranked, total, without
from services.accounting.publish.site.specs import RankedChart
from services.accounting.publish.site.view import NEWEST, TIME, Choice, Column, View, first
from services.accounting.rules.figures.dataflows import PURPOSES, codes_of

_MEASURES: Final = {"IMM": "arrivals", "EMI": "departures", "NET": "net"}
_ALL: Final = pivot({"period": TIME, "purpose": "PURPOSE"}, _MEASURES)

_NAMED: Final = "+".join(code for code in codes_of(PURPOSES) if code != PURPOSES.total)
"""One by one: an open place of a key is the total for strangers."""

VIEW: Final = View(
    name="purposes",
    series=(f"DF_FLOW/A.IMM+EMI+NET.{{method}}.KZ._T._T._T._T.{_NAMED}",),
    choices=(NEWEST, Choice("method", ("M1216R", "M1216", "U98"), "M1216R")),
    columns=(
        Column("purpose", PURPOSES),
        Column("period", "period"),
        Column("arrivals", estimated=True),
        Column("departures", estimated=True),
        Column("net", estimated=True),
    ),
    rows=ranked(of_period(without(_ALL, "purpose", "_T")), total("arrivals", "departures")),
    charts=(RankedChart(("arrivals", "departures"), by="purpose"),),
    headline=first,
    beside=("ages", "countries"),
)
