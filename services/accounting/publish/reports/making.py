"""Making a report: which edition is wanted, its figures, and the file."""

import asyncio
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from services.accounting.cases.figures.read_released import Snapshots
from services.accounting.cases.reports import editions
from services.accounting.publish.languages import LANGUAGES
from services.accounting.publish.reports.content import ReportEdition, file_name, make_report
from services.accounting.publish.reports.declared import DeclaredReport, reports
from services.accounting.publish.reports.documents import FORMATS, ReportFile, ReportFormat, ending, written
from services.accounting.publish.reports.words import report_words
from services.accounting.rules.figures.figures import FigureSource
from services.accounting.rules.reports.due import ReportPeriod
from shared import clock
from shared.errors import Fault, Invalid, NotFound
from shared.kernel.codes import Language

NO_REPORT: Final = "There is no such report; /v1/reports lists them."
NOT_A_PERIOD: Final = "must be a year or a half-year: 2025 or 2025-S1"
OTHER_PERIODS: Final = "is no period of this report: /v1/reports says whether it is yearly or half-yearly"
NOT_OVER: Final = "was not over when these figures were released"
EITHER: Final = "names a release, and exact figures are of none: ask for one of them"
NOT_MADE: Final = "The report cannot be made; correct what is named and ask again."


class ReportSource(FigureSource, Snapshots, Protocol):
    """Where a report's figures and releases are read: the public process's reader, or the inner one."""

    @property
    def invented(self) -> bool:
        """Whether the people counted are a demonstration's."""
        ...


class WantedEdition(NamedTuple):
    """An edition as it is asked for: a period as it is written and a release by its number, None for the newest of
    each, or the exact figures of now."""

    period: str | None = None
    release: int | None = None
    exact: bool = False


def declared_report(name: str) -> DeclaredReport:
    """Raises NotFound."""
    if name not in reports():
        raise NotFound(NO_REPORT)
    return reports()[name]


async def edition_of(reader: ReportSource, declared: DeclaredReport, wanted: WantedEdition) -> ReportEdition:
    """Raises NotFound where there is no such release, and Invalid for a period that it cannot be of."""
    if wanted.exact and wanted.release is not None:
        raise _refused("/release", EITHER)
    release = None if wanted.exact else await editions.release_to_report(reader, wanted.release)
    newest = editions.period_of(release, declared.every)
    period = _parsed(wanted.period, newest) if wanted.period else newest
    read_at = release.cut_at if release else clock.now()
    due = editions.due_day_of(period, declared.term)
    number, version = (release.id, release.method_version) if release else (None, None)
    return ReportEdition(period, number, read_at, due, reader.invented, version)


def _parsed(text: str, newest: ReportPeriod) -> ReportPeriod:
    try:
        period = ReportPeriod.parse(text)
    except ValueError:
        raise _refused("/period", NOT_A_PERIOD) from None
    if period.every != newest.every:
        raise _refused("/period", OTHER_PERIODS)
    if period.end > newest.end:
        raise _refused("/period", NOT_OVER)
    return period


def _refused(pointer: str, detail: str) -> Invalid:
    return Invalid(NOT_MADE, faults=[Fault(pointer, detail)])


async def made(
    reader: ReportSource, declared: DeclaredReport, edition: ReportEdition, language: Language, form: ReportFormat
) -> ReportFile:
    """The file of an edition."""
    report = await make_report(reader, declared, edition, language)
    return await asyncio.to_thread(written, report, form)


async def saved(
    reader: ReportSource, name: str, wanted: WantedEdition, language: Language, form: ReportFormat, folder: Path
) -> Path:
    """Writes the file into a folder. Raises NotFound and Invalid."""
    declared = declared_report(name)
    file = await made(reader, declared, await edition_of(reader, declared, wanted), language, form)
    return await asyncio.to_thread(_save, file, folder)


async def save_due(reader: ReportSource, folder: Path) -> list[Path]:
    """Writes what is to be handed in of every report's newest period that is over, in all languages and forms, where it
    is not there yet; returns what it wrote. Another release in time makes other files, named by its number."""
    saved_now: list[Path] = []
    cut = await editions.releases_cut(reader)
    for declared in reports().values():
        for due in editions.schedule(cut, declared.every, declared.term):
            if due.state == "ready" and due.release and due.cut_at:
                told = due.due, reader.invented, due.method_version
                edition = ReportEdition(due.period, due.release, due.cut_at, *told)
                saved_now += await _save_missing(reader, declared, edition, folder)
                break
    return saved_now


async def _save_missing(
    reader: ReportSource, declared: DeclaredReport, edition: ReportEdition, folder: Path
) -> list[Path]:
    saved_now = []
    for language in LANGUAGES:
        name = file_name(declared, edition, language)
        missing = [form for form in FORMATS if not await asyncio.to_thread((folder / f"{name}.{ending(form)}").exists)]
        if missing:
            report = await make_report(reader, declared, edition, language)
            for form in missing:
                file = await asyncio.to_thread(written, report, form)
                saved_now.append(await asyncio.to_thread(_save, file, folder))
    return saved_now


def _save(file: ReportFile, folder: Path) -> Path:
    """Whole or not at all: who looks into the folder finds no half of a file."""
    folder.mkdir(parents=True, exist_ok=True)
    path, part = folder / file.name, folder / f"{file.name}.part"
    part.write_bytes(file.body)
    return part.replace(path)


async def listed(reader: ReportSource, language: Language) -> list[str]:
    """Every report in a line, with its newest periods: the last day for each, and whether it is ready."""
    words, lines = report_words(language), []
    cut = await editions.releases_cut(reader)
    for declared in reports().values():
        lines.append(f"{declared.name}: {declared.title[language]}")
        for each in editions.schedule(cut, declared.every, declared.term):
            due = words.day(each.due) if each.due else words["no_due"]
            release = f" {each.release}" if each.release else ""
            lines.append(f"  {each.period}  {due}  {each.state}{release}")
    return lines
