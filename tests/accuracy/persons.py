"""Person resolution: whether records of one life are taken for one person's, and of two for two (A2).

Counted in pairs of records, which are never listed: a group of n records holds n (n - 1) / 2 of them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import NamedTuple

from tests.accuracy.said import Record


class Pairs(NamedTuple):
    """Pairs of records that are one life's, those taken for one person's, and those that are both."""

    true: int
    taken: int
    both: int

    @property
    def precision(self) -> float:
        """Of the pairs taken for one person's, the share that is; 1 where none was taken."""
        return self.both / self.taken if self.taken else 1.0

    @property
    def recall(self) -> float:
        """Of the pairs of one life, the share that was found; 1 where there is none."""
        return self.both / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def scored(lives: Mapping[Record, int], persons: Mapping[Record, str]) -> Pairs:
    """`lives` says of each record whose it is, `persons` for whose it is taken; a record of which nothing is said by
    the second is taken for a person of its own."""
    taken: dict[Record, Hashable] = {record: persons.get(record, record) for record in lives}
    return Pairs(
        _pairs(lives.values()),
        _pairs(taken.values()),
        _pairs((lives[record], taken[record]) for record in lives),
    )


def by_group(
    lives: Mapping[Record, int], persons: Mapping[Record, str], group: Callable[[Record], str]
) -> dict[str, Pairs]:
    """The score of each group's records among themselves, such as those of one origin or of one register."""
    members: dict[str, dict[Record, int]] = defaultdict(dict)
    for record, life in lives.items():
        members[group(record)][record] = life
    return {name: scored(own, persons) for name, own in sorted(members.items())}


def _pairs(groups: Iterable[Hashable]) -> int:
    """Pairs of records that are of one group; the group of each record is given."""
    return sum(size * (size - 1) // 2 for size in Counter(groups).values())
