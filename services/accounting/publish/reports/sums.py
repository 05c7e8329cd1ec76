"""What a table says where its totals, as they are printed, are not the sums of their parts (2-services A9b)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from services.accounting.publish.reports.declared import EVERY_CODE, ReportTable
from services.accounting.publish.reports.words import ReportWords
from services.accounting.rules.disclosure.cell_key import MOST
from services.accounting.rules.figures.figures import Figure, Key


class PrintedRow(NamedTuple):
    """A series of a table."""

    key: Key
    figures: Sequence[Figure | None]


class PartedTotal(NamedTuple):
    """A total, less the sum of its parts, and whether the changes of so many counts can be all of that."""

    gap: Decimal
    by_noise: bool


def said_of_sums(table: ReportTable, rows: Iterable[PrintedRow], words: ReportWords, *, exact: bool) -> Iterator[str]:
    """The sentences; none where all sums hold. Exact figures are changed by nothing."""
    found = [each for each in _parted(table, rows) if each.gap]
    noisy = [abs(each.gap) for each in found if each.by_noise and not exact]
    if noisy:
        yield words["sums_noise"].format(gap=words.number(max(noisy)), most=MOST)
    if len(noisy) < len(found):
        yield words["sums_parts"]


def _parted(table: ReportTable, rows: Iterable[PrintedRow]) -> Iterator[PartedTotal]:
    listed = list(rows)
    for dimension in table.by:
        at = table.flow.position(dimension)
        total = table.flow.dimensions[at].total
        if total is None or table.where.get(dimension) != EVERY_CODE:
            continue
        totals = {_beside(each.key, at): each for each in listed if each.key[at] == total}
        parts: dict[Key, list[PrintedRow]] = defaultdict(list)
        for each in listed:
            if each.key[at] != total:
                parts[_beside(each.key, at)].append(each)
        for key, whole in totals.items():
            for number, figure in enumerate(whole.figures):
                found = [part for each in parts[key] if (part := each.figures[number])]
                if figure and found:
                    yield _of(figure, found)


def _beside(key: Key, at: int) -> Key:
    return (*key[:at], *key[at + 1 :])


def _of(whole: Figure, parts: Sequence[Figure]) -> PartedTotal:
    gap = Decimal(whole.value) - sum((Decimal(each.value) for each in parts), Decimal(0))
    ours = all(each.source is None for each in (whole, *parts))
    return PartedTotal(gap, ours and abs(gap) <= MOST * (len(parts) + 1))
