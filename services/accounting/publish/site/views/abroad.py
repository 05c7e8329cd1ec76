"""Work abroad, country by country: what everybody says of our citizens there, and the money that they send home.

Korea and Russia are the worked stories: in the one irregular work grew and the host counted it, in the other bodies
differ fourfold over the same year.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from services.accounting.publish.site.specs import LineChart, Picked
from services.accounting.publish.site.view import TIME, Choice, Column, Headed, Observation, Row, State, View, number
from services.accounting.publish.site.views.emigration import HOSTS
from services.accounting.rules.figures.dataflows import COUNTRIES, INDICATORS, METHODS

_HOME: Final = "KAZ"
_SPREAD: Final = (Column("least"), Column("most"), Column("least_in", "period"), Column("most_in", "period"))
_GROWTH: Final = (
    *(Column("then"), Column("now"), Column("then_in", "period"), Column("now_in", "period")),
    *(Column("sent_then"), Column("sent_now"), Column("sent_then_in", "period"), Column("sent_now_in", "period")),
)


def _rows(observations: Sequence[Observation], _: State) -> list[Row]:
    """A row per statement. What no host reports is said by our own bodies."""
    found: list[Row] = []
    for each in observations:
        money = each.code("INDICATOR").startswith("TRANSFERS")
        found.append(
            {
                "period": each.code(TIME),
                "figure": each.code("INDICATOR"),
                "reporter": each.code("REPORTER") if each.flow.id == "DF_MIRROR" else _HOME,
                "method": each.code("METHOD"),
                "persons": None if money else each,
                "dollars": each if money else None,
            }
        )
    return sorted(found, key=lambda row: (str(row["period"]), str(row["figure"]), str(row["reporter"])))


def told_most(rows: Sequence[Row]) -> list[Row]:
    """The rows of the figure of persons of which most is said. What our own register holds is no statement: a line from
    one to the other would be a story that nobody tells."""
    said = _published(rows) or list(rows)
    counts = Counter(str(row["figure"]) for row in said if row["persons"] is not None)
    chosen = min(counts, key=lambda code: (-counts[code], code), default="")
    return [row for row in said if row["figure"] == chosen]


def _published(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["method"] == "PUBLISHED"]


def _headline(rows: Sequence[Row], _: State) -> Headed | None:
    """Growth, where both irregular stay and transfers have a history; else how far apart statements are."""
    if not rows:
        return None
    irregular = [row for row in _published(rows) if row["figure"] == "IRREGULAR"]
    sent = [row for row in rows if row["dollars"] is not None]
    if len(irregular) > 1 and len(sent) > 1:
        return Headed(
            "headline_growth", {**_ends("", "persons", irregular), **_ends("sent_", "dollars", sent)}, _GROWTH
        )
    told = sorted(told_most(rows), key=lambda row: float(number(row["persons"]) or 0))
    if len(told) < 2:
        return Headed("headline_one", rows[-1])
    least, most = told[0], told[-1]
    spread: Row = {
        **most,
        **{"least": least["persons"], "least_in": least["period"], "most": most["persons"], "most_in": most["period"]},
    }
    return Headed("headline", spread, _SPREAD)


def _ends(name: str, measure: str, rows: Sequence[Row]) -> Row:
    """The first and the last of some rows."""
    then, now = rows[0], rows[-1]
    return {
        f"{name}then": then[measure],
        f"{name}then_in": then["period"],
        f"{name}now": now[measure],
        f"{name}now_in": now["period"],
    }


VIEW: Final = View(
    name="abroad",
    series=(
        "DF_MIRROR/A+M+_X.WORKING+IRREGULAR+IMM+NET.PUBLISHED.{country}.KAZ.",
        "DF_ABROAD/A.REGISTERED+IRREGULAR+STUDYING.PUBLISHED.KZ.{country}._T._T._T",
        "DF_ABROAD/A.REGISTERED+WORKING+IRREGULAR.REGISTER.KZ.{country}._T._T._T",
        "DF_REMITTANCE/A.TRANSFERS_IN.PUBLISHED.{country}.USD",
    ),
    choices=(
        Choice("country", ("KOR", "RUS", *(each for each in HOSTS if each not in ("KOR", "RUS"))), "KOR", COUNTRIES),
    ),
    columns=(
        Column("period", "period"),
        Column("figure", INDICATORS),
        Column("reporter", COUNTRIES),
        Column("method", METHODS),
        Column("persons"),
        Column("dollars"),
    ),
    rows=_rows,
    charts=(
        Picked(LineChart(("persons",), by="reporter"), told_most),
        LineChart(("dollars",)),
    ),
    headline=_headline,
    latest_first=True,
    beside=("contradictions", "emigration", "undercount"),
)
