"""What a day's events of a fact came to: how many, and what became of them.

    held = counted + superseded + rejected + skipped + pending + missing

`doubled` and `unheld` are beside that: what is stored here and is no version that the register holds.
"""

from dataclasses import dataclass, fields, replace
from typing import Final, Literal, NamedTuple, Self

from services.accounting.rules.reconciliation.seal import open_seal
from services.accounting.rules.rows import FactRow
from shared.kernel.digests import record_digest

SUM: Final = 2**64

Fault = Literal["missing", "doubled", "unheld", "altered"]
Fate = Literal["counted", "superseded", "rejected", "skipped", "pending", "missing"]


class Cell(NamedTuple):
    """A fact and a day (days since 1970)."""

    fact: str
    day: int


@dataclass(slots=True)
class DigestSums:
    """Versions with the sums of their digests, 64 bits each: which they are, and what they say."""

    events: int = 0
    records: int = 0
    contents: int = 0

    def add(self, events: int, records: int, contents: int) -> None:
        self.events += events
        self.records = (self.records + records) % SUM
        self.contents = (self.contents + contents) % SUM


@dataclass(slots=True)
class Stored:
    """The rows of a cell, in effect or not; `unsealed` of them cannot be compared by what they say."""

    sums: DigestSums
    counted: int = 0
    unsealed: int = 0

    @classmethod
    def nothing(cls) -> Self:
        return cls(DigestSums())

    def add(self, row: FactRow, current: bool, content: int | None) -> None:
        """`content` is what the row's seal says, as content_of gives it."""
        self.sums.add(1, record_digest(row.fact, row.version, row.withdrawn), content or 0)
        self.counted += current and not row.withdrawn
        self.unsealed += content is None


def content_of(row: FactRow, print: int) -> int | None:
    """The digest of what the register said, if the row was sealed under `print` and is as it was; None where that
    cannot be told."""
    opened = open_seal(row)
    return None if opened is None or opened.print != print else opened.content


def agree(held: DigestSums, stored: Stored, comparable: bool) -> bool:
    """Whether a day's sums are equal; what is said is compared unless none of it can be."""
    ours = stored.sums
    if (held.events, held.records) != (ours.events, ours.records):
        return False
    return not comparable or stored.unsealed == ours.events or (not stored.unsealed and held.contents == ours.contents)


@dataclass(slots=True)
class Day:
    """What became of a day's events."""

    held: int = 0
    counted: int = 0
    superseded: int = 0
    rejected: int = 0
    skipped: int = 0
    pending: int = 0
    missing: int = 0
    repeated: int = 0
    doubled: int = 0
    unheld: int = 0
    altered: int = 0
    not_comparable: int = 0

    @property
    def arrived(self) -> int:
        """What came, whatever became of it."""
        return self.counted + self.superseded + self.rejected + self.skipped

    @property
    def at_fault(self) -> int:
        """What is lost, counted twice or altered."""
        return self.missing + self.doubled + self.unheld + self.altered

    def plus(self, other: "Day") -> "Day":
        return replace(self, **{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)})


def agreed(stored: Stored, comparable: bool, pending: int) -> Day:
    """Of a day whose sums are equal; `pending` more are not read yet."""
    events = stored.sums.events
    return Day(
        held=events + pending,
        counted=stored.counted,
        superseded=events - stored.counted,
        pending=pending,
        not_comparable=stored.unsealed if comparable else events,
    )
