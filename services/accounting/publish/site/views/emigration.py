"""Emigration: what each register and each host country says of who left, side by side, and our estimate."""

from collections.abc import Sequence
from typing import Final

from services.accounting.publish.site.specs import LineChart, Picked, RankedChart
from services.accounting.publish.site.view import TIME, Choice, Column, Headed, Observation, Row, State, View, number
from services.accounting.rules.figures.dataflows import COUNTRIES, METHODS

HOSTS: Final = ("_T", "RUS", "KOR", "DEU", "POL", "TUR", "USA", "CAN", "BLR", "UZB", "KGZ", "ISR", "CZE", "GBR", "ARE")
"""All countries, and those where most of our citizens are known to be."""
_HOST_SAYS: Final = "HOST_REGISTERED+HOST_WORKING+HOST_STUDYING+HOST_IRREGULAR+HOST_IMMIGRANTS+HOST_NET"
_METHODS: Final = (
    *("M1216R", "REGISTER", "COUPON", "HOST", "PUBLISHED", "HOST_ESTIMATE", "HOST_PRESS", "ADJUSTED"),
)  # of two figures of one thing the one by the earlier is drawn; the table has both
LEFT: Final = frozenset(
    {"DEREGISTERED", "DEREGISTERED_PUBLISHED", "LEFT_BORDER", "HOST_IMMIGRANTS", "EMIGRANTS_ADJUSTED"}
)
"""What counts those who left in a period; the rest counts who is there at its end, or studies, or works."""
_NAMES: Final = tuple(Column(side) for side in ("least", "most")) + tuple(
    Column(f"{side}_of", "word") for side in ("least", "most")
)


def _rows(observations: Sequence[Observation], _: State) -> list[Row]:
    """A row per figure. What others published of deregistrations is a kind of its own: no series mixes two sources."""
    found: list[Row] = []
    for each in observations:
        evidence, method = each.code("INDICATOR"), each.code("METHOD")
        published = evidence == "DEREGISTERED" and method == "PUBLISHED"
        found.append(
            {
                "period": each.code(TIME),
                "evidence": f"{evidence}_PUBLISHED" if published else evidence,
                "method": method,
                "persons": each,
            }
        )
    return sorted(found, key=lambda row: (str(row["period"]), str(row["evidence"]), str(row["method"])))


def one_each(rows: Sequence[Row]) -> list[Row]:
    """Of each kind of evidence and period one figure."""
    found: dict[tuple[str, str], Row] = {}
    for row in sorted(rows, key=lambda row: _METHODS.index(str(row["method"]))):
        found.setdefault((str(row["evidence"]), str(row["period"])), row)
    return sorted(found.values(), key=lambda row: str(row["period"]))


def newest_each(rows: Sequence[Row]) -> list[Row]:
    """Of each kind of evidence its newest figure, the largest first; what covers several years compares with none."""
    found = {str(row["evidence"]): row for row in one_each(rows) if not str(row["period"]).endswith("Y")}
    return sorted(found.values(), key=lambda row: -float(number(row["persons"]) or 0))


def _headline(rows: Sequence[Row], _: State) -> Headed | None:
    """The newest period of which two counts of those who left differ; else the newest figure alone."""
    told = [row for row in rows if row["evidence"] in LEFT and number(row["persons"])]
    for period in sorted({str(row["period"]) for row in told}, reverse=True):
        beside = sorted(
            (row for row in told if row["period"] == period), key=lambda row: float(number(row["persons"]) or 0)
        )
        least, most = beside[0], beside[-1]
        if number(least["persons"]) != number(most["persons"]):
            ends: Row = {"least": least["persons"], "least_of": least["evidence"]}
            return Headed("headline", {**most, **ends, "most": most["persons"], "most_of": most["evidence"]}, _NAMES)
    return Headed("headline_one", (told or list(rows))[-1]) if rows else None


VIEW: Final = View(
    name="emigration",
    series=(
        "DF_EMIGRATION/A+_X.DEREGISTERED.COUPON+PUBLISHED.{country}",
        "DF_EMIGRATION/A.LEFT_BORDER.M1216R.{country}",
        "DF_EMIGRATION/A.CONSULAR_REGISTERED+CONSULAR_WORKING+CONSULAR_STUDYING.REGISTER.{country}",
        f"DF_EMIGRATION/A+_X.{_HOST_SAYS}.PUBLISHED.{{country}}",
        f"DF_EMIGRATION/A.{_HOST_SAYS}.HOST+HOST_ESTIMATE+HOST_PRESS.{{country}}",
        "DF_EMIGRATION/A.EMIGRANTS_ADJUSTED.ADJUSTED.{country}",
    ),
    choices=(Choice("country", HOSTS, "_T", COUNTRIES),),
    columns=(
        Column("period", "period"),
        Column("evidence", "word"),
        Column("method", METHODS),
        Column("persons", estimated=True),
    ),
    rows=_rows,
    charts=(
        Picked(RankedChart(("persons",), by="evidence", kinds=("up",)), newest_each),
        Picked(LineChart(("persons",), by="evidence", at_most=8), one_each),
    ),
    headline=_headline,
    latest_first=True,
    beside=("undercount", "abroad", "contradictions"),
)
