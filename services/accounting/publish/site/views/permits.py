"""Work permits by kind, over the years: issued, and in whose force people work."""

from typing import Final

from services.accounting.publish.site.rows import pivot
from services.accounting.publish.site.specs import LineChart
from services.accounting.publish.site.view import TIME, Column, View
from services.accounting.rules.figures.dataflows import PERMIT_KINDS
from shared.kernel.codes import code_list

_KINDS: Final = "+".join(code_list("permit_kinds"))
_CODES: Final = {"PERMITS_ISSUED": "issued", "WORKERS": "workers"}

VIEW: Final = View(
    name="permits",
    series=(f"DF_LABOUR/A.PERMITS_ISSUED+WORKERS.REGISTER.{_KINDS}._T._T.KZ._T._T",),
    columns=(
        Column("period", "period"),
        Column("kind", PERMIT_KINDS),
        Column("issued"),
        Column("workers"),
    ),
    rows=pivot({"period": TIME, "kind": "PERMIT_KIND"}, _CODES),
    charts=(LineChart(("workers",), by="kind"),),
    latest_first=True,
    beside=("labour", "quota", "sectors"),
)
