"""What a report says, whatever its form: its tables, read as SDMX answers the same release, in one language.

An edition is of one release, or of the exact figures of the moment, for entitled people. What is not released, and what
no register holds, is said in its place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from urllib.parse import quote

from services.accounting.publish.invented import notice_in
from services.accounting.publish.reports.declared import DeclaredReport, ReportTable
from services.accounting.publish.reports.sums import PrintedRow, said_of_sums
from services.accounting.publish.reports.words import ReportWords, report_words
from services.accounting.publish.sdmx.query import parse
from services.accounting.publish.site.about import LICENCE
from services.accounting.rules.disclosure.cell_key import MOST
from services.accounting.rules.figures.dataflows import METHODS, STATUSES, UNITS, codes_of
from services.accounting.rules.figures.figures import Figure, FigureSource, Key, TooMany
from services.accounting.rules.reports.due import ReportPeriod
from shared import clock
from shared.errors import Forbidden
from shared.kernel.codes import Language
from shared.kernel.periods import Period

YEARS: Final = 5
"""Years that a yearly table shows, the reporting year the last of them."""
LIMIT: Final = 5_000  # figures of one table
FINAL: Final = "A"
PLAN_ENDED: Final = 2021


@dataclass(frozen=True, slots=True)
class ReportEdition:
    """Of which period a report is and from which figures: a release by its number, or, with None, those of the moment
    `read_at`, exact. `due`: the last day for it. `invented`: nobody whom it counts exists.
    `method_version`: the release's, None for those that were cut before versions were kept."""

    period: ReportPeriod
    release: int | None
    read_at: datetime
    due: date | None = None
    invented: bool = False
    method_version: str | None = None

    @property
    def exact(self) -> bool:
        return self.release is None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A series: its name in words, and its figures in the order of the table's periods, None where there is none."""

    key: Key
    label: str
    unit: str
    figures: tuple[Figure | None, ...]

    @property
    def series(self) -> str:
        return ".".join(self.key)

    @property
    def sources(self) -> tuple[str, ...]:
        """Other bodies that say so; none for figures of our own."""
        return tuple(dict.fromkeys(each.source for each in self.figures if each and each.source))


@dataclass(frozen=True, slots=True)
class MadeTable:
    """A table of a report; `remarks` are the sentences below it, and `address` is where SDMX answers the same."""

    declared: ReportTable
    number: int
    title: str
    periods: tuple[str, ...]
    rows: tuple[ReportRow, ...]
    remarks: tuple[str, ...]
    sources: tuple[str, ...]
    address: str


@dataclass(frozen=True, slots=True)
class MadeAnswer:
    """One thing that is asked: in words, with the numbers of its tables, and what is not known of it."""

    what: str
    tables: tuple[MadeTable, ...]
    unknown: str | None


@dataclass(frozen=True, slots=True)
class MadeReport:
    """A report in one language, as every form writes it. `facts` are the lines of its head: name and text."""

    declared: DeclaredReport
    edition: ReportEdition
    words: ReportWords
    facts: tuple[tuple[str, str], ...]
    answers: tuple[MadeAnswer, ...]
    tables: tuple[MadeTable, ...]

    @property
    def title(self) -> str:
        return self.declared.title[self.words.language]

    @property
    def marks(self) -> tuple[str, ...]:
        """What every page and sheet says of it."""
        exact = (self.words["exact_mark"],) if self.edition.exact else ()
        return (*exact, notice_in(self.words.language).mark) if self.edition.invented else exact

    @property
    def file_name(self) -> str:
        return file_name(self.declared, self.edition, self.words.language)


def file_name(declared: DeclaredReport, edition: ReportEdition, language: Language) -> str:
    """Of a report's file, without its ending: the same for the same edition."""
    vintage = f"r{edition.release}" if edition.release else f"exact-{edition.read_at:%Y%m%dT%H%M%SZ}"
    return f"{declared.name}-{edition.period}-{vintage}-{language}"


