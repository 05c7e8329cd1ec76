"""`load <file...>`: reads files of published figures, whatever their form, and stores them; a file with a bad row is
refused as a whole, with all its bad rows named."""

from collections.abc import Callable, Iterable
from pathlib import Path

import asyncpg

from services.accounting.cases.figures.load_figures import load_figures
from services.accounting.intake.published import by_settlement, stat_gov_kz, table
from services.accounting.intake.published.lines import FileRow, NotText, text_lines
from services.accounting.rules.figures.published_figure import BadRow, PublishedFigure, read_row

STAT_GOV_KZ = "Bureau of National Statistics of Kazakhstan, stat.gov.kz"


class BadFile(Exception):
    """The file cannot be loaded; the message names every bad row."""


async def load(
    address: str, files: Iterable[Path], indicator: str, say: Callable[[str], None], source: str = STAT_GOV_KZ
) -> None:
    """Loads files one after the other. `indicator` is what a series says that does not name it itself (IMM, EMI, NET).

    Raises BadFile, and shared.errors.Conflict for figures that another file holds.
    """
    connection = await asyncpg.connect(address)
    try:
        for file in files:
            figures, left_out = read_file(file, indicator, source)
            changed = await load_figures(connection, file.stem, figures)
            note = f", {left_out} rows left out that DF_FLOW has no place for" if left_out else ""
            say(f"{file.name}: {len(figures)} figures, {changed} changed{note}")
    finally:
        await connection.close()


def read_file(file: Path, indicator: str, source: str) -> tuple[list[PublishedFigure], int]:
    """The figures of a file, and how many rows were left out. Raises BadFile."""
    try:
        lines = text_lines(file.read_bytes())
    except NotText as unknown:
        raise BadFile(f"{file.name} is not loaded: {unknown}") from None
    header = next((line for line in lines if not line.startswith("#")), "")
    if table.is_table(header):
        return _figures(file, table.rows(lines)), 0
    if by_settlement.is_by_settlement(header):
        return _figures(file, by_settlement.rows(lines, indicator)), 0
    if stat_gov_kz.is_dynamic_table(header):
        read = stat_gov_kz.DynamicTable(lines, indicator, source)
        return _figures(file, read.rows()), read.left_out
    raise BadFile(f"{file.name}: is none of the forms that are read: see services/accounting/intake/published")


def _figures(file: Path, rows: Iterable[FileRow]) -> list[PublishedFigure]:
    figures: dict[tuple[str, str, str], PublishedFigure] = {}
    faults: list[str] = []
    for record in rows:
        try:
            figure = _figure(record)
        except BadRow as bad:
            faults += [f"line {record.number}: {fault}" for fault in bad.faults]
            continue
        if figure.identity in figures:
            faults.append(f"line {record.number}: the same figure stands in an earlier line")
        figures[figure.identity] = figure
    if not figures:
        faults.append("there is no figure in it")
    if faults:
        raise BadFile(f"{file.name} is not loaded:\n" + "\n".join(f"  {fault}" for fault in faults))
    return list(figures.values())


def _figure(record: FileRow) -> PublishedFigure:
    if record.faults:
        raise BadRow(list(record.faults))
    return read_row(record.values)
