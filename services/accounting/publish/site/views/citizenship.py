"""Arrivals, departures and net migration by citizenship over time: all citizenships, or the chosen one."""

from collections.abc import Sequence
from typing import Final

from services.accounting.publish.site.rows import newest_whole, pivot
from services.accounting.publish.site.specs import LineChart
from services.accounting.publish.site.view import TIME, Choice, Column, Headed, Observation, Row, State, View, number
from services.accounting.publish.site.views.countries import EVERY, MEASURES
from services.accounting.rules.figures.dataflows import COUNTRIES

_ALL: Final = "_T"
_PIVOT: Final = pivot({"period": TIME, "citizenship": "CITIZEN"}, MEASURES, whole=MEASURES.values())


def _rows(observations: Sequence[Observation], state: State) -> list[Row]:
    return [row for row in _PIVOT(observations, state) if state["country"] in (_ALL, row["citizenship"])]


def _headline(rows: Sequence[Row], _: State) -> Headed | None:
    """Of the newest whole period the citizenship of most arrivals."""
    period = newest_whole(rows)
    beside = [row for row in rows if row["period"] == period]
    return Headed("headline", max(beside, key=lambda row: number(row["arrivals"]) or 0)) if beside else None


VIEW: Final = View(
    name="citizenship",
    series=(f"DF_FLOW/{{freq}}.IMM+EMI+NET.{{method}}.KZ._T.{EVERY}._T._T._T",),
    choices=(
        Choice("freq", ("A", "Q"), "A"),
        Choice("country", (_ALL, *EVERY.split("+")), _ALL, COUNTRIES),
        Choice("method", ("M1216R", "M1216", "U98"), "M1216R"),
    ),
    columns=(
        Column("period", "period"),
        Column("citizenship", COUNTRIES),
        Column("arrivals", estimated=True),
        Column("departures", estimated=True),
        Column("net", estimated=True),
    ),
    rows=_rows,
    charts=tuple(
        LineChart((each,), by="citizenship", largest_in=("arrivals", "departures")) for each in MEASURES.values()
    ),
    headline=_headline,
    latest_first=True,
    beside=("countries", "country", "balance"),
)
