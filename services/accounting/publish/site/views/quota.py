"""The quota of foreign labour: how many places were set, and how many of them are used."""

from typing import Final

from services.accounting.publish.site.rows import pivot
from services.accounting.publish.site.specs import LineChart
from services.accounting.publish.site.view import TIME, Column, View

_MEASURES: Final = {
    "QUOTA_SET": "set",
    "QUOTA_MOVED": "moved",
    "QUOTA_RESERVED": "reserved",
    "QUOTA_USED": "used",
    "QUOTA_LEFT": "left",
}

VIEW: Final = View(
    name="quota",
    series=(f"DF_QUOTA/A.{'+'.join(_MEASURES)}.REGISTER._T._T._T._T.KZ._T",),
    columns=(Column("period", "period"), *(Column(name) for name in _MEASURES.values())),
    rows=pivot({"period": TIME}, _MEASURES, whole=("set", "used")),
    charts=(LineChart(("set", "used", "left")),),
    latest_first=True,
    beside=("labour", "permits"),
)
