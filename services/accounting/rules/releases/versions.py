"""The versions of the 12/16-month method, and by how much the figures of one differ from those of the one before."""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from services.accounting.rules.figures.flow_figures import EPOCH, month_span, months_of, status
from services.accounting.rules.figures.movements import CellKind, Tally, tally, unpack
from services.accounting.rules.persons.people import Ints, People
from services.accounting.rules.releases.causes import ByKind, by_kind, national, of_months
from services.accounting.rules.residence.reckoning import Coverage, classify_people
from services.accounting.rules.residence.residence import Rule
from shared.kernel.periods import Period


class MethodVersion(NamedTuple):
    """`since` is the day from which releases count by it, every reference period anew; `changed` says what is new."""

    id: str
    since: date
    rule: Rule
    changed: str


class Bridge(NamedTuple):
    """A year by two versions of the method. `factor`: what to multiply the former by; None: it is 0."""

    year: int
    indicator: str
    former: int
    present: int
    factor: Fraction | None


def _read() -> tuple[MethodVersion, ...]:
    listed = tomllib.loads(Path(__file__).with_name("method_versions.toml").read_text())["version"]
    return tuple(
        MethodVersion(each["id"], each["since"], Rule(each["threshold"], each["window"]), each["changed"])
        for each in listed
    )


METHOD_VERSIONS: Final = _read()
"""The oldest first; the last is in force."""

_FINAL: Final = {"IMM": CellKind.IMM_FINAL, "EMI": CellKind.EMI_FINAL}
_OPEN: Final = (CellKind.IMM_OPEN, CellKind.EMI_OPEN)


def counted_by(people: People, coverage: Coverage, rule: Rule) -> Tally:
    """National cells of the same persons by another rule. Changes nothing in place."""
    reckoned = classify_people(
        people.crossings, people.lengths, people.evidence, people.evidence_lengths, coverage, rule
    )
    crossings = people.crossings.copy()
    crossings["state"], crossings["region"] = reckoned.states, reckoned.regions
    return national(tally(crossings))


def side_by_side(former: Tally, present: Tally, coverage: Coverage) -> tuple[Tally, Tally]:
    """Of national cells by two versions those of the years that are final by both: nothing moves them any longer."""
    first, beyond = month_span(coverage)
    counted = [by_kind(dict(zip(*map(np.ndarray.tolist, each), strict=True))) for each in (former, present)]
    final = [
        year
        for year in range(EPOCH + first // 12, EPOCH + beyond // 12 + 1)
        if status(Period("A", year), _open_in(year, counted), coverage) == "A"
    ]

    def kept(tally: Tally) -> Tally:
        theirs = np.isin(_year_of(tally.cells), final)
        return Tally(tally.cells[theirs], tally.counts[theirs])

    return kept(former), kept(present)


def bridges(former: Mapping[int, int], present: Mapping[int, int]) -> list[Bridge]:
    """The years of national cells by two versions, side by side."""
    years = np.unique(_year_of(np.array([*former, *present], np.int64))).tolist()
    versions = by_kind(former), by_kind(present)
    found: list[Bridge] = []
    for year in years:
        for indicator, kind in _FINAL.items():
            once, now = (of_months(each, _months(year), {int(kind): 1}) for each in versions)
            found.append(Bridge(year, indicator, once, now, Fraction(now, once) if once else None))
    return found


def _open_in(year: int, counted: Iterable[ByKind]) -> bool:
    return any(of_months(each, _months(year), dict.fromkeys(map(int, _OPEN), 1)) for each in counted)


def _months(year: int) -> range:
    return months_of(Period("A", year))


def _year_of(cells: Ints) -> Ints:
    return EPOCH + unpack(cells)["month"] // 12
