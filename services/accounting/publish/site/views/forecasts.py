"""What the next months may be, how good such forecasts were in the past, and what stops them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from services.accounting.publish.site.specs import FanChart
from services.accounting.publish.site.view import (
    TIME,
    Choice,
    Column,
    Headed,
    Observation,
    Row,
    State,
    Value,
    View,
    number,
)
from services.accounting.rules.figures.dataflows import FORECASTS as MEASURES
from services.accounting.rules.figures.dataflows import INDICATORS, MODELS, codes_of
from services.accounting.rules.forecasts.figures import FLOW

_MONTHS: Final = ("expected", "lower_80", "upper_80", "lower_95", "upper_95")
_SCORES: Final = ("mase", "covered_80", "covered_95")
_JUDGED: Final = {"ETS": "headline_ETS", "SNAIVE": "headline_SNAIVE"}
_HEADED: Final = (
    Column("next", "period"),
    Column("broken", "period"),
    *map(Column, ("learned", "mase", "naive", "covered_80", "covered_95")),
)


def _rows(observations: Sequence[Observation], _: State) -> list[Row]:
    """A row per month: counted, expected, or both where a month was forecast before it was counted. What is said of
    the whole forecast stands in the rows of its own months, under names that are no columns."""
    found: dict[str, dict[str, Value]] = defaultdict(lambda: dict.fromkeys(("counted", *_MONTHS)))
    for each in observations:
        row = found[each.code(TIME)]
        if each.flow.id != FLOW:
            row["counted"] = each
            continue
        model, measure = each.code("MODEL"), each.code("FORECAST").lower()
        row[f"{measure}_{model}" if measure in _SCORES else measure] = each
        if measure == "expected":
            row["model"] = model
    return [{"period": period, **found[period]} for period in sorted(found)]


def _headline(rows: Sequence[Row], _: State) -> Headed | None:
    """The next month with the score of such forecasts, or why there is none."""
    about = {name: value for row in rows for name, value in row.items() if name not in ("period", "counted", *_MONTHS)}
    if expected := [row for row in rows if row["expected"] is not None]:
        # A release may have counted months that the one before it forecast, until its own forecasts are made.
        coming = next((row for row in expected if row["counted"] is None), expected[-1])
        return Headed(_JUDGED[str(about["model"])] if _judged(about) else "headline", _said(coming, about), _HEADED)
    if (broken := about.get("break")) and isinstance(broken, Observation):
        return Headed("headline_BREAK", {"broken": broken.code(TIME)}, _HEADED)
    if learned := about.get("learned"):
        return Headed("headline_SHORT", {"learned": learned}, _HEADED)
    return Headed("headline_NONE", {}) if rows else None


def _judged(about: Mapping[str, Value]) -> bool:
    scored = all(about.get(f"{name}_{model}") is not None for name in _SCORES for model in (about["model"], "SNAIVE"))
    return scored and about["model"] in _JUDGED


def _said(coming: Row, about: Mapping[str, Value]) -> Row:
    """Whole numbers, errors in per cent: a headline is read, not reckoned with."""
    model = about["model"]
    return {
        "next": coming["period"],
        **{name: _whole(coming[name]) for name in _MONTHS},
        **{name: _whole(about.get(f"{name}_{model}")) for name in ("covered_80", "covered_95")},
        "mase": _whole(about.get(f"mase_{model}"), 100),
        "naive": _whole(about.get("mase_SNAIVE"), 100),
    }


def _whole(value: Value, times: int = 1) -> int | None:
    found = number(value)
    return None if found is None else round(times * found)


VIEW: Final = View(
    name="forecasts",
    series=(
        "DF_FLOW/M.{indicator}.{method}.KZ._T._T._T._T._T",
        f"{FLOW}/M.{{indicator}}.{{method}}.KZ._T.{'+'.join(codes_of(MODELS))}.{'+'.join(codes_of(MEASURES))}",
    ),
    choices=(
        Choice("indicator", ("IMM", "EMI", "NET"), "IMM", INDICATORS),
        Choice("method", ("M1216R", "M1216"), "M1216R"),
    ),
    columns=(Column("period", "period"), Column("counted", estimated=True), *map(Column, _MONTHS)),
    rows=_rows,
    charts=(FanChart("counted", "expected", (("lower_95", "upper_95"), ("lower_80", "upper_80"))),),
    headline=_headline,
    latest_first=True,
    beside=("balance", "revisions"),
)
