"""Constrained clustering: what reviewers said of pairs of claims (must-link, cannot-link), and which links hold then.

A word is about two claims. It sleeps while nobody holds one of them, and wakes when both are held again.

- What one record says of one holder joins its claims whatever anybody says: that is for the register to correct. Claims
  that records alone join are not parted; the word is not followed, and stands in the review.
- `apart` holds before everything else. Among the reviewers' `same` and the links that evidence makes, one falls if it
  would join a pair that is said to be apart, given the stronger ones: words before links, newer words before older,
  links that agree in name and birth date before others, then by their keys. So no more falls than must: each that
  fell would join such a pair with what holds.
- `same` joins against a doubt or a veto. It joins persons of different IINs only where the reviewer says that one
  person holds both (`two_iins`); whom it has joined, links do not give another IIN.

All of it is a function of the sets of records, links and words, whatever their order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.persons.claims import same_holder
from services.accounting.rules.persons.identity import Claim, Keys, components, distinct

Pair = tuple[int, int]


class Word(NamedTuple):
    """A reviewer's word in effect on two claims, by their keys; of two words the one with the greater `id` is newer."""

    id: int
    one: int
    other: int
    same: bool
    two_iins: bool = False

    @property
    def pair(self) -> Pair:
        return self.one, self.other


def awake(words: Iterable[Word], held: Keys) -> list[Word]:
    """The words on whose claims somebody holds records, both of them; `held` in ascending order."""
    several = list(words)
    here = np.isin(np.array([each.pair for each in several], np.int64).reshape(-1, 2), held)
    return [each for each, (one, other) in zip(several, here.tolist(), strict=True) if one and other]


def within_earshot(records: Keys, links: Keys, words: Sequence[Word]) -> Keys:
    """The keys that records, links and words may join with a claim that one of `words`, all of them awake, is about."""
    keys, group, ends = _groups(records, links, words)
    return keys[np.isin(group, ends)]


def settled(records: Keys, links: Keys, words: Sequence[Word], claims: npt.NDArray[np.void]) -> Keys:
    """The pairs that join claims beside those of `records`: links that hold, and words that join.

    `records` and `links` are arrays of two columns of keys; `claims` (CLAIM) are at least all those of whoever may be
    joined with a claim that a word is about.
    """
    heard = awake(words, distinct(records.ravel())) if words else []
    if not heard:
        return links
    keys, group, ends = _groups(records, links, heard)
    concerned = distinct(ends.ravel())
    told = {claim.key: claim for claim in _told(claims, keys[np.isin(group, concerned)])}

    def of(pairs: Keys) -> npt.NDArray[np.int64]:
        return group[np.searchsorted(keys, pairs[:, 0])]

    parts = {number: _Part(told) for number in concerned.tolist()}
    inside = np.isin(of(links), concerned)
    for number, pair in _numbered(records, of(records), concerned):
        parts[number].join(*pair)
    for number, pair in _numbered(links, of(links), concerned):
        parts[number].links.append(pair)
    for word, numbers in zip(heard, ends.tolist(), strict=True):
        if numbers[0] == numbers[1]:  # those of different groups are apart as it is
            parts[numbers[0]].words.append(word)
    held = [pair for part in parts.values() for pair in part.settled()]
    return np.concatenate((links[~inside], np.array(held, np.int64).reshape(-1, 2)))


def _groups(records: Keys, links: Keys, heard: Sequence[Word]) -> tuple[Keys, Keys, Keys]:
    """All keys, ascending; the group of each, as far as anything may join them; and of each word the groups of its two
    claims, which `records` hold."""
    said = np.array([each.pair for each in heard if each.same], np.int64).reshape(-1, 2)
    keys, group = components(np.concatenate((records, links, said)))
    ends = np.array([each.pair for each in heard], np.int64).reshape(-1, 2)
    return keys, group, group[np.searchsorted(keys, ends)]


def _told(claims: npt.NDArray[np.void], keys: Keys) -> list[Claim]:
    return [Claim(*claim) for claim in claims[np.isin(claims["key"], keys)].tolist()]


def _numbered(pairs: Keys, number: npt.NDArray[np.int64], wanted: Keys) -> Iterator[tuple[int, Pair]]:
    some = np.isin(number, wanted)
    yield from zip(number[some].tolist(), map(tuple, pairs[some].tolist()), strict=True)


@dataclass
class _Part:
    """Claims that records, links and words join in some way, and as whose they end: a forest of keys."""

    told: Mapping[int, Claim]
    links: list[Pair] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    _above: dict[int, int] = field(default_factory=dict)
    _iins: dict[int, frozenset[int]] = field(default_factory=dict)
    _bound: set[int] = field(default_factory=set)

    def settled(self) -> Iterator[Pair]:
        """The links and words that hold, the strongest first, once all records are joined."""
        apart = [each.pair for each in self.words if not each.same and self._top(each.one) != self._top(each.other)]
        for word in sorted((each for each in self.words if each.same), reverse=True):
            if not self._meets(word.pair, apart) and (word.two_iins or not self._other_iin(*word.pair)):
                self.join(*word.pair)
                if not word.two_iins:
                    self._bound.add(self._top(word.one))
                yield word.pair
        for link in sorted(self.links, key=self._weakness):
            if not self._meets(link, apart) and not (self._is_bound(link) and self._other_iin(*link)):
                self.join(*link)
                yield link

    def join(self, one: int, other: int) -> None:
        first, second = sorted((self._top(one), self._top(other)))
        if first == second:
            return
        both = self._iins_of(first) | self._iins_of(second)
        self._above[second], self._iins[first] = first, both
        if second in self._bound:
            self._bound.add(first)

    def _top(self, key: int) -> int:
        while (above := self._above.get(key, key)) != key:
            self._above[key] = key = self._above.get(above, above)
        return key

    def _iins_of(self, top: int) -> frozenset[int]:
        if top not in self._iins:
            claim = self.told.get(top)
            self._iins[top] = frozenset({claim.number} if claim and top & 1 else ())
        return self._iins[top]

    def _other_iin(self, one: int, other: int) -> bool:
        first, second = (self._iins_of(self._top(key)) for key in (one, other))
        return bool(first and second) and first.isdisjoint(second)

    def _is_bound(self, pair: Pair) -> bool:
        return any(self._top(key) in self._bound for key in pair)

    def _meets(self, pair: Pair, apart: Iterable[Pair]) -> bool:
        """Whether joining the two would join a pair that is said to be apart."""
        tops = {self._top(key) for key in pair}
        return len(tops) > 1 and any({self._top(one), self._top(other)} == tops for one, other in apart)

    def _weakness(self, link: Pair) -> tuple[bool, int, int]:
        one, other = sorted(link)
        first, second = self.told.get(one), self.told.get(other)
        return not (first and second and same_holder(first, second)), one, other
