"""One country over time: who came from it to live here, and who left for it."""

from typing import Final

from services.accounting.publish.site.rows import pivot
from services.accounting.publish.site.specs import BarChart
from services.accounting.publish.site.view import TIME, Choice, Column, View
from services.accounting.rules.figures.dataflows import COUNTRIES
from shared.kernel.codes import code_list

_MEASURES: Final = {"IMM": "arrivals", "EMI": "departures", "NET": "net"}
_OTHERS: Final = tuple(code for code in code_list("countries") if code != "KAZ")

VIEW: Final = View(
    name="country",
    series=("DF_FLOW/A.IMM+EMI+NET.{method}.KZ.{country}._T._T._T._T",),
    choices=(Choice("country", _OTHERS, "RUS", COUNTRIES), Choice("method", ("M1216R", "M1216", "U98"), "M1216R")),
    columns=(
        Column("period", "period"),
        Column("country", COUNTRIES),
        Column("arrivals", estimated=True),
        Column("departures", estimated=True),
        Column("net", estimated=True),
    ),
    rows=pivot({"period": TIME, "country": "PARTNER"}, _MEASURES, whole=_MEASURES.values()),
    charts=(BarChart("arrivals", "departures", "net"),),
    latest_first=True,
    beside=("countries", "citizenship", "balance"),
)
