"""Many persons at once, as arrays: how a batch and a rebuild hold the persons that they count."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from services.accounting.rules.figures.line_cells import count_lines
from services.accounting.rules.figures.movements import Tally, tally
from services.accounting.rules.persons.identity import distinct
from services.accounting.rules.residence.history import (
    BIRTH,
    BIRTH_DISPUTED,
    CROSSING,
    EVIDENCE,
    SEX,
    SEX_DISPUTED,
    Crossings,
    Evidence,
    arrange_crossings,
    arrange_evidence,
    pack,
    unpack,
)
from services.accounting.rules.residence.lines import LifeLines, draw
from services.accounting.rules.residence.purpose import with_purposes
from services.accounting.rules.residence.reckoning import Coverage, classify_people, initial_of

Ints = npt.NDArray[np.int64]

YEAR = 9  # bits below the year in dimensions.birth_code
_KEY = np.dtype([("key", "<i8")])


class People(NamedTuple):
    """`ids` and one number per person of its keys, crossings, evidence and cells of its lines (figures.line_cells),
    which lie one person after the other."""

    ids: Ints
    keys: Ints
    key_lengths: Ints
    crossings: Crossings
    lengths: Ints
    evidence: Evidence
    evidence_lengths: Ints
    cells: Ints
    cell_lengths: Ints

    @classmethod
    def unpacked(cls, rows: list[tuple[int, bytes, bytes, bytes, bytes]]) -> Self:
        """From stored rows: person, keys, history, evidence, cells."""
        ids, keys, history, evidence, cells = zip(*rows, strict=True) if rows else ((), (), (), (), ())
        return cls(
            np.array(ids, np.int64),
            *_numbers(keys),
            *unpack(history, CROSSING),
            *unpack(evidence, EVIDENCE),
            *_numbers(cells),
        )

    def packed(self) -> tuple[list[int], list[bytes], list[bytes], list[bytes], list[bytes]]:
        """The columns of `unpacked`."""
        return (
            self.ids.tolist(),
            pack(self.keys.view(_KEY), self.key_lengths),
            pack(self.crossings, self.lengths),
            pack(self.evidence, self.evidence_lengths),
            pack(self.cells.view(_KEY), self.cell_lengths),
        )

    def parts(self, size: int) -> Iterator[Self]:
        """These persons, `size` at a time."""
        ends = [
            np.concatenate(([0], np.cumsum(each)))
            for each in (self.key_lengths, self.lengths, self.evidence_lengths, self.cell_lengths)
        ]
        for start in range(0, len(self.ids), size):
            some = slice(start, start + size)
            keys, crossings, evidence, cells = (
                slice(each[some][0], each[some.start : some.stop + 1][-1]) for each in ends
            )
            yield type(self)(
                self.ids[some],
                self.keys[keys],
                self.key_lengths[some],
                self.crossings[crossings],
                self.lengths[some],
                self.evidence[evidence],
                self.evidence_lengths[some],
                self.cells[cells],
                self.cell_lengths[some],
            )

    def joined(self, others: Self) -> Self:
        """These persons and the others."""
        return type(self)(*(np.concatenate(each) for each in zip(self, others, strict=True)))

    def lines(self, coverage: Coverage) -> LifeLines:
        """What the methods beside the 12/16-month rule say of them."""
        owner = np.repeat(np.arange(len(self.ids)), self.evidence_lengths)
        initial = initial_of(self.crossings, self.lengths, owner, self.evidence, coverage.register_start)
        return draw(self.crossings, self.lengths, initial, *coverage)

    def tally(self) -> Tally:
        """What the cube holds of them."""
        return tally(self.crossings, self.cells)

    def holder_of_key(self) -> Ints:
        """Each key's person."""
        return np.repeat(self.ids, self.key_lengths)

    def holder_of_crossing(self) -> Ints:
        """Each crossing's person."""
        return np.repeat(self.ids, self.lengths)

    def holder_of_evidence(self) -> Ints:
        """Each evidence record's person."""
        return np.repeat(self.ids, self.evidence_lengths)


def successions(before: People, after: People) -> Ints:
    """Who was whom: pairs of persons before and after who share a key, each once."""
    place = np.searchsorted(before.keys, after.keys, sorter=(order := np.argsort(before.keys)))
    place = order[np.minimum(place, max(0, len(order) - 1))] if len(order) else place
    shared = before.keys[place] == after.keys if len(order) else np.zeros(len(after.keys), np.bool_)
    pairs = np.stack((before.holder_of_key()[place[shared]], after.holder_of_key()[shared]), axis=1)
    return np.unique(pairs, axis=0)


class KeyedRecords(NamedTuple):
    """Records in any order, and for each a key that the person whom it belongs to holds."""

    records: npt.NDArray[np.void]
    key: Ints


def assemble(
    keys: Ints, person: Ints, crossings: KeyedRecords, evidence: KeyedRecords, coverage: Coverage
) -> tuple[People, Ints]:
    """The persons that hold `keys` (ascending), their records in order, every crossing reckoned anew; and the due day
    of each."""
    ids = distinct(person)
    by_person = np.lexsort((keys, person))
    number = np.searchsorted(ids, person)
    crossing_owner, evidence_owner = (number[np.searchsorted(keys, owned.key)] for owned in (crossings, evidence))
    travels, lengths = _grouped(len(ids), crossing_owner, crossings.records, arrange_crossings)
    signs, sign_lengths = _grouped(len(ids), evidence_owner, evidence.records, arrange_evidence)
    reckoned = classify_people(travels, lengths, signs, sign_lengths, coverage)
    travels["state"], travels["region"] = reckoned.states, reckoned.regions
    travels["sex"] = travels["sex"] & SEX | _disputed(travels, lengths)
    travels["purpose"] = with_purposes(travels, lengths, signs, sign_lengths)
    lines = count_lines(travels, lengths, signs, sign_lengths, reckoned, coverage)
    key_lengths = np.bincount(number, minlength=len(ids))
    people = People(
        ids, keys[by_person], key_lengths, travels, lengths, signs, sign_lengths, lines.cells, lines.lengths
    )
    return people, lines.due


def _numbers(blobs: Sequence[bytes]) -> tuple[Ints, Ints]:
    """Packed numbers of many persons in one array, and how many each has."""
    held = np.frombuffer(b"".join(blobs), np.int64)
    return held, np.fromiter(map(len, blobs), np.int64, len(blobs)) // held.itemsize


def _disputed(crossings: Crossings, lengths: Ints) -> npt.NDArray[np.uint8]:
    """What each crossing's person is said to be in more than one way: of another sex, born in another year."""
    starts = (np.cumsum(lengths) - lengths)[lengths > 0]
    if not len(starts):
        return np.zeros(0, np.uint8)
    sex, year = crossings["sex"] & SEX, (crossings["birth"] & BIRTH) >> YEAR
    both = np.bitwise_or.reduceat(sex, starts) == SEX  # of the codes 1 and 2
    years = np.maximum.reduceat(year, starts) != np.minimum.reduceat(year, starts)
    return np.repeat((both * SEX_DISPUTED | years * BIRTH_DISPUTED).astype(np.uint8), lengths[lengths > 0])


def _grouped(
    persons: int, number: Ints, records: npt.NDArray[np.void], arrange: Callable[[Ints, npt.NDArray[np.void]], Ints]
) -> tuple[npt.NDArray[np.void], Ints]:
    return records[arrange(number, records)], np.bincount(number, minlength=persons)
