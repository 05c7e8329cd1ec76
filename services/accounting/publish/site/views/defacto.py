"""Where people really live: residents by signs of life, beside the registered population."""

from collections.abc import Sequence
from typing import Final

from services.accounting.publish.charts.tiles import PLACES
from services.accounting.publish.site.rows import pivot
from services.accounting.publish.site.specs import LineChart
from services.accounting.publish.site.view import TIME, Choice, Column, Headed, Row, State, View, newest
from services.accounting.rules.figures.dataflows import AREAS


def _headline(rows: Sequence[Row], state: State) -> Headed | None:
    """The newest year of which signs tell; without one, the registered population alone."""
    told = [row for row in rows if row["living"] is not None]
    return newest(told, state) if told else Headed("headline_registered", rows[-1]) if rows else None


VIEW: Final = View(
    name="defacto",
    series=("DF_STOCK/A.RESIDENTS.RINDEX.{region}._T._T._T", "DF_BALANCE/A.POPULATION.PUBLISHED.{region}"),
    choices=(Choice("region", ("KZ", *PLACES), "KZ", AREAS),),
    columns=(
        Column("period", "period"),
        Column("region", AREAS),
        Column("living", estimated=True),
        Column("population"),
    ),
    rows=pivot({"period": TIME, "region": "REF_AREA"}, {"RINDEX": "living", "PUBLISHED": "population"}, of="METHOD"),
    charts=(LineChart(("living", "population")),),
    headline=_headline,
    latest_first=True,
    beside=("internal", "population"),
)