async def make_report(
    source: FigureSource, declared: DeclaredReport, edition: ReportEdition, language: Language
) -> MadeReport:
    """Reads every table of the report once."""
    words = report_words(language)
    made = {
        table.name: await _made_table(source, table, number, edition, words)
        for number, table in enumerate(declared.tables, 1)
    }
    answers = tuple(
        MadeAnswer(
            each.what[language],
            tuple(made[table.name] for table in each.tables),
            words["unknown"].format(why=each.unknown[language]) if each.unknown else None,
        )
        for each in declared.asks
    )
    return MadeReport(declared, edition, words, _facts(declared, edition, words), answers, tuple(made.values()))


def _facts(declared: DeclaredReport, edition: ReportEdition, words: ReportWords) -> tuple[tuple[str, str], ...]:
    language = words.language
    read_on = words.day(clock.date_of(edition.read_at))
    origin = words["exact" if edition.exact else "release"].format(id=edition.release, day=read_on)
    facts = [
        (words["addressee"], declared.addressee[language]),
        (words["basis"], declared.basis[language]),
        (words["period"], words.reported(edition.period)),
        (words["due"], _due(declared, edition, words)),
        (words["made"], origin),
    ]
    if declared.of_the_plan and edition.period.year > PLAN_ENDED:
        facts[1] = (words["basis"], f"{declared.basis[language]}. {words['plan_over']}")
    if not edition.exact:
        facts.append((words["version"], edition.method_version or words["first_version"]))
        cited = {"title": declared.title[language], "period": words.reported(edition.period), "licence": LICENCE}
        facts.append((words["protection"], words["protected"].format(most=MOST)))
        citation = words["citation"].format(id=edition.release, day=read_on, **cited)
        facts.append((words["cite"], f"{citation} {notice_in(language).mark}." if edition.invented else citation))
    return (notice_in(language), *facts) if edition.invented else tuple(facts)


def _due(declared: DeclaredReport, edition: ReportEdition, words: ReportWords) -> str:
    if edition.due is None:
        return words["no_due"]
    day = words.day(edition.due)
    return words["assumed"].format(day=day) if declared.day_is_assumed else day


async def _made_table(
    source: FigureSource, table: ReportTable, number: int, edition: ReportEdition, words: ReportWords
) -> MadeTable:
    key, parameters = _asked(table, edition)
    figures, trouble = await _read(source, table, key, parameters, edition)
    periods = tuple(sorted({*_periods(parameters), *(each.period for each in figures)}))
    method = _only_method(table, figures)
    rows = tuple(_rows(table, figures, periods, [each for each in table.by if not method or each != "METHOD"], words))
    query = "&".join(f"{name}={quote(text, safe=':')}" for name, text in parameters.items())
    return MadeTable(
        table,
        number,
        table.title[words.language],
        periods,
        rows,
        (words[trouble],) if trouble else tuple(_remarks(table, rows, method, words, exact=edition.exact)),
        tuple(dict.fromkeys(each for row in rows for each in (row.sources or (words["own"],)))),
        f"/sdmx/v1/data/{table.flow.id}/{key}?{query}",
    )


def _asked(table: ReportTable, edition: ReportEdition) -> tuple[str, dict[str, str]]:
    """The key and the parameters by which SDMX is asked for the table."""
    frequency, start, end = "A", str(edition.period.year - YEARS + 1), str(edition.period.year)
    if edition.period.half and table.quarterly:
        last = 2 * edition.period.half
        frequency, start, end = "Q", f"{edition.period.year - 1}-Q{last - 1}", f"{edition.period.year}-Q{last}"
    parameters = {"startPeriod": start, "endPeriod": end}
    if not edition.exact:
        parameters["asOf"] = edition.read_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return table.key(frequency, named=not edition.exact), parameters


