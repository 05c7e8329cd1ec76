"""The official series of net migration beside ours."""

from collections.abc import Sequence
from typing import Final

from services.accounting.publish.site.rows import pivot
from services.accounting.publish.site.specs import LineChart
from services.accounting.publish.site.view import TIME, Column, Observation, Row, State, View

_PIVOT: Final = pivot({"period": TIME}, {"COUPON": "official", "M1216": "computed"}, of="METHOD")


def _rows(observations: Sequence[Observation], state: State) -> list[Row]:
    """Our own count of coupons, which stands under the official key until that is loaded, names no source: it is left
    out."""
    kept = [each for each in observations if each.code("METHOD") != "COUPON" or each.figure.source]
    return list(_PIVOT(kept, state))


VIEW: Final = View(
    name="official",
    series=("DF_FLOW/A.NET.COUPON+M1216.KZ._T._T._T._T._T",),
    columns=(Column("period", "period"), Column("official"), Column("computed")),
    rows=_rows,
    charts=(LineChart(("official", "computed")),),
    latest_first=True,
    beside=("population", "balance"),
)
