"""Work permits by kind, over the years: issued, and in whose force people work, beside what others have published."""

from collections.abc import Sequence
from typing import Final

from services.accounting.publish.site.specs import LineChart
from services.accounting.publish.site.view import TIME, Column, Headed, Observation, Row, State, Value, View, number
from services.accounting.rules.figures.dataflows import PERMIT_KINDS
from shared.kernel.codes import code_list

_KINDS: Final = "+".join(code_list("permit_kinds"))
_MEASURES: Final = {
    ("PERMITS_ISSUED", "REGISTER"): "issued",
    ("WORKERS", "REGISTER"): "workers",
    ("PERMITS_ISSUED", "PUBLISHED"): "issued_published",
    ("WORKERS", "PUBLISHED"): "workers_published",
}


def _rows(observations: Sequence[Observation], _: State) -> list[Row]:
    """A row per year and kind."""
    found: dict[tuple[str, str], dict[str, Value]] = {}
    for each in observations:
        at = each.code(TIME), each.code("PERMIT_KIND")
        column = _MEASURES[each.code("INDICATOR"), each.code("METHOD")]
        found.setdefault(at, dict.fromkeys(_MEASURES.values()))[column] = each
    return [{"period": period, "kind": kind, **found[period, kind]} for period, kind in sorted(found)]


def _headline(rows: Sequence[Row], _: State) -> Headed | None:
    """The largest kind of the newest year that the register tells of; else what others published last."""
    for text, column in (
        ("headline", "workers"),
        ("headline_workers", "workers_published"),
        ("headline_issued", "issued_published"),
    ):
        known = [row for row in rows if row[column] is not None]
        if known:
            return Headed(text, max(known, key=lambda row: (str(row["period"]), float(number(row[column]) or 0))))
    return None


VIEW: Final = View(
    name="permits",
    series=(
        f"DF_LABOUR/A.PERMITS_ISSUED+WORKERS.REGISTER.{_KINDS}._T._T.KZ._T._T",
        f"DF_LABOUR/A.PERMITS_ISSUED+WORKERS.PUBLISHED.{_KINDS}+quota._T._T.KZ._T._T",
    ),
    columns=(
        Column("period", "period"),
        Column("kind", PERMIT_KINDS),
        *(Column(name) for name in _MEASURES.values()),
    ),
    rows=_rows,
    charts=(LineChart(("workers",), by="kind"), LineChart(("workers_published",), by="kind")),
    headline=_headline,
    latest_first=True,
    beside=("labour", "quota", "sectors"),
)
