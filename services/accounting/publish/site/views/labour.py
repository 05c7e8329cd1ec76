"""Foreign labour: the evidence matrix. Permits, exempt grounds, citizens of the EAEU and entries to work, side by
side: no one of them is the number of foreigners at work."""

from typing import Final

from services.accounting.publish.site.rows import either, of_period, pivot, ranked, total, without
from services.accounting.publish.site.specs import RankedChart
from services.accounting.publish.site.view import NEWEST, TIME, Column, View
from services.accounting.rules.figures.dataflows import EVIDENCE, codes_of

_KINDS: Final = "+".join(
    code for code in codes_of(EVIDENCE) if code not in ("_T", "_X", "crossings_work", "registered_moves")
)
_ALL: Final = pivot(
    {"evidence": "EVIDENCE", "period": TIME}, {"REGISTER": "counted", "PUBLISHED": "published"}, of="METHOD"
)

VIEW: Final = View(
    name="labour",
    series=(
        f"DF_EVIDENCE/A.WORKERS.REGISTER+PUBLISHED.KZ._T.{_KINDS}",
        "DF_EVIDENCE/A.WORK_ENTRIES.REGISTER.KZ._T.crossings_work",
    ),
    choices=(NEWEST,),
    columns=(Column("evidence", EVIDENCE), Column("period", "period"), Column("counted"), Column("published")),
    rows=ranked(of_period(without(_ALL, "evidence", "_T")), total("counted", "published")),
    charts=(RankedChart(("counted", "published"), by="evidence"),),
    headline=either("counted", "published"),
    beside=("permits", "sectors", "quota"),
)
