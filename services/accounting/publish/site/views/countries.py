"""Where people come from and where they go: every country in a period, ranked and as flows through Kazakhstan.

By the country of previous or next residence where the period has such figures; else by citizenship, and said so: what
is not final yet is estimated by citizenship alone (decision 0065).
"""

from collections.abc import Sequence
from typing import Final

from services.accounting.publish.site.rows import of_period, pivot, ranked, total
from services.accounting.publish.site.specs import FlowChart, RankedChart
from services.accounting.publish.site.view import (
    NEWEST,
    TIME,
    Choice,
    Column,
    Headed,
    Observation,
    Row,
    Rows,
    State,
    View,
    first,
)
from services.accounting.rules.figures.dataflows import COUNTRIES, NOT_SPECIFIED
from shared.kernel.codes import code_list

HERE: Final = "KAZ"
EVERY: Final = "+".join((*code_list("countries"), NOT_SPECIFIED))
"""Named one by one: an open place of a key is the total for strangers."""
MEASURES: Final = {"IMM": "arrivals", "EMI": "departures", "NET": "net"}
_OTHERS: Final = "+".join(code for code in EVERY.split("+") if code != HERE)


def _by(dimension: str) -> Rows:
    every = pivot({"period": TIME, "country": dimension}, MEASURES)
    return ranked(of_period(every), total("arrivals", "departures"))


_BY_RESIDENCE: Final = _by("PARTNER")
_BY_CITIZENSHIP: Final = _by("CITIZEN")


def _rows(observations: Sequence[Observation], state: State) -> list[Row]:
    """A row per country. Where the whole of a period is open, or not released at all, small parts of it may be final:
    they are no picture of it."""
    whole = [each for each in observations if _is_whole(each, "PARTNER") and _is_whole(each, "CITIZEN")]
    known = {each.code(TIME) for each in whole}
    final = known - {each.code(TIME) for each in whole if each.figure.status != "A"}
    ways = (("RESIDENCE", "PARTNER", final, _BY_RESIDENCE), ("CITIZENSHIP", "CITIZEN", known, _BY_CITIZENSHIP))
    for counted_by, dimension, periods, rows in ways:
        own = [each for each in observations if not _is_whole(each, dimension) and each.code(TIME) in periods]
        if found := rows(own, state):
            return [{**row, "counted_by": counted_by} for row in found]
    return []


def _is_whole(each: Observation, dimension: str) -> bool:
    return each.code(dimension) == COUNTRIES.total


def _headline(rows: Sequence[Row], state: State) -> Headed | None:
    said = first(rows, state)
    if said and said.row["counted_by"] == "CITIZENSHIP":
        return Headed("headline_citizenship", said.row)
    return said


VIEW: Final = View(
    name="countries",
    series=(
        f"DF_FLOW/A.IMM+EMI+NET.{{method}}.KZ.{_OTHERS}._T._T._T._T",
        f"DF_FLOW/A.IMM+EMI+NET.{{method}}.KZ._T.{EVERY}._T._T._T",
        "DF_FLOW/A.IMM+EMI+NET.{method}.KZ._T._T._T._T._T",
    ),
    choices=(NEWEST, Choice("method", ("M1216R", "M1216", "U98"), "M1216R")),
    columns=(
        Column("country", COUNTRIES),
        Column("period", "period"),
        Column("counted_by", "word"),
        Column("arrivals", estimated=True),
        Column("departures", estimated=True),
        Column("net", estimated=True),
    ),
    rows=_rows,
    charts=(
        RankedChart(("arrivals", "departures"), by="country"),
        FlowChart("arrivals", "departures", by="country", counted_by="counted_by", middle=HERE),
    ),
    headline=_headline,
    beside=("country", "citizenship", "balance", "purposes"),
)
