"""Which records are one person's though they share no number: Fellegi and Sunter's weights (1969) over arrays of pairs.

Candidates share a blocking key, or a number on which they say different things of its holder; a block that more records
share than the model says joins nobody. A pair's weight is a
sum of bits, one term for how far each field agrees, as the model has it, which is learned apart from the services and
dated, and one for their namesakes: how many other birth dates of the year are given with the same names. So
what is frequent is told by the registers themselves, of any country and size. The model's thresholds say what joins
and what a reviewer sees.

Joined pairs are links between those who are one by their numbers, and a contradiction in all who would be joined, two
IINs or crossings that no one person can make, leaves them as their numbers have them. All of it is a function of the
set of claims and crossings.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from services.accounting.rules.persons.claims import ACROSS, ROUND, SIMULTANEOUS

Ints = npt.NDArray[np.int64]
Levels = npt.NDArray[np.intp]
Values = npt.NDArray[Any]

UNKNOWN, DIFFERENT, SIMILAR, ALIKE, SAME = range(5)
"""How far two values agree, in the order of a model's weights. Of dates SIMILAR are those that a slip of one part or an
exchange of day and month parts, ALIKE those known in part that can be one day."""

DICE: Final = (0.6, 0.8)
"""From which share of letter pairs in common (Dice, 1945) texts are SIMILAR, and ALIKE."""
CONTAINED: Final = 0.95
"""Of the shorter text's letter pairs in the longer one: ALIKE, as a name without its patronymic is."""

HOUSE: Final = Path(__file__).with_name("matching.toml")


class MatchedField(NamedTuple):
    """A field that is compared: `kind` is text (filters), date (identity.CLAIM's born), code (0 is not known) or number
    (a code that relatives may share by a slip: counted where the names are not a relative's)."""

    name: str
    kind: str
    weights: Values


class Model(NamedTuple):
    """What a model file says; weights and thresholds in bits. `swapped` is added where the first two fields agree
    better in each other's place; `namesakes` by how many other birth dates a block holds, the last for more."""

    version: str
    join: float
    review: float
    most: int
    swapped: float
    namesakes: Values
    fields: tuple[MatchedField, ...]

    @classmethod
    def read(cls, path: Path = HOUSE) -> Self:
        """From a file."""
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        fields = (MatchedField(name, each["kind"], np.array(each["weights"])) for name, each in told["field"].items())
        return cls(
            told["version"], told["join"], told["review"], told["most"], told["swapped"],
            np.array(told["namesakes"]), tuple(fields),
        )  # fmt: skip


class Candidates(NamedTuple):
    """Pairs of records by their places, of which no two are the same."""

    one: Ints
    other: Ints


def candidates(block: Ints, most: int) -> Candidates:
    """All pairs that share a block (0 is none) of at most `most` records."""
    order = np.argsort(block, kind="stable")
    order = order[block[order] != 0]
    _, number, size = np.unique(block[order], return_inverse=True, return_counts=True)
    order, number = order[size[number] <= most], number[size[number] <= most]
    found = [np.zeros((2, 0), np.int64)]
    for distance in range(1, min(most, int(size.max(initial=1)))):
        near = np.flatnonzero(number[distance:] == number[:-distance])
        found.append(np.stack((order[near], order[near + distance])))
    return Candidates(*np.concatenate(found, axis=1))


def namesakes(block: Ints, born: Ints, model: Model) -> Ints:
    """How many birth dates that are no slip of its own are given in each record's block; as many as the model knows
    where the block is crowded or there is none (0)."""
    _, number, size = np.unique(block, return_inverse=True, return_counts=True)
    pairs = candidates(block, model.most)
    whose, others = np.concatenate((pairs.one, pairs.other)), born[np.concatenate((pairs.other, pairs.one))]
    strange = date_levels(born[whose], others) == DIFFERENT
    told = np.unique(np.stack((whose[strange], others[strange]), axis=1), axis=0)
    counted = np.bincount(told[:, 0], minlength=len(block))
    most = len(model.namesakes) - 1
    return np.where((size[number] > model.most) | (block == 0), most, np.minimum(counted, most))


def weights(records: Mapping[str, Values] | Values, pairs: Candidates, model: Model, others: Values) -> Values:
    """The weight of each pair, in bits; `others` are the namesakes of each record."""
    one = {field.name: records[field.name][pairs.one] for field in model.fields}
    other = {field.name: records[field.name][pairs.other] for field in model.fields}
    (first, second), (name, second_name) = model.fields[:2], (field.name for field in model.fields[:2])
    levels = [LEVELS[field.kind](one[field.name], other[field.name]) for field in (first, second)]
    straight = first.weights[levels[0]] + second.weights[levels[1]]
    crossed = _term(first, one[name], other[second_name]) + _term(second, one[second_name], other[name])
    related = relatives(*levels)
    terms = (_term(field, one[field.name], other[field.name], related) for field in model.fields[2:])
    rarity = model.namesakes[np.maximum(others[pairs.one], others[pairs.other])]
    weight: Values = np.maximum(straight, crossed + model.swapped) + sum(terms) + rarity
    return weight


def relatives(surname: Levels, given: Levels) -> npt.NDArray[np.bool_]:
    """Whose names may be two relatives': one surname, and given names that are not alike. A clerk may have written the
    number of one for the other, twins even."""
    return (surname >= ALIKE) & (given < ALIKE)


def _term(field: MatchedField, one: Values, other: Values, related: npt.NDArray[np.bool_] | None = None) -> Values:
    level = LEVELS[field.kind](one, other)
    weighed: Values = field.weights[level if related is None or field.kind != "number" else np.where(related, 0, level)]
    return weighed


