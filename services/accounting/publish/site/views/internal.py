"""Internal migration: moves that people registered, beside what others have published of them."""

from collections.abc import Sequence
from typing import Final

from services.accounting.publish.site.specs import LineChart
from services.accounting.publish.site.view import TIME, Column, Headed, Observation, Row, State, Value, View, newest

_MEASURES: Final = {
    ("INTERNAL", "REGISTER"): "moves",
    ("INTERNAL_BETWEEN", "REGISTER"): "between",
    ("INTERNAL_WITHIN", "REGISTER"): "within",
    ("INTERNAL", "PUBLISHED"): "moves_published",
    ("INTERNAL_BETWEEN", "PUBLISHED"): "between_published",
    ("INTERNAL_WITHIN", "PUBLISHED"): "within_published",
}


def _rows(observations: Sequence[Observation], _: State) -> list[Row]:
    """A row per year."""
    found: dict[str, dict[str, Value]] = {}
    for each in observations:
        column = _MEASURES[each.code("INDICATOR"), each.code("METHOD")]
        found.setdefault(each.code(TIME), dict.fromkeys(_MEASURES.values()))[column] = each
    return [{"period": period, **found[period]} for period in sorted(found)]


def _headline(rows: Sequence[Row], state: State) -> Headed | None:
    """The newest year that the register tells of, else the newest of all."""
    counted = [row for row in rows if row["moves"] is not None]
    return newest(counted, state) if counted else Headed("headline_published", rows[-1]) if rows else None


VIEW: Final = View(
    name="internal",
    series=("DF_INTERNAL/A.INTERNAL+INTERNAL_BETWEEN+INTERNAL_WITHIN.REGISTER+PUBLISHED.KZ.KZ",),
    columns=(Column("period", "period"), *(Column(name) for name in _MEASURES.values())),
    rows=_rows,
    charts=(LineChart(("between", "within", "between_published", "within_published")),),
    headline=_headline,
    latest_first=True,
    beside=("defacto", "regions"),
)
