"""What a figure rests on: how many persons, which share is provisional and which imputed, as far as releases tell it;
where they do not, why (`resting.toml`).

No more is said than everybody could reckon from released figures. How much of an open period is counted and how much
expected is in no release: the difference would tell of few people. The months of the period that are final are.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final, Literal

from services.accounting.cases.indicators import (
    INDICATORS,
    Acts,
    Carried,
    Difference,
    Reported,
    Source,
    Standing,
)
from services.accounting.publish.sdmx.query import parse
from services.accounting.publish.site.reading import LIMIT
from services.accounting.publish.site.view import Observation
from services.accounting.publish.site.words import Wording
from services.accounting.rules.disclosure.cell_key import MOST
from services.accounting.rules.disclosure.cubes import margin_of
from services.accounting.rules.figures.dataflows import FLOWS
from services.accounting.rules.figures.evidence import Evidenced
from services.accounting.rules.figures.figures import FigureSource
from services.accounting.rules.figures.flow_figures import Crossings, Formula, Stock
from shared.errors import Forbidden
from shared.kernel.codes import Language
from shared.kernel.periods import Period

ENOUGH: Final = 100
"""Persons of whom the noise of twelve months changes a share by a few per cent at most."""
_BORDER: Final = "{freq}.ENTRIES+EXITS+ENTRIES_IMPUTED+EXITS_IMPUTED.REGISTER.KZ.{citizen}._T"
_SIDES: Final = {"NET": ("IMM", "EMI"), **{code: (code,) for code in ("IMM", "EMI", "IMM_FINAL", "EMI_FINAL")}}
_FORECAST: Final = "F"  # of CL_OBS_STATUS
_ONCE: Final = frozenset({"M1216", "M1216R", "U98"})
"""By these nobody moves twice in one direction within a year: between two such moves lie more than 365 days."""
_SOURCES: Final[Mapping[tuple[str, str, str], Source]] = {
    (each.flow, each.code, each.method): each.source for each in INDICATORS
}
Question = Literal["persons", "provisional", "imputed"]


class SeriesRead:
    """What everybody may read, each series and period once: the figures of one page rest on the same ones."""

    def __init__(self, source: FigureSource) -> None:
        self._source = source
        self._read: dict[tuple[str, str], list[Observation]] = {}

    async def __call__(self, key: str, period: str) -> list[Observation]:
        """Of a series (`dataflow/key`) within a period. Raises NothingFound and BadQuery."""
        if (key, period) not in self._read:
            self._read[key, period] = await _read(self._source, key, period)
        return self._read[key, period]


async def _read(source: FigureSource, key: str, period: str) -> list[Observation]:
    flow, _, series = key.partition("/")
    within = {"startPeriod": period, "endPeriod": period} if _is_ours(period) else {}
    query = parse(flow, series, within).query
    if any(codes is None for codes in query.codes):
        return []  # an open place could mean thousands of figures
    try:
        return [Observation(query.flow, each) for each in (await source(query, exact=False, limit=LIMIT)).figures]
    except Forbidden:
        return []


def _is_ours(period: str) -> bool:
    try:
        Period.parse(period)
    except ValueError:  # a span of days or years, as other bodies publish them
        return False
    return True


async def rests_on(read: SeriesRead, each: Observation, words: Wording) -> list[tuple[str, str]]:
    """The three questions with their answers."""
    each = _first_place(each)
    kind = _SOURCES.get((each.flow.id, each.code("INDICATOR"), each.code("METHOD")))
    if each.figure.source or isinstance(kind, Reported):
        found = [_said(name, "published", words) for name in ("persons", "provisional", "imputed")]
    elif each.figure.status == _FORECAST:
        found = [_said("persons", "forecast", words), _said("provisional", "forecast", words)]
        found.append(_said("imputed", "none", words))
    elif each.flow.id == "DF_FLOW" and isinstance(kind, Formula):
        once = each.code("METHOD") in _ONCE and each.code("INDICATOR") in _SIDES
        counted = await _of_migrants(read, each, words) if once else _of_counts(kind, each, words)
        found = [*counted, await _imputed(read, each, words)]
    else:
        found = [*_of_counts(kind, each, words), _imputed_of(kind, each, words)]
    return list(zip((words["persons"], words["share_provisional"], words["share_imputed"]), found, strict=True))


def _first_place(each: Observation) -> Observation:
    """A figure that is carried over from another dataflow stands there first."""
    kind = _SOURCES.get((each.flow.id, each.code("INDICATOR"), each.code("METHOD")))
    if not isinstance(kind, Carried):
        return each
    return Observation(FLOWS[kind.flow], each.figure._replace(key=tuple(kind.key.split("."))))


async def _of_migrants(read: SeriesRead, each: Observation, words: Wording) -> tuple[str, str]:
    """Persons and share provisional of arrivals, departures, or both."""
    codes = _SIDES[each.code("INDICATOR")]
    found = await _read_as(read, each, codes, each.code("FREQ")) if len(codes) > 1 else [each]
    sides = [int(one.figure.value) for code in codes for one in found if one.code("INDICATOR") == code]
    if each.figure.status == "A":
        counts = dict(zip(("count", "departures"), map(words.number, sides), strict=False))
        case = "people" if len(codes) == 1 else "both_sides" if len(sides) == len(codes) else "one_side"
        return _said("persons", case, words, **counts), _said("provisional", "final", words)
    months = await _read_as(read, each, codes, "M")
    counted = sum(int(month.figure.value) for month in months if month.figure.status == "A")
    return _of_open(counted, sum(sides), bool(months), words)


def _of_open(counted: int, whole: int, has_months: bool, words: Wording) -> tuple[str, str]:
    """The same of an open period, of which so many are counted in final months."""
    if not has_months:
        return _said("persons", "open", words), _said("provisional", "no_months", words)
    if not counted:
        return _said("persons", "open", words), _said("provisional", "months", words, share=words.rate(100))
    persons = _said("persons", "final_months", words, count=words.number(counted))
    if whole < ENOUGH:
        return persons, _said("provisional", "small", words)
    share = max(0.0, 100 * (1 - counted / whole))
    return persons, _said("provisional", "months", words, share=words.rate(share))


async def _read_as(read: SeriesRead, each: Observation, codes: Sequence[str], freq: str) -> list[Observation]:
    _, _, *place = each.figure.key
    return await read(f"{each.flow.id}/{'.'.join((freq, '+'.join(codes), *place))}", each.figure.period)


async def _imputed(read: SeriesRead, each: Observation, words: Wording) -> str:
    """Of what is counted by the border: of all crossings of the period, by citizenship where that is what it is of."""
    finer = margin_of(each.flow, each.figure.key)
    citizen = each.code("CITIZEN") if finer == {"CITIZEN"} else "_T"
    key = _BORDER.format(freq=each.code("FREQ"), citizen=citizen)
    crossed = await read(f"DF_BORDER/{key}", each.figure.period)
    counts = {one.code("INDICATOR"): int(one.figure.value) for one in crossed if one.figure.status == "A"}
    whole = sum(counts.values())
    if len(counts) < 4 or not whole:
        return _said("imputed", "open", words)
    if citizen != "_T" and whole < ENOUGH:
        return _said("imputed", "small", words)
    imputed = sum(count for name, count in counts.items() if name.endswith("_IMPUTED"))
    of = "citizenship" if citizen != "_T" else "country_only" if finer else "country"
    return _said("imputed", of, words, share=words.rate(100 * imputed / whole))


def _of_counts(kind: Source | None, each: Observation, words: Wording) -> tuple[str, str]:
    """Persons and share provisional of what is counted in another way."""
    match kind:
        case Stock() | Standing() | Acts(persons=True):
            case = "people"
        case Crossings():
            case = "crossings"
        case Acts() | Difference() | Formula():
            case = "acts"
        case Evidenced():
            case = "evidence"
        case _:
            case = "none"
    persons = _said("persons", case, words, count=words.number(each.figure.value))
    return persons, _said("provisional", "final" if each.figure.status == "A" else "unknown", words)


def _imputed_of(kind: Source | None, each: Observation, words: Wording) -> str:
    match kind:
        case Stock():
            return _said("imputed", "stock", words)
        case Crossings() if each.code("INDICATOR").endswith("_IMPUTED"):
            return _said("imputed", "all", words)
        case Crossings():
            return _said("imputed", "apart", words)
        case Evidenced():
            return _said("imputed", "evidence", words)
        case Acts() | Standing() | Difference():
            return _said("imputed", "records", words)
    return _said("imputed", "none", words)


def _said(question: Question, case: str, words: Wording, **values: str) -> str:
    return texts()[question][case][words.language].format(most=MOST, **values)


@cache
def texts() -> Mapping[str, Mapping[str, Mapping[Language, str]]]:
    return tomllib.loads(Path(__file__).with_name("resting.toml").read_text(encoding="utf-8"))
