"""Our own form of published figures: a CSV table with the columns of rules.published_figure, `#` lines passed over."""

from collections.abc import Iterator, Sequence

from services.accounting.intake.published.lines import FileRow, records
from services.accounting.rules.figures.published_figure import COLUMNS


def is_table(header: str) -> bool:
    return header.strip().split(",") == list(COLUMNS)


def rows(lines: Sequence[str]) -> Iterator[FileRow]:
    """Every row after the header."""
    return records(lines)
