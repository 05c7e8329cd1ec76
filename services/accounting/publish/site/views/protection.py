"""Refugees, asylum seekers and stateless persons, by the register and as published."""

from collections.abc import Sequence
from typing import Final

from services.accounting.publish.site.specs import LineChart
from services.accounting.publish.site.view import TIME, Column, Headed, Observation, Row, State, Value, View

_MEASURES: Final = {
    ("REFUGEES", "REGISTER"): "refugees",
    ("ASYLUM_SEEKERS", "REGISTER"): "asylum_seekers",
    ("STATELESS", "REGISTER"): "stateless",
    ("REFUGEES", "PUBLISHED"): "refugees_published",
    ("STATELESS", "PUBLISHED"): "stateless_published",
}


def _rows(observations: Sequence[Observation], _: State) -> list[Row]:
    """A row per year, or per day of which others have published."""
    found: dict[str, dict[str, Value]] = {}
    for each in observations:
        column = _MEASURES[each.code("INDICATOR"), each.code("METHOD")]
        found.setdefault(each.code(TIME), dict.fromkeys(_MEASURES.values()))[column] = each
    return [{"period": period, **found[period]} for period in sorted(found)]


def _headline(rows: Sequence[Row], _: State) -> Headed | None:
    """The newest that the register says; without it, what others published of refugees last."""
    for text, column in (("headline", "refugees"), ("headline_published", "refugees_published")):
        known = [row for row in rows if row[column] is not None]
        if known:
            return Headed(text, known[-1])
    return Headed("headline_other", rows[-1]) if rows else None


VIEW: Final = View(
    name="protection",
    series=(
        "DF_PROTECTION/A.REFUGEES+ASYLUM_SEEKERS+STATELESS.REGISTER._T",
        "DF_PROTECTION/A+D.REFUGEES+STATELESS.PUBLISHED._T",
    ),
    columns=(Column("period", "period"), *(Column(name) for name in _MEASURES.values())),
    rows=_rows,
    charts=(
        LineChart(("refugees", "asylum_seekers", "refugees_published")),
        LineChart(("stateless", "stateless_published")),
    ),
    headline=_headline,
    latest_first=True,
    beside=("countries", "purposes"),
)
