"""How many citizens are abroad: our estimate with its interval, what of it our register holds and what it misses."""

from collections.abc import Sequence
from typing import Final

from services.accounting.publish.site.specs import LineChart
from services.accounting.publish.site.view import TIME, Choice, Column, Observation, Row, State, Value, View
from services.accounting.publish.site.views.emigration import HOSTS
from services.accounting.rules.estimates.series import CONCEPTS, METHOD, SUFFIXES
from services.accounting.rules.figures.dataflows import COUNTRIES

_MEASURES: Final = {
    SUFFIXES["adjusted"]: "estimate",
    SUFFIXES["definition"]: "definition_gap",
    SUFFIXES["undercount"]: "missed",
    SUFFIXES["share"]: "coverage",
}
_CODES: Final = {f"{concept}_{suffix}": (concept, name) for concept in CONCEPTS for suffix, name in _MEASURES.items()}


def _rows(observations: Sequence[Observation], _: State) -> list[Row]:
    """A row per year and concept."""
    found: dict[tuple[str, str], dict[str, Value]] = {}
    for each in observations:
        concept, name = _CODES[each.code("INDICATOR")]
        found.setdefault((each.code(TIME), concept), dict.fromkeys(_MEASURES.values()))[name] = each
    return [{"period": period, "concept": concept, **found[period, concept]} for period, concept in sorted(found)]


VIEW: Final = View(
    name="undercount",
    series=(f"DF_EMIGRATION/A.{'+'.join(_CODES)}.{METHOD}.{{country}}",),
    choices=(Choice("country", HOSTS, "_T", COUNTRIES),),
    columns=(
        Column("period", "period"),
        Column("concept", "word"),
        Column("estimate", estimated=True),
        Column("definition_gap"),
        Column("missed", estimated=True),
        Column("coverage", "rate", estimated=True),
    ),
    rows=_rows,
    charts=(LineChart(("estimate",), by="concept"),),
    latest_first=True,
    beside=("emigration", "abroad"),
)
