"""In which sectors foreigners work by a permit."""

from typing import Final

from services.accounting.publish.site.rows import of_period, pivot, ranked, total
from services.accounting.publish.site.specs import RankedChart
from services.accounting.publish.site.view import NEWEST, TIME, Column, View, first
from services.accounting.rules.figures.dataflows import ACTIVITIES
from shared.kernel.codes import code_list

_ALL: Final = pivot({"sector": "ACTIVITY", "period": TIME}, {"WORKERS": "workers"})

VIEW: Final = View(
    name="sectors",
    series=(f"DF_LABOUR/A.WORKERS.REGISTER._T._T.{'+'.join(code_list('activities'))}.KZ._T._T",),
    choices=(NEWEST,),
    columns=(Column("sector", ACTIVITIES), Column("period", "period"), Column("workers")),
    rows=ranked(of_period(_ALL), total("workers")),
    charts=(RankedChart(("workers",), by="sector", kinds=("up",), at_most=21),),
    headline=first,
    beside=("labour", "permits", "quota"),
)
