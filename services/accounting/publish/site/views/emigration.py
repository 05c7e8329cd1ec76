"""Emigration: what each register and each host country says of who left, side by side, and our estimate."""

from collections.abc import Sequence
from typing import Final

from services.accounting.publish.site.rows import listed
from services.accounting.publish.site.specs import LineChart, Picked, RankedChart
from services.accounting.publish.site.view import TIME, Choice, Column, Headed, Row, State, View, number
from services.accounting.rules.figures.dataflows import COUNTRIES, INDICATORS, METHODS

HOSTS: Final = ("_T", "RUS", "KOR", "DEU", "POL", "TUR", "USA", "CAN", "BLR", "UZB", "KGZ", "ISR", "CZE", "GBR", "ARE")
"""All countries, and those where most of our citizens are known to be."""
_HOST_SAYS: Final = "HOST_REGISTERED+HOST_WORKING+HOST_STUDYING+HOST_IRREGULAR+HOST_IMMIGRANTS+HOST_NET"
_METHODS: Final = (
    *("M1216R", "REGISTER", "COUPON", "HOST", "PUBLISHED", "HOST_ESTIMATE", "HOST_PRESS", "ADJUSTED"),
)  # of two figures of one thing the one by the earlier is drawn; the table has both
_NAMES: Final = (
    *(Column(f"{side}_of", INDICATORS) for side in ("least", "most")),
    *(Column(f"{side}_in", "period") for side in ("least", "most")),
    *(Column(side) for side in ("least", "most")),
)


def one_each(rows: Sequence[Row]) -> list[Row]:
    """Of each kind of evidence and period one figure."""
    found: dict[tuple[str, str], Row] = {}
    for row in sorted(rows, key=lambda row: _METHODS.index(str(row["method"]))):
        found.setdefault((str(row["evidence"]), str(row["period"])), row)
    return sorted(found.values(), key=lambda row: str(row["period"]))


def newest_each(rows: Sequence[Row]) -> list[Row]:
    """Of each kind of evidence its newest figure, the largest first."""
    found = {str(row["evidence"]): row for row in one_each(rows)}
    return sorted(found.values(), key=lambda row: -float(number(row["persons"]) or 0))


def _headline(rows: Sequence[Row], _: State) -> Headed | None:
    """How far apart the newest counts are; of a single one, itself."""
    found = newest_each(rows)
    if not found:
        return None
    most, least = found[0], found[-1]
    if most is least:
        return Headed("headline_one", most)
    sides = {"most": most, "least": least}
    said: Row = {
        name: value
        for side, row in sides.items()
        for name, value in ((side, row["persons"]), (f"{side}_of", row["evidence"]), (f"{side}_in", row["period"]))
    }
    return Headed("headline", said, _NAMES)


VIEW: Final = View(
    name="emigration",
    series=(
        "DF_EMIGRATION/A+_X.DEREGISTERED.COUPON+PUBLISHED.{country}",
        "DF_EMIGRATION/A.LEFT_BORDER.M1216R.{country}",
        "DF_EMIGRATION/A.CONSULAR_REGISTERED+CONSULAR_WORKING+CONSULAR_STUDYING.REGISTER.{country}",
        f"DF_EMIGRATION/A.{_HOST_SAYS}.PUBLISHED.{{country}}",
        f"DF_EMIGRATION/A.{_HOST_SAYS}.HOST+HOST_ESTIMATE+HOST_PRESS.{{country}}",
        "DF_EMIGRATION/A.EMIGRANTS_ADJUSTED.ADJUSTED.{country}",
    ),
    choices=(Choice("country", HOSTS, "_T", COUNTRIES),),
    columns=(
        Column("period", "period"),
        Column("evidence", INDICATORS),
        Column("method", METHODS),
        Column("persons", estimated=True),
    ),
    rows=listed({"period": TIME, "evidence": "INDICATOR", "method": "METHOD"}, "persons"),
    charts=(
        Picked(RankedChart(("persons",), by="evidence", kinds=("up",)), newest_each),
        Picked(LineChart(("persons",), by="evidence", at_most=8), one_each),
    ),
    headline=_headline,
    latest_first=True,
    beside=("undercount", "abroad", "contradictions"),
)
