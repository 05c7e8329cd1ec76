"""Our own form of published figures: a CSV table with the columns of rules.published_figure, `#` lines passed over."""

import csv
from collections.abc import Iterator, Mapping, Sequence

from services.accounting.rules.figures.published_figure import COLUMNS

Row = tuple[int, Mapping[str, str]]
"""The number of a line in the file, and what it says in COLUMNS."""


def is_table(header: str) -> bool:
    return header.strip().split(",") == list(COLUMNS)


def rows(lines: Sequence[str]) -> Iterator[Row]:
    """Every row after the header."""
    for number, row in records(lines):
        yield number, {name: row[name] or "" for name in COLUMNS}


def records(lines: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a CSV file by their columns, each with the number of its line."""
    kept = [(number, line) for number, line in enumerate(lines, 1) if not line.startswith("#")]
    reader = csv.DictReader((line for _, line in kept), restval="")
    for row in reader:
        yield kept[reader.line_num - 1][0], row