async def _read(
    source: FigureSource, table: ReportTable, key: str, parameters: Mapping[str, str], edition: ReportEdition
) -> tuple[Sequence[Figure], str | None]:
    """The figures, and by which text of `texts.toml` there are none."""
    query = parse(table.flow.id, key, parameters).query
    try:
        found = (await source(query, exact=edition.exact, limit=LIMIT)).figures
    except Forbidden:
        return (), "not_released"
    except TooMany:
        return (), "too_many"
    return found, None if found else "no_figure" if edition.exact else "not_released"


def _rows(
    table: ReportTable, figures: Iterable[Figure], periods: Sequence[str], by: Sequence[str], words: ReportWords
) -> Iterable[ReportRow]:
    series: dict[tuple[Key, str], dict[str, Figure]] = {}
    for each in figures:
        series.setdefault((each.key, each.unit), {})[each.period] = each
    for (key, unit), by_period in sorted(series.items(), key=lambda item: _order(table, item[0][0])):
        yield ReportRow(key, _label(table, key, by, words.language), unit, tuple(map(by_period.get, periods)))


def _periods(parameters: Mapping[str, str]) -> Iterable[str]:
    """Every period that is asked, so that a gap in time is one in the table."""
    period, last = Period.parse(parameters["startPeriod"]), parameters["endPeriod"]
    while (name := _named(period)) != last:
        yield name
        period = period.next()
    yield last


def _named(period: Period) -> str:
    return f"{period.year}-Q{period.number}" if period.frequency == "Q" else str(period.year)


def _only_method(table: ReportTable, figures: Sequence[Figure]) -> str | None:
    """The method of every figure: then it is said once, below the table."""
    methods = {each.key[table.flow.position("METHOD")] for each in figures}
    return methods.pop() if len(methods) == 1 else None


def _order(table: ReportTable, key: Key) -> tuple[int, ...]:
    """In the order in which the table names its codes, else in that of the code list."""
    order = []
    for dimension in table.by:
        position = table.flow.position(dimension)
        named = table.where.get(dimension, "").split("+")
        codes = named if key[position] in named else list(codes_of(table.flow.dimensions[position].enumeration))
        order.append(codes.index(key[position]))
    return tuple(order)


def _label(table: ReportTable, key: Key, by: Iterable[str], language: Language) -> str:
    positions = map(table.flow.position, by)
    return " · ".join(codes_of(table.flow.dimensions[at].enumeration)[key[at]].label(language) for at in positions)


def _remarks(
    table: ReportTable, rows: Sequence[ReportRow], method: str | None, words: ReportWords, *, exact: bool
) -> Iterable[str]:
    if table.note:
        yield table.note[words.language]
    if method:
        yield words["by_method"].format(method=codes_of(METHODS)[method].label(words.language))
    if any(_is_total_alone(table, rows, each) for each in table.by):
        yield words["totals_only"]
    yield from said_of_sums(table, (PrintedRow(each.key, each.figures) for each in rows), words, exact=exact)
    figures = [each for row in rows for each in row.figures]
    if None in figures:
        yield words["empty_exact" if exact else "empty_cell"]
    statuses = sorted({each.status for each in figures if each} - {FINAL})
    if statuses:
        named = codes_of(STATUSES)
        marks = "; ".join(f"{code} — {named[code].label(words.language)}" for code in statuses)
        yield words["marks"].format(marks=marks)


def _is_total_alone(table: ReportTable, rows: Sequence[ReportRow], dimension: str) -> bool:
    """Whether every code of a dimension was asked, and only its total came."""
    position = table.flow.position(dimension)
    total = table.flow.dimensions[position].total
    return table.where.get(dimension) == "*" and {row.key[position] for row in rows} == {total}


def unit_name(unit: str, language: Language) -> str:
    """A code of CL_UNIT_MEASURE in words."""
    return codes_of(UNITS)[unit].label(language)
