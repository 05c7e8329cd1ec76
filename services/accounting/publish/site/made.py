"""How a figure was made: what is counted, from which registers, on how many persons it rests, by which method and
version, how much of it is provisional and imputed, and since when it stands so."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from services.accounting.publish.site.cells import STATUSES, interval
from services.accounting.publish.site.resting import SeriesRead, rests_on
from services.accounting.publish.site.view import TIME, Observation, Row
from services.accounting.publish.site.words import Wording
from services.accounting.rules.figures.dataflows import INDICATORS, METHODS, OF_RELEASES
from services.accounting.rules.figures.figures import FigureSource
from shared.kernel.codes import Language

AT_MOST: Final = 12
_BY_BORDER: Final = frozenset({"M1216", "M1216R", "U98", "M12"})


@dataclass(frozen=True, slots=True)
class Made:
    """One figure, explained: pairs of a question and its answer, and the addresses of the figure and its history."""

    title: str
    value: str
    answers: tuple[tuple[str, str], ...]
    address: str
    history: str


def address_of(row: Row, language: Language) -> str | None:
    """Where the figures of a row are explained; None where it has none."""
    found = [value for value in row.values() if isinstance(value, Observation)]
    if not found:
        return None
    by_flow: dict[str, list[Observation]] = {}
    for each in found:
        by_flow.setdefault(each.flow.id, []).append(each)
    keys = [("key", f"{flow}/{_joined(these)}") for flow, these in by_flow.items()]
    return f"/{language}/made?{urlencode([('period', found[0].code(TIME)), *keys], safe='+/.', quote_via=quote)}"


def _joined(observations: Sequence[Observation]) -> str:
    """The key of them all: per dimension every code that one has."""
    parts = zip(*(each.figure.key for each in observations), strict=True)
    return ".".join("+".join(dict.fromkeys(codes)) for codes in parts)


async def made(source: FigureSource, keys: Sequence[str], period: str, words: Wording, version: str) -> list[Made]:
    """The figures of some series in a period, explained: the first `AT_MOST` of them. Raises NothingFound and BadQuery
    for keys that are none."""
    read = SeriesRead(source)
    found = [each for key in keys for each in await read(key, period) if each.figure.period == period]
    return [await _explained(read, each, words, version) for each in found[:AT_MOST]]


async def _explained(read: SeriesRead, each: Observation, words: Wording, version: str) -> Made:
    figure, method = each.figure, each.code("METHOD")
    indicator = words.code(INDICATORS, each.code("INDICATOR"))
    answers = [
        (words["period"], words.period(figure.period)),
        (words["unit"], words.unit(figure.unit)),
        (words["method"], words.code(METHODS, method)),
        (words["registers"], _registers(each, words)),
        (words["status"], words[STATUSES[figure.status]]),
    ]
    if bounds := interval(each):
        answers.append((words["interval"], f"{words.number(round(bounds[0]))} … {words.number(round(bounds[1]))}"))
    answers += await rests_on(read, each, words)
    if method in _BY_BORDER:
        answers.append((words["version"], version or words["first_version"]))
    if figure.source:
        answers.append((words["source"], figure.source))
    if figure.comment:
        answers.append((words["comment"], figure.comment))
    if figure.released:
        answers.append((words["vintage"], words.day(figure.released)))
    address = f"/sdmx/v1/data/{each.flow.id}/{'.'.join(figure.key)}"
    value = words.number(figure.value)
    return Made(_title(indicator, each, words), value, tuple(answers), address, f"{address}?includeHistory=true")


def _title(indicator: str, each: Observation, words: Wording) -> str:
    """The indicator and every code that is not its dimension's total."""
    finer = [
        words.code(dimension.enumeration, code)
        for dimension, code in list(zip(each.flow.dimensions, each.figure.key, strict=True))[3:]
        if code != dimension.total
    ]
    return " · ".join([indicator, *finer])


def _registers(each: Observation, words: Wording) -> str:
    """From which registers figures of a method or a dataflow come."""
    texts = _texts()
    method, flow = each.code("METHOD"), each.flow.id
    own = texts["flows"].get(flow)
    named = own if flow in OF_RELEASES else texts["methods"].get(method) or own
    return named[words.language] if named else words["unknown"]


@cache
def _texts() -> Mapping[str, Mapping[str, Mapping[Language, str]]]:
    return tomllib.loads(Path(__file__).with_name("made.toml").read_text(encoding="utf-8"))
