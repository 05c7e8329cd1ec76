"""The reports as data: to whom, by what, when due, what is asked, and by which tables of figures it is answered.

`reports.toml` and `tables.toml` beside this file, texts in Kazakh, Russian and English. What is wrong with them is said
at load.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from services.accounting.publish.languages import LANGUAGES
from services.accounting.rules.figures.dataflows import FLOWS, Dimension, Flow, codes_of
from services.accounting.rules.reports.due import ASSUMED_TERMS, Every, Term
from shared.kernel.codes import Language

_HERE: Final = Path(__file__).parent

Texts = Mapping[Language, str]
Chart = Literal["lines", "bars"]

EVERY_CODE: Final = "*"


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Which figures a table shows. `where`: wanted codes by dimension; `by`: the dimensions that tell its rows apart;
    `chart` of those rows whose indicator is `drawn` (none named: of all)."""

    name: str
    title: Texts
    flow: Flow
    where: Mapping[str, str]
    by: tuple[str, ...]
    quarterly: bool = False
    chart: Chart | None = None
    drawn: tuple[str, ...] = ()
    note: Texts | None = None

    @property
    def parts(self) -> str:
        """The dimension whose codes are the parts of a total: that of bars."""
        return next(each for each in self.by if each not in ("INDICATOR", "METHOD"))

    def key(self, frequency: str, *, named: bool = False) -> str:
        """The key of SDMX, so that a dimension added to the flow stands at its total. `named`: where every code is
        wanted, name them, since strangers read an open place as the total (cases.figures.read_released)."""
        places = (frequency if each.id == "FREQ" else self._codes(each, named) for each in self.flow.dimensions)
        return ".".join(places)

    def _codes(self, dimension: Dimension, named: bool) -> str:
        wanted = self.where.get(dimension.id, dimension.total or EVERY_CODE)
        if wanted != EVERY_CODE:
            return wanted
        # Settlements are in no cube: an area is a region.
        every = [code for code in codes_of(dimension.enumeration) if dimension.id != "REF_AREA" or len(code) < 4]
        return "+".join(every) if named and dimension.total else ""


@dataclass(frozen=True, slots=True)
class AskedItem:
    """One thing that a report asks, the tables that answer it, and why what they leave open is not known."""

    what: Texts
    tables: tuple[ReportTable, ...]
    unknown: Texts | None


@dataclass(frozen=True, slots=True)
class DeclaredReport:
    """A report. `term` is the norm of its day, None where none is set."""

    name: str
    every: Every
    term: Term | None
    title: Texts
    addressee: Texts
    basis: Texts
    asks: tuple[AskedItem, ...]

    @property
    def tables(self) -> tuple[ReportTable, ...]:
        """Each table once, in the order in which it is first asked for."""
        return tuple({table.name: table for asked in self.asks for table in asked.tables}.values())

    @property
    def of_the_plan(self) -> bool:
        """Whether the action plan of 2017-2021 asks for it."""
        return self.term is not None

    @property
    def day_is_assumed(self) -> bool:
        """Whether its day is our own, because no source names one."""
        return self.term in ASSUMED_TERMS


@cache
def reports() -> Mapping[str, DeclaredReport]:
    """All reports by name. Raises ValueError, KeyError for what contradicts itself."""
    tables = {name: _table(name, said) for name, said in _read("tables.toml").items()}
    return {name: _report(name, said, tables) for name, said in _read("reports.toml").items()}


def _read(file: str) -> Mapping[str, Any]:
    return tomllib.loads((_HERE / file).read_text(encoding="utf-8"))


def _table(name: str, said: dict[str, Any]) -> ReportTable:
    flow = FLOWS[said.pop("flow")]
    table = ReportTable(
        name,
        _texts(said.pop("title")),
        flow,
        said.pop("where"),
        tuple(said.pop("by")),
        drawn=tuple(said.pop("drawn", ())),
        note=_texts(said.pop("note")) if "note" in said else None,
        **said,
    )
    for dimension in (*table.where, *table.by):
        flow.position(dimension)
    return table


def _report(name: str, said: dict[str, Any], tables: Mapping[str, ReportTable]) -> DeclaredReport:
    texts = {each: _texts(said.pop(each)) for each in ("title", "addressee", "basis")}
    asks = tuple(
        AskedItem(
            _texts(each.pop("what")),
            tuple(tables[table] for table in each.pop("tables", ())),
            _texts(each.pop("unknown")) if "unknown" in each else None,
        )
        for each in said.pop("asks")
    )
    return DeclaredReport(name, said.pop("every"), said.pop("term", None), asks=asks, **texts, **said)


def _texts(said: Mapping[Language, str]) -> Texts:
    if list(said) != list(LANGUAGES) or not all(said.values()):
        raise ValueError(f"a text is said in {', '.join(LANGUAGES)}: {said}")
    return said
