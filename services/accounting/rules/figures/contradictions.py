"""Published figures that contradict each other: what different bodies say of the same people at the same time.

Neither is corrected here: each names the others beside it. Which belong together is read in the sources and kept as
data; a figure may be in several disputes.
"""

import csv
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Final

Cell = tuple[str, str, str]
"""Dataflow, key, period."""


def _read() -> Mapping[str, tuple[Cell, ...]]:
    disputes: dict[str, list[Cell]] = defaultdict(list)
    with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            disputes[row["dispute"]].append((row["flow"], row["key"], row["period"]))
    return {dispute: tuple(cells) for dispute, cells in disputes.items()}


DISPUTES: Final = _read()


def _contradicted() -> Mapping[Cell, frozenset[Cell]]:
    against: dict[Cell, set[Cell]] = defaultdict(set)
    for cells in DISPUTES.values():
        for cell in cells:
            against[cell] |= set(cells) - {cell}
    return {cell: frozenset(others) for cell, others in against.items()}


CONTRADICTED: Final = _contradicted()
"""Figure -> the figures that say otherwise."""
