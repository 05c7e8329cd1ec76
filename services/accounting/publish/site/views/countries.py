"""Where people come from and where they go: every country in a period, ranked."""

from typing import Final

from services.accounting.publish.site.rows import of_period, pivot, ranked, total, without
from services.accounting.publish.site.specs import RankedChart
from services.accounting.publish.site.view import NEWEST, TIME, Choice, Column, View, first
from services.accounting.rules.figures.dataflows import COUNTRIES
from shared.kernel.codes import code_list

_MEASURES: Final = {"IMM": "arrivals", "EMI": "departures", "NET": "net"}
_ALL: Final = pivot({"period": TIME, "country": "PARTNER"}, _MEASURES)


_OTHERS: Final = "+".join(code for code in code_list("countries") if code != "KAZ")
"""Named one by one: an open place of a key is the total for strangers."""

VIEW: Final = View(
    name="countries",
    series=(f"DF_FLOW/A.IMM+EMI+NET.{{method}}.KZ.{_OTHERS}._T._T._T._T",),
    choices=(NEWEST, Choice("method", ("M1216R", "M1216", "U98"), "M1216R")),
    columns=(
        Column("country", COUNTRIES),
        Column("period", "period"),
        Column("arrivals", estimated=True),
        Column("departures", estimated=True),
        Column("net", estimated=True),
    ),
    rows=ranked(of_period(without(_ALL, "country", "_T")), total("arrivals", "departures")),
    charts=(RankedChart(("arrivals", "departures"), by="country"),),
    headline=first,
    beside=("country", "balance", "purposes"),
)
