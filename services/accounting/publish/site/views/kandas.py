"""Kandas: statuses applied for, granted and ended by the register, beside what others have published."""

from collections.abc import Sequence
from typing import Final

from services.accounting.publish.site.specs import LineChart
from services.accounting.publish.site.view import TIME, Column, Headed, Observation, Row, State, Value, View

_MEASURES: Final = {
    ("KANDAS_APPLIED", "REGISTER"): "applied",
    ("KANDAS_GRANTED", "REGISTER"): "granted",
    ("KANDAS_REFUSED", "REGISTER"): "refused",
    ("KANDAS_ENDED", "REGISTER"): "ended",
    ("KANDAS_INCLUDED", "REGISTER"): "included",
    ("KANDAS_GRANTED", "PUBLISHED"): "granted_published",
    ("KANDAS_ARRIVED", "PUBLISHED"): "arrived_published",
    ("KANDAS_QUOTA", "PUBLISHED"): "quota_published",
}


def _rows(observations: Sequence[Observation], _: State) -> list[Row]:
    """A row per year."""
    found: dict[str, dict[str, Value]] = {}
    for each in observations:
        column = _MEASURES.get((each.code("INDICATOR"), each.code("METHOD")))
        if column:
            found.setdefault(each.code(TIME), dict.fromkeys(_MEASURES.values()))[column] = each
    return [{"period": period, **found[period]} for period in sorted(found)]


def _headline(rows: Sequence[Row], _: State) -> Headed | None:
    """The newest year of which the register tells; without one, the newest that others tell of."""
    for text, column in (("headline", "granted"), ("headline_published", "granted_published")):
        known = [row for row in rows if row[column] is not None]
        if known:
            return Headed(text, known[-1])
    return Headed("headline_other", rows[-1]) if rows else None


VIEW: Final = View(
    name="kandas",
    series=(
        "DF_KANDAS/A.KANDAS_APPLIED+KANDAS_GRANTED+KANDAS_REFUSED+KANDAS_ENDED+KANDAS_INCLUDED.REGISTER.KZ._T",
        "DF_KANDAS/A.KANDAS_GRANTED+KANDAS_ARRIVED+KANDAS_QUOTA.PUBLISHED.KZ._T",
    ),
    columns=(Column("period", "period"), *(Column(name) for name in _MEASURES.values())),
    rows=_rows,
    charts=(LineChart(("granted", "granted_published", "arrived_published")),),
    headline=_headline,
    latest_first=True,
    beside=("internal", "countries"),
)
