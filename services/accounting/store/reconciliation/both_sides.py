"""The versions of days that differ, as held and as stored, side by side on disk: memory is the same for any number.

A database of this process alone (SQLite), gone with it; the roles that read facts may not make tables.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple, Self

_TABLES: Final = """
CREATE TABLE held (fact TEXT, day INT, key INT, version INT, withdrawn INT, content INT, source_id TEXT, subject TEXT,
    position INT, event BLOB);
CREATE TABLE stored (fact TEXT, day INT, key INT, version INT, withdrawn INT, content INT, source_id TEXT, current INT);
CREATE TABLE undated (key INT, version INT, PRIMARY KEY (key, version)) WITHOUT ROWID;
CREATE TABLE unheld (fact TEXT, source_id TEXT, version INT);
"""
_INDEXES: Final = """
CREATE INDEX held_key ON held (key, version);
CREATE INDEX held_number ON held (fact, source_id);
CREATE INDEX stored_key ON stored (key, version);
"""
# Of a version that the register tells twice, the first is compared; the others are repetitions.
_SAME: Final = "{one}.key = {other}.key AND {one}.version = {other}.version AND {one}.fact = {other}.fact"
_PAIRS: Final = f"""
SELECT held.*, first.rowid <> held.rowid, first.content IS NOT held.content, stored.day, stored.withdrawn,
    stored.content, stored.source_id, stored.current
FROM held
JOIN held AS first ON first.rowid = (SELECT min(rowid) FROM held AS same WHERE {_SAME.format(one="same", other="held")})
LEFT JOIN stored ON {_SAME.format(one="stored", other="held")}
ORDER BY held.rowid
"""  # noqa: S608  (names of our own)
_BESIDE: Final = f"""
SELECT fact, day, key, version, source_id,
    EXISTS (SELECT 1 FROM held WHERE held.fact = stored.fact AND held.source_id = stored.source_id
        AND held.key <> stored.key)
FROM stored WHERE NOT EXISTS (SELECT 1 FROM held WHERE {_SAME.format(one="held", other="stored")})
ORDER BY fact, day, source_id, version
"""  # noqa: S608  (names of our own)


class HeldVersion(NamedTuple):
    """A version as the register tells it; `content` is None where that has no digest."""

    fact: str
    day: int
    key: int
    version: int
    withdrawn: bool
    content: int | None
    source_id: str | None
    subject: str
    position: int
    event: bytes


class StoredVersion(NamedTuple):
    """A version as it is stored; `content` is None where it cannot be compared."""

    fact: str
    day: int
    key: int
    version: int
    withdrawn: bool
    content: int | None
    source_id: str
    current: bool


class Matched(NamedTuple):
    """A held version with the stored one, None where there is none; `repeated`: the register tells it once more, and
    `differs` if then in other words."""

    held: HeldVersion
    stored: StoredVersion | None
    repeated: bool
    differs: bool


class Beside(NamedTuple):
    """A stored version that the register does not hold; `doubled` where it holds its number, under another key."""

    fact: str
    day: int
    key: int
    version: int
    source_id: str
    doubled: bool


class BothSides:
    """Fill it, then ask it."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._database.executescript(_TABLES)
        self._database.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def hold(self, versions: Iterable[HeldVersion]) -> None:
        self._database.executemany("INSERT INTO held VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", versions)

    def store(self, versions: Iterable[StoredVersion]) -> None:
        self._database.executemany("INSERT INTO stored VALUES (?, ?, ?, ?, ?, ?, ?, ?)", versions)

    def compare(self) -> None:
        self._database.executescript(_INDEXES)

    def pairs(self, chunk: int) -> Iterator[list[Matched]]:
        """Every held version, in the order of positions, with what is stored of it."""
        rows = self._database.execute(_PAIRS)
        while found := rows.fetchmany(chunk):
            yield [_pair(row) for row in found]

    def beside(self) -> Iterator[Beside]:
        """Stored versions that are not held."""
        for fact, day, key, version, source_id, doubled in self._database.execute(_BESIDE):
            yield Beside(fact, day, key, version, source_id, bool(doubled))

    def note_undated(self, versions: Sequence[tuple[int, int]]) -> None:
        """These are held, and stored without their day."""
        self._database.executemany("INSERT OR IGNORE INTO undated VALUES (?, ?)", versions)

    def is_noted(self, key: int, version: int) -> bool:
        """Whether note_undated was told of it."""
        found = self._database.execute("SELECT 1 FROM undated WHERE key = ? AND version = ?", (key, version))
        return found.fetchone() is not None

    def note_unheld(self, versions: Iterable[tuple[str, str, int]]) -> None:
        """Stored without their day, and not held: fact, number, version."""
        self._database.executemany("INSERT INTO unheld VALUES (?, ?, ?)", versions)

    def unheld(self) -> Iterator[tuple[str, str, int]]:
        """What note_unheld was told of."""
        yield from self._database.execute("SELECT * FROM unheld ORDER BY fact, source_id, version")


def _pair(row: tuple[Any, ...]) -> Matched:
    told, (repeated, differs, day, withdrawn, content, source_id, current) = row[:10], row[10:]
    held = HeldVersion(*told)._replace(withdrawn=bool(told[4]))
    if day is None:
        return Matched(held, None, bool(repeated), bool(differs))
    which = (held.fact, day, held.key, held.version)
    return Matched(
        held, StoredVersion(*which, bool(withdrawn), content, source_id, bool(current)), bool(repeated), bool(differs)
    )  # fmt: skip
