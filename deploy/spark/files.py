"""Exported facts as Parquet: FOLDER/{crossing,register_fact,claim,likeness,word}/part=N/rows.parquet, and
FOLDER/manifest.json.

Rows lie in the part that their key says, a keyed hash: all rows of one key together, all parts of about one size. What
lies here tells of every person's journeys and birth date, by keyed hashes and filters of names: it is as
secret as the linkage room (decision 0029), so nobody but its owner may enter the folder, and it must be empty before.
"""

import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from deploy.spark.arrays import Array, Columns
from services.accounting.cases.export import TABLES, Extent
from services.accounting.rules.residence.reckoning import Coverage

PARTS: Final = 16
ROW_GROUP: Final = 65_536  # rows of a part that are written at once: so many of each part are in memory
_MANIFEST: Final = "manifest.json"
_OTHERS: Final = 0o077
_KINDS: Final = {"b1": "i2", "u1": "i2", "u2": "i4", "u4": "i8"}  # Spark knows no unsigned numbers, nor small ones


class Unsafe(Exception):
    """The folder is not empty, or others could read what would be written there."""


class Files:
    """Writes exported facts (services.accounting.cases.export.Sink); memory is flat."""

    def __init__(self, folder: Path, parts: int = PARTS) -> None:
        self.folder, self._parts = private(folder), parts
        self._writers: dict[tuple[str, int], pq.ParquetWriter] = {}
        self._held: dict[tuple[str, int], list[pa.Table]] = defaultdict(list)

    def add(self, table: str, columns: Columns) -> None:
        """Takes rows; each goes to the part of its key."""
        part = _hash(columns) % self._parts
        order = np.argsort(part, kind="stable")
        rows = {name: columns[name][order] for name in columns}
        ends = np.searchsorted(part[order], np.arange(self._parts + 1))
        for number, (start, end) in enumerate(zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)):
            if start < end:
                # Copied: a slice would keep all of its block in memory until its own part is written.
                own = {name: rows[name][start:end].astype(kind) for name, kind in fields(table).items()}
                self._held[table, number].append(pa.table(own))
                self._write(table, number, ROW_GROUP)

    def close(self, extent: Extent) -> None:
        """Writes what is left, and then what the export holds: without a manifest a folder is none."""
        for table in TABLES:
            for number in range(self._parts):
                self._write(table, number, 0)
        for writer in self._writers.values():
            writer.close()
        said = {"coverage": extent.coverage._asdict(), "positions": extent.positions, "parts": self._parts}
        with _only_mine(self.folder / _MANIFEST) as out:
            out.write(json.dumps(said, indent=1).encode())

    def _write(self, table: str, number: int, least: int) -> None:
        """At least one group for each part, so that a table without rows can be read too."""
        held = self._held[table, number]
        if (rows := sum(map(len, held))) < least or not (rows or (table, number) not in self._writers):
            return
        kinds = [(name, pa.from_numpy_dtype(np.dtype(kind))) for name, kind in fields(table).items()]
        group = pa.concat_tables(held) if held else pa.schema(kinds).empty_table()
        if (writer := self._writers.get((table, number))) is None:
            folder = self.folder / table / f"part={number}"
            for each in (folder.parent, folder):  # `parents=True` would give parents to everybody
                each.mkdir(mode=0o700, exist_ok=True)
            file = folder / "rows.parquet"
            _only_mine(file).close()
            writer = self._writers[table, number] = pq.ParquetWriter(file, group.schema, compression="zstd")
        writer.write_table(group)
        held.clear()


def extent_of(folder: Path) -> Extent:
    """What an export holds. Raises FileNotFoundError for one that was not finished."""
    said: dict[str, Any] = json.loads((folder / _MANIFEST).read_text())
    return Extent(Coverage(**said["coverage"]), said["positions"])


def fields(table: str) -> dict[str, str]:
    """The columns of a table with their types in a file, as numpy names them."""
    kinds = {name: field[0].str[1:] for name, field in (TABLES[table].fields or {}).items()}
    return {name: _KINDS.get(kind, kind) for name, kind in kinds.items()}


def private(folder: Path) -> Path:
    """Makes a folder that only its owner may enter. Raises Unsafe where it exists and holds something, or is open."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & _OTHERS or folder.stat().st_uid != os.getuid():
        raise Unsafe(f"others may enter {folder.name}: take its permissions away (chmod 700), or name a new folder")
    if any(folder.iterdir()):
        raise Unsafe(f"{folder.name} is not empty: name a new folder")
    return folder


def _only_mine(file: Path) -> Any:
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _hash(columns: Columns) -> Array:
    """Of the key that a row hangs on: a claim's number, a word's first claim, a likeness's claim, a fact's document or
    claim. The lowest bit of a key says its kind and is no chance."""
    for key in ("number", "one", "key"):
        if key in columns:
            return columns[key] >> 1
    return np.where(columns["document"] != 0, columns["document"], columns["claim"]) >> 1
