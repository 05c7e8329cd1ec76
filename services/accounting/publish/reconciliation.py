"""A reconciliation for those who read it: a table for the terminal, JSON and CSV."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from services.accounting.cases.reconciliation.differing import FAULTS
from services.accounting.cases.reconciliation.reconcile import (
    DayReconciled,
    Line,
    RecordReconciled,
    SourceReconciled,
)

COUNTS: Final = (
    "held", "arrived", "counted", "superseded", "rejected", "skipped", "pending", "missing", "repeated", "doubled",
    "unheld", "altered", "not_comparable",
)  # fmt: skip
SHOWN: Final = 20
"""Records that the terminal names of a source; the files name all."""
AT_FAULT: Final = ("missing", "doubled", "unheld", "altered")


class Report:
    """Takes the lines as they come, writes `days.csv`, `records.csv` and `reconciliation.ndjson` into a folder, and
    keeps of them what the terminal shows: memory is the same for any number."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._files = folder, ExitStack()
        self._totals: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * len(COUNTS))
        self._days: list[str] = []
        self._records: dict[str, list[str]] = defaultdict(list)
        self._more: dict[str, int] = defaultdict(int)
        self._sources: list[SourceReconciled] = []

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        days, records, every = (
            self._files.enter_context((self.folder / name).open("w", encoding="utf-8", newline=""))
            for name in ("days.csv", "records.csv", "reconciliation.ndjson")
        )
        self._every = every
        self._day_rows = csv.DictWriter(days, list(DayReconciled.model_fields))
        self._record_rows = csv.DictWriter(records, list(RecordReconciled.model_fields))
        self._day_rows.writeheader()
        self._record_rows.writeheader()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()

    def add(self, line: Line) -> None:
        self._every.write(line.model_dump_json() + "\n")
        if isinstance(line, DayReconciled):
            self._add_day(line)
        elif isinstance(line, RecordReconciled):
            self._record_rows.writerow(line.model_dump(mode="json"))
            self._add_record(line)
        else:
            self._sources.append(line)

    def _add_day(self, line: DayReconciled) -> None:
        self._day_rows.writerow(line.model_dump(mode="json"))
        counts = [getattr(line, name) for name in COUNTS]
        total = self._totals[line.source, line.fact]
        self._totals[line.source, line.fact] = [one + other for one, other in zip(total, counts, strict=True)]
        if any(getattr(line, name) for name in (*AT_FAULT, "rejected", "skipped", "pending")):
            self._days.append(_row(line.source, line.fact, str(line.day), counts))
            del self._days[SHOWN:]

    def _add_record(self, line: RecordReconciled) -> None:
        named, number = self._records[line.source], line.source_id or line.subject or "?"
        if line.what in FAULTS and len(named) < SHOWN:
            named.append(f"  {line.what:<9} {line.fact} {number} version {line.version}, {line.day}: {line.detail}")
        else:
            self._more[line.source] += 1

    @property
    def agrees(self) -> bool:
        """Whether every source was asked, and nothing is lost, doubled or altered."""
        return bool(self._sources) and all(each.state == "agrees" for each in self._sources)

    def table(self) -> Iterator[str]:
        """What the terminal shows: each fact in total, the days that are not simply counted, and what is at fault."""
        yield _row("source", "fact", "", [name.replace("not_comparable", "no digest") for name in COUNTS])
        for (source, fact), counts in sorted(self._totals.items()):
            yield _row(source, fact, "all days", counts)
        yield from self._days
        for each in self._sources:
            yield f"{each.source}: {each.state}" + (f": {each.detail}" if each.detail else "")
            yield from self._records[each.source]
            if more := self._more[each.source]:
                yield f"  and {more} more records in {self.folder / 'records.csv'}"


def _row(source: str, fact: str, day: str, counts: list[int] | list[str]) -> str:
    return f"{source:<10} {fact:<26} {day:<10} " + " ".join(f"{count:>10}" for count in counts)
