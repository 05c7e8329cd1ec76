"""What was measured, as text, CSV, JSON, and one page with charts that needs no server."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from tests.accuracy.compared import Compared, Summary, summed
from tests.accuracy.coverage import Share, shares
from tests.accuracy.crossings import Verdicts
from tests.accuracy.persons import Pairs

PAGE = Path(__file__).with_name("page.html")
_WIDTH, _HEIGHT = 640, 180


@dataclass(frozen=True)
class Report:
    """`about` says which country; `persons` and `naive_persons` are by group of records, `_T` for all."""

    about: dict[str, Any]
    persons: dict[str, Pairs]
    naive_persons: dict[str, Pairs]
    verdicts: dict[str, Verdicts]
    compared: Sequence[Compared]

    @property
    def summaries(self) -> list[Summary]:
        return summed(self.compared)


def write(report: Report, folder: Path) -> None:
    """`accuracy.csv` (every comparison), `accuracy.json` (everything), `accuracy.html` in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "accuracy.csv").open("w", newline="") as lines:
        table = csv.writer(lines)
        table.writerow([*Compared._fields, "error", "naive_error"])
        table.writerows([*each, each.error, each.naive_error] for each in report.compared)
    (folder / "accuracy.json").write_text(json.dumps(_plain(report), indent=1))
    (folder / "accuracy.html").write_text(_page(report))


def text(report: Report) -> str:
    """The report for a terminal."""
    lines = [
        "",
        "Persons across registers (pairs of records)      precision  recall      F1   one number, one person: F1",
    ]
    for group, pairs in report.persons.items():
        today = report.naive_persons[group]
        lines.append(f"  {group:<46}{pairs.precision:9.4f}{pairs.recall:9.4f}{pairs.f1:9.4f}{today.f1:18.4f}")
    lines += ["", "Crossings                                            right    wrong     open  never recorded"]
    for group, own in report.verdicts.items():
        lines.append(f"  {group:<46}{own.right:9}{own.wrong:9}{own.open:9}{own.missing:16}")
    lines += [
        "",
        "Figures                          status  periods    bias   error   one register today: bias   error"
        "   95 % held",
    ]
    for each in report.summaries:
        lines.append(
            f"  {each.measure:<32}{each.status or '-':<6}{each.periods:8}{_percent(each.bias)}{_percent(each.error)}"
            f"{_percent(each.naive_bias):>26}{_percent(each.naive_error)}{_percent(each.coverage):>12}"
        )
    return "\n".join([*lines, *_intervals(shares(report.compared))])


def _intervals(of_measures: Mapping[str, Sequence[Share]]) -> list[str]:
    """How often what is said to be sure to 80 and to 95 % holds the truth."""
    if not of_measures:
        return []
    lines = ["", "Intervals that hold the truth, with the binomial error  number           80 %           95 %"]
    for measure, own in of_measures.items():
        told = "".join(f"{each.share:9.0%} ±{each.error:4.0%}" for each in own)
        lines.append(f"  {measure:<52}{own[0].of:8}{told}")
    return lines


def _percent(share: float | None) -> str:
    return "       -" if share is None else f"{share:8.1%}"


def _plain(report: Report) -> dict[str, Any]:
    """For JSON: tuples by the names of their members."""
    whole = asdict(report)
    for name in ("persons", "naive_persons"):
        scores: dict[str, Pairs] = getattr(report, name)
        whole[name] = {
            group: pairs._asdict() | {"precision": pairs.precision, "recall": pairs.recall, "f1": pairs.f1}
            for group, pairs in scores.items()
        }
    whole["verdicts"] = {group: own._asdict() for group, own in report.verdicts.items()}
    whole["compared"] = [each._asdict() for each in report.compared]
    whole["coverage"] = [
        {"measure": measure} | each._asdict() | {"share": each.share, "error": each.error}
        for measure, own in shares(report.compared).items()
        for each in own
    ]
    whole["summaries"] = [each._asdict() for each in report.summaries]
    return whole


def _page(report: Report) -> str:
    pages = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    pages.filters["percent"] = _percent
    template = pages.from_string(PAGE.read_text())
    by_measure = groupby(report.compared, attrgetter("measure"))
    charts = [_chart(measure, list(own)) for measure, own in by_measure]
    return template.render(report=report, charts=charts, width=_WIDTH, height=_HEIGHT)


def _chart(measure: str, own: Sequence[Compared]) -> dict[str, Any]:
    """Three lines over the periods: the truth, the figure, and the count of today."""
    values: dict[str, Sequence[float | None]] = {
        "truth": [each.truth for each in own],
        "figure": [each.figure for each in own],
        "naive": [each.naive for each in own],
    }
    top = max((value for line in values.values() for value in line if value is not None), default=1) or 1
    lines = {name: " ".join(_points(line, top)) for name, line in values.items()}
    return {"measure": measure, "first": own[0].period, "last": own[-1].period, "top": top, "lines": lines, "rows": own}


def _points(values: Sequence[float | None], top: float) -> Iterable[str]:
    step = _WIDTH / max(len(values) - 1, 1)
    for number, value in enumerate(values):
        if value is not None:
            yield f"{number * step:.1f},{_HEIGHT * (1 - value / top):.1f}"
