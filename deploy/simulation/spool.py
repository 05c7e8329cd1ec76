"""An external sort: what registers write, kept on disk by month and kind, and read in the order of days in flat memory.

Lives are drawn one after the other, records are sent day after day. A month's lines of one kind are put in order by
twelve bytes a line.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import starmap
from pathlib import Path
from typing import NamedTuple

import numpy as np
import orjson

from deploy.simulation.written import Written

_HELD = 1 << 25  # bytes in memory, of all sheets together, until they are written to their files
_DAY = 7  # characters before a line: the day's ordinal, and a blank

ORDER = (
    "border-crossings", "residence-registrations", "residence-permits", "citizenship-changes", "protection-statuses",
    "violations", "expulsions", "host-notifications", "kandas-statuses", "work-permits", "business-immigrants",
    "eaeu-workers", "exempt-workers", "consular-registrations", "studies", "assistance-cases",
)  # fmt: skip
"""In which a month's kinds are sent to a service: crossings first, since what others say of a stay refers to them."""

KNOWN_BY_EMPLOYER = frozenset({"eaeu-workers", "exempt-workers"})


class Sheet(NamedTuple):
    """What goes to one route: lines of one month, of records that are new or of what becomes of records."""

    month: str
    service: str
    path: str
    role: str
    changes: bool

    @property
    def file(self) -> str:
        return "+".join((self.month, self.service, self.path, self.role, "changes" if self.changes else "records"))

    @classmethod
    def of(cls, file: str) -> "Sheet":
        month, service, path, role, what = file.split("+")
        return cls(month, service, path, role, what == "changes")


class Spool:
    """Takes records in any order of days; afterwards gives each month's sheets, in the order in which they are sent.
    `line` says what is kept of a record."""

    def __init__(self, folder: Path, line: Callable[[Written], bytes] | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.iterdir():  # of a run that was broken off
            left.unlink()
        self._folder, self._line = folder, line or _line
        self._held: dict[Sheet, list[bytes]] = {}
        self._bytes = 0

    def add(self, each: Written) -> None:
        """Keeps a record for the month in which it becomes known."""
        sheet = Sheet(each.known_on.isoformat()[:7], each.service, each.path, each.role, each.act != "create")
        line = b"%d %s\n" % (each.known_on.toordinal(), self._line(each))
        self._held.setdefault(sheet, []).append(line)
        self._bytes += len(line)
        if self._bytes > _HELD:
            self.close()

    def close(self) -> None:
        """Everything is on disk."""
        for sheet, lines in self._held.items():
            with (self._folder / sheet.file).open("ab") as file:
                file.writelines(lines)
        self._held.clear()
        self._bytes = 0

    def months(self) -> dict[str, list[Sheet]]:
        """The sheets of each month, in order."""
        sheets = sorted(map(Sheet.of, (path.name for path in self._folder.iterdir())), key=_turn)
        return {month: [each for each in sheets if each.month == month] for month in sorted({s.month for s in sheets})}

    def lines(self, sheet: Sheet) -> Iterator[bytes]:
        """The lines of a sheet by the day on which they became known; on one day as they were written."""
        for _, line in self._dated(sheet):
            yield line

    def in_turn(self, sheets: Iterable[Sheet]) -> Iterator[bytes]:
        """The lines of all these sheets by the day on which they became known; on one day sheet after sheet."""
        for _, _, line in merge(*starmap(self._in_place, enumerate(sheets)), key=_day_and_place):
            yield line

    def _in_place(self, place: int, sheet: Sheet) -> Iterator[tuple[int, int, bytes]]:
        for day, line in self._dated(sheet):
            yield day, place, line

    def _dated(self, sheet: Sheet) -> Iterator[tuple[int, bytes]]:
        with (self._folder / sheet.file).open("rb") as file:
            days, starts, at = array("I"), array("Q"), 0
            for line in file:
                days.append(int(line[: _DAY - 1]))
                starts.append(at)
                at += len(line)
            for number in np.argsort(np.frombuffer(days, dtype=np.uint32), kind="stable"):
                file.seek(starts[number])
                yield days[number], file.readline()[_DAY:-1]


def _day_and_place(line: tuple[int, int, bytes]) -> tuple[int, int]:
    return line[0], line[1]


def _turn(sheet: Sheet) -> tuple[str, int, bool, str]:
    return sheet.month, ORDER.index(sheet.path), sheet.changes, sheet.role


def _line(each: Written) -> bytes:
    """As the route takes it: the record, or the line of a batch of corrections."""
    if each.act == "create":
        return orjson.dumps(each.record)
    told = {"source_id": _known_by(each), "version": each.version, "reason": f"invented: {each.act} by the office"}
    return orjson.dumps(told | ({"record": each.record} if each.act == "correct" else {"withdrawn": True}))


def _known_by(each: Written) -> str:
    """Where submitters number records by themselves, the register knows them by more than that number."""
    if each.path in KNOWN_BY_EMPLOYER:
        return f"{each.record['employer_bin']}:{each.source_id}"
    if each.path == "host-notifications":
        return f"{each.record['channel']}:{each.source_id}"
    return each.source_id
