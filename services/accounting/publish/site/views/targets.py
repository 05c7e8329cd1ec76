"""The indicators of the concept of migration policy against the targets that it set."""

from collections.abc import Sequence
from typing import Final

from services.accounting.publish.site.rows import pivot
from services.accounting.publish.site.specs import RankedChart
from services.accounting.publish.site.view import TIME, Column, Headed, Observation, Row, State, Value, View
from services.accounting.rules.figures.dataflows import INDICATORS

_CODES: Final = (
    *("HEADS_SHARE", "SPECIALISTS_SHARE", "QUOTA_SHARE", "QUALIFIED_SHARE"),
    *("KANDAS_EMPLOYED_SHARE", "RESETTLERS_SUPPORTED_SHARE"),
)
AT_MOST: Final = frozenset({"HEADS_SHARE", "SPECIALISTS_SHARE", "QUOTA_SHARE"})
"""Where the target is a limit; of the others it is the least."""
_PIVOT: Final = pivot(
    {"period": TIME, "indicator": "INDICATOR"}, {"REGISTER": "actual", "TARGET": "target"}, of="METHOD"
)


def _rows(observations: Sequence[Observation], state: State) -> list[Row]:
    """Per indicator its target and what was reached in the newest year that is known."""
    targets: dict[str, Row] = {}
    newest: dict[str, Row] = {}
    for row in _PIVOT(observations, state):
        code = str(row["indicator"])
        if row["target"] is not None:
            targets[code] = row
        if row["actual"] is not None or code not in newest:
            newest[code] = row
    return [_against(code, newest[code], targets.get(code)) for code in _CODES if code in newest]


def _against(code: str, row: Row, target: Row | None) -> Row:
    aim: Value = "most" if code in AT_MOST else "least"
    return {
        "indicator": code,
        "meaning": code,
        "aim": aim,
        "target": target["target"] if target else None,
        "target_in": target["period"] if target else None,
        "actual": row["actual"],
        "period": row["period"] if row["actual"] is not None else None,
    }


def _headline(rows: Sequence[Row], _: State) -> Headed | None:
    """The first indicator of which both are known; else the first target."""
    known = [row for row in rows if row["actual"] is not None and row["target"] is not None]
    return Headed("headline", known[0]) if known else Headed("headline_target", rows[0]) if rows else None


VIEW: Final = View(
    name="targets",
    series=(f"DF_INDICATOR/A.{'+'.join(_CODES)}.REGISTER+TARGET.KZ",),
    columns=(
        Column("indicator", "word"),
        Column("meaning", INDICATORS),
        Column("aim", "word"),
        Column("target", "rate"),
        Column("target_in", "period"),
        Column("actual", "rate"),
        Column("period", "period"),
    ),
    rows=_rows,
    charts=(RankedChart(("target", "actual"), by="indicator", kinds=("down", "up")),),
    headline=_headline,
    beside=("labour", "kandas", "internal"),
)
