"""Where officials contradict each other: figures of different bodies of the same people at the same time."""

from collections.abc import Sequence
from typing import Final

from services.accounting.publish.site.specs import RankedChart
from services.accounting.publish.site.view import TIME, Column, Headed, Observation, Row, State, View, number
from services.accounting.rules.figures.contradictions import DISPUTES

_DISPUTES: Final = tuple(DISPUTES)
_SAID: Final = {
    cell: (f"d{at}", f"d{at}_{number}")
    for at, name in enumerate(_DISPUTES)
    for number, cell in enumerate(DISPUTES[name])
}
"""A disputed figure -> the dispute, and who says it: codes that the texts name."""


def _rows(observations: Sequence[Observation], _: State) -> list[Row]:
    """A row per statement, those of one dispute together."""
    found: list[Row] = []
    for each in observations:
        said = _SAID.get((each.flow.id, ".".join(each.figure.key), each.figure.period))
        if said:
            found.append({"dispute": said[0], "body": said[1], "period": each.code(TIME), "persons": each})
    return sorted(found, key=lambda row: (str(row["dispute"]), str(row["body"])))


def _headline(rows: Sequence[Row], _: State) -> Headed | None:
    """The widest dispute, by the ratio of its figures."""
    by_dispute = {row["dispute"]: [other for other in rows if other["dispute"] == row["dispute"]] for row in rows}
    pairs = [(min(each, key=_count), max(each, key=_count)) for each in by_dispute.values() if len(each) > 1]
    if not pairs:
        return None
    low, high = max(pairs, key=lambda pair: _count(pair[1]) / max(_count(pair[0]), 1.0))
    said: Row = {**high, "least": low["persons"], "least_body": low["body"]}
    return Headed("headline", said, (Column("least"), Column("least_body", "word")))


def _count(row: Row) -> float:
    return float(number(row["persons"]) or 0)


def _series() -> tuple[str, ...]:
    """The series of every disputed figure, each once."""
    return tuple(dict.fromkeys(f"{flow}/{key}" for flow, key, _ in _SAID))


VIEW: Final = View(
    name="contradictions",
    series=_series(),
    columns=(Column("dispute", "word"), Column("body", "word"), Column("period", "period"), Column("persons")),
    rows=_rows,
    charts=(RankedChart(("persons",), by="body", kinds=("up",), group="dispute"),),
    headline=_headline,
    beside=("abroad", "emigration", "labour"),
)
