"""What reviewers' words make of records and links: the plain reading of rules.persons.words.

Slow and simple on purpose: whoever is reached from a claim is looked for anew at every step.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from services.accounting.rules.persons.identity import Claim
from services.accounting.rules.persons.words import Word

Pairs = Sequence[tuple[int, int]]


def joining(
    records: Pairs, links: Pairs, words: Iterable[Word], told: Mapping[int, Claim]
) -> Iterator[tuple[int, int]]:
    """The links and words that hold."""
    held = {key for pair in records for key in pair}
    awake = [word for word in words if {word.one, word.other} <= held]
    apart = [word.pair for word in awake if not word.same and word.other not in reached(word.one, records)]
    pairs, uncoded = list(records), list[tuple[int, int]]()
    for word in sorted((word for word in awake if word.same), key=lambda word: -word.id):
        strange = not word.two_iins and _other_iin(word.pair, pairs, told)
        if not strange and not _joins(apart, [*pairs, word.pair]):
            pairs.append(word.pair)
            uncoded += [] if word.two_iins else [word.pair]
            yield word.pair
    for link in sorted(links, key=lambda pair: _weakness(pair, told)):
        bound = any(one in reached(end, pairs) for end in link for one, _ in uncoded)
        if not (bound and _other_iin(link, pairs, told)) and not _joins(apart, [*pairs, link]):
            pairs.append(link)
            yield link


def reached(start: int, pairs: Pairs) -> set[int]:
    """Whom one comes to from a claim."""
    found = {start}
    while more := {end for pair in pairs if found & {*pair} for end in pair} - found:
        found |= more
    return found


def _joins(apart: Pairs, pairs: Pairs) -> bool:
    return any(other in reached(one, pairs) for one, other in apart)


def _other_iin(pair: tuple[int, int], pairs: Pairs, told: Mapping[int, Claim]) -> bool:
    one, other = ({told[key].number for key in reached(end, pairs) if key % 2} for end in pair)
    return bool(one and other and not one & other)


def _weakness(pair: tuple[int, int], told: Mapping[int, Claim]) -> tuple[bool, int, int]:
    one, other = sorted(pair)
    first, second = told[one], told[other]
    alike = first.name == second.name != 0 and first.born == second.born
    return not alike, one, other