def text_levels(one: Values, other: Values) -> Levels:
    """How far filters agree."""
    common, mine, theirs = (np.bitwise_count(bits).sum(axis=1, dtype=np.int64) for bits in (one & other, one, other))
    dice = 2 * common / np.maximum(mine + theirs, 1)
    contained = common >= CONTAINED * np.minimum(mine, theirs)
    level = DIFFERENT + np.searchsorted(DICE, dice, side="right")
    level = np.where(contained, np.maximum(level, ALIKE), level)
    level = np.where((one == other).all(axis=1), SAME, level)
    return np.where((mine == 0) | (theirs == 0), UNKNOWN, level)


def date_levels(one: Values, other: Values) -> Levels:
    """How far dates agree, year * 512 + month * 32 + day with 0 for what is not known."""
    years, months, days = ((one >> shift & mask, other >> shift & mask) for shift, mask in ((9, -1), (5, 15), (0, 31)))
    parts = [a == b for a, b in (years, months, days)]
    agreeing = [same | (a == 0) | (b == 0) for same, (a, b) in zip(parts, (years, months, days), strict=True)]
    exchanged = parts[0] & (months[0] == days[1]) & (days[0] == months[1])
    similar = exchanged | (sum(each.astype(int) for each in parts) == 2)
    level = np.where(similar, SIMILAR, DIFFERENT)
    level = np.where(parts[0] & agreeing[1] & agreeing[2], ALIKE, level)
    return np.where(one == other, SAME, level)


def code_levels(one: Values, other: Values) -> Levels:
    """Whether codes agree."""
    return np.where((one == 0) | (other == 0), UNKNOWN, np.where(one == other, SAME, DIFFERENT))


LEVELS: Final = {"text": text_levels, "date": date_levels, "code": code_levels, "number": code_levels}


class Sights(NamedTuple):
    """Crossings as evidence, as arrays: by whom (`node`), `at` in seconds since 1970, checkpoint (0 is not known)."""

    node: Ints
    at: Ints
    checkpoint: Ints
    arrival: Ints


def upheld(links: Ints, groups: tuple[Ints, Ints], iins: tuple[Ints, Ints], seen: Sights) -> npt.NDArray[np.bool_]:
    """Which links (two columns of nodes) no contradiction speaks against. A node is who is one by numbers, `groups` all
    nodes (ascending) and what links make of them; `iins` the node and the number of each IIN that is claimed."""
    nodes, group = groups

    def whole(node: Ints) -> Ints:
        return group[np.searchsorted(nodes, node)]

    if not len(links):
        return np.zeros(0, np.bool_)
    vetoed = np.union1d(_two_iins(*iins, whole(iins[0])), _two_places(seen, whole(seen.node)))
    return ~np.isin(whole(links[:, 0]), vetoed)


def _two_iins(node: Ints, number: Ints, group: Ints) -> Ints:
    """Groups with more IINs than any of its nodes has."""
    count = {}
    for key, holder in (("node", node), ("group", group)):
        held = np.unique(np.stack((holder, number), axis=1), axis=0)[:, 0]
        count[key] = np.unique(held, return_counts=True)
    _, inside = count["node"]
    groups, together = count["group"]
    most = np.zeros(len(groups), np.int64)
    of_node = np.unique(np.stack((node, group), axis=1), axis=0)[:, 1]
    np.maximum.at(most, np.searchsorted(groups, of_node), inside)
    return groups[together > most]


def _two_places(seen: Sights, group: Ints) -> Ints:
    """Groups of whom two nodes have crossed in a way that no one person can."""
    order = np.lexsort((seen.at, group))
    seen, group = Sights(*(column[order] for column in seen)), group[order]
    found = [np.zeros(0, np.int64)]
    for distance in range(1, len(group)):
        one, other = (Sights(*(column[part] for column in seen)) for part in (slice(-distance), slice(distance, None)))
        near = (group[distance:] == group[:-distance]) & (other.at - one.at < ROUND)
        if not near.any():
            break
        apart = other.at - one.at
        same_way, known = one.arrival == other.arrival, (one.checkpoint != 0) & (other.checkpoint != 0)
        elsewhere = known & (one.checkpoint != other.checkpoint)
        least = np.where(elsewhere, np.where(same_way, ROUND, ACROSS), np.where(same_way, SIMULTANEOUS, 0))
        found.append(group[distance:][near & (one.node != other.node) & (apart < least)])
    return np.unique(np.concatenate(found))


BLOCKS: Final = ("day_block", "number")
"""Of LIKENESS: who shares one of them is a candidate."""


def met(records: Values, most: int, blocks: Sequence[str] = BLOCKS) -> Candidates:
    """All pairs that share a block, each once. `records` are LIKENESS."""
    found = [np.sort(np.stack(candidates(records[block], most)), axis=0) for block in blocks]
    return Candidates(*np.unique(np.concatenate(found, axis=1), axis=1))


def proving(records: Values, most: int) -> Values:
    """The records without numbers (0) that more than `most` of them share: a filler proves nothing."""
    _, number, size = np.unique(records["number"], return_inverse=True, return_counts=True)
    kept = records.copy()
    kept["number"][size[number] > most] = 0
    return kept


def found(records: Values, others: Ints, model: Model, blocks: Sequence[str] = BLOCKS) -> tuple[Ints, Values]:
    """Pairs of keys, the smaller first, that join or are for a reviewer, and their weights. `records` are LIKENESS."""
    records = proving(records, model.most)
    pairs = met(records, model.most, blocks)
    weight = weights(records, pairs, model, others)
    kept = weight >= model.review
    keys = np.sort(np.stack((records["key"][pairs.one], records["key"][pairs.other]), axis=1)[kept], axis=1)
    return keys, weight[kept]
