"""Whom a change concerns beyond numbers: claims that names and birth dates may join, and whether they do."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self

import asyncpg
import numpy as np
import numpy.typing as npt

from services.accounting.rules.persons.identity import Keys, anchor, components, pairs
from services.accounting.rules.persons.matching import Model, candidates, found, namesakes, upheld, weights
from services.accounting.store.persons import identity, matching
from services.accounting.store.persons.matching import Compared

Connection = asyncpg.Connection
Records = npt.NDArray[np.void]

MODEL: Final = Model.read()


class Matches(NamedTuple):
    """Pairs of keys with their weights: those that join, and those that are for a reviewer."""

    joined: Keys
    joined_weights: npt.NDArray[np.float64]
    doubtful: Keys
    doubtful_weights: npt.NDArray[np.float64]

    @classmethod
    def of(cls, keys: Keys, weight: npt.NDArray[np.float64]) -> Self:
        """From all pairs that were found."""
        joins = weight >= MODEL.join
        return cls(keys[joins], weight[joins], keys[~joins], weight[~joins])


NOTHING: Final = Matches.of(np.zeros((0, 2), np.int64), np.zeros(0))


def promising(records: Records, most: int) -> tuple[Keys, set[int]]:
    """Pairs of keys that join if nobody else bears their names in that year, and the blocks that tell. Blocks of more
    than `most` are left out."""
    met = candidates(records["day_block"], most)
    near = weights(records, met, MODEL, np.zeros(len(records), np.int64)) >= MODEL.join
    ends = np.stack((met.one[near], met.other[near]), axis=1)
    return records["key"][ends], set(records["year_block"][ends].ravel().tolist()) - {0}


@dataclass
class Alikes:
    """Looks for them batch by batch. Of a block that many share nothing is read but that it is crowded: it joined
    nobody before the change and joins nobody after it; `released` are keys that the change may free."""

    connection: Connection
    released: Collection[int]
    rows: dict[int, Compared] = field(default_factory=dict)
    crowded: set[int] = field(default_factory=set)
    met: set[int] = field(default_factory=set)
    looked: set[int] = field(default_factory=set)

    async def beside(self, asked: Collection[int]) -> tuple[set[int], set[int]]:
        """Persons whom a claim of those asked for may join or may no longer join, and keys to ask for in turn."""
        own = await matching.compared(self.connection, list(asked))
        self.rows |= {each.key: each for each in own}
        await self._read_days({each.day_block for each in own} - {0})
        records = self._records()
        ends, blocks = promising(records, len(records))
        if fresh := blocks - self.met:
            await matching.note_met_blocks(self.connection, fresh)
            self.met |= fresh
        years = {each.year_block for each in own} - {0} - self.looked
        self.looked |= years
        met = await matching.met_blocks(self.connection, years) if years else set()
        others = await self._namesakes(met)
        persons = {self.rows[key].person for key in ends.ravel().tolist()}
        few = Counter(each.block for each in others)
        return {each for each in persons if each is not None}, {
            each.key for each in others if few[each.block] <= MODEL.most
        }

    async def _read_days(self, blocks: set[int]) -> None:
        blocks -= self.looked
        self.looked |= blocks
        if not blocks:
            return
        held = await matching.in_day_blocks(self.connection, blocks, list(self.released), MODEL.most + 1)
        size = Counter(each.day_block for each in held)
        self.crowded |= {block for block, claims in size.items() if claims > MODEL.most}
        self.rows |= {each.key: each for each in held if each.day_block not in self.crowded}

    async def _namesakes(self, blocks: set[int]) -> list[matching.Namesake]:
        if not blocks:
            return []
        return await matching.in_year_blocks(self.connection, blocks, list(self.released), MODEL.most + 1)

    def _records(self, kept: Callable[[int, int | None], bool] = lambda _key, _person: True) -> Records:
        return matching.records(
            each for each in self.rows.values() if each.day_block not in self.crowded and kept(each.key, each.person)
        )

    async def matches(self, in_effect: Callable[[int, int | None], bool]) -> Matches:
        """What was found, of the claims that are in effect."""
        if not self.rows:
            return NOTHING
        records = self._records(in_effect)
        _, blocks = promising(records, MODEL.most)
        others: set[tuple[int, int, int, int | None]] = {
            (each.key, each.block, each.born, each.person) for each in await self._namesakes(blocks)
        }
        others |= {(each.key, each.year_block, each.born, each.person) for each in self.rows.values()}
        counted = np.array([(*each[:3],) for each in others if in_effect(each[0], each[3])], np.int64).reshape(-1, 3)
        number = namesakes(counted[:, 1], counted[:, 2], MODEL)
        of_key = dict(zip(counted[:, 0].tolist(), number.tolist(), strict=True))
        own = np.array([of_key[key] for key in records["key"].tolist()], np.int64)
        return Matches.of(*found(records, own, MODEL))


async def join(connection: Connection, fact_keys: Records, links: Keys, matches: Matches) -> Keys:
    """The links that matching adds to those by numbers; what it leaves open is noted for a reviewer. `fact_keys` are of
    all facts of those whom a match concerns, `links` join their claims by numbers."""
    if not len(matches.joined) and not len(matches.doubtful):
        return matches.joined
    keys, node = components(np.concatenate((pairs(fact_keys), links)))
    ends = node[np.searchsorted(keys, matches.joined)]
    apart = ends[:, 0] != ends[:, 1]
    joined, ends = matches.joined[apart], ends[apart]
    kept = await _upheld(connection, fact_keys, (keys, node), ends)
    await _note(connection, joined[~kept], matches.joined_weights[apart][~kept], "veto")
    far = matches.doubtful.copy()  # who is not among them keeps whom they are with
    concerned = np.isin(far, keys)
    far[concerned] = node[np.searchsorted(keys, far[concerned])]
    open_ = far[:, 0] != far[:, 1]
    await _note(connection, matches.doubtful[open_], matches.doubtful_weights[open_], "weight")
    upheld_links: Keys = joined[kept]
    return upheld_links


async def _upheld(
    connection: Connection, fact_keys: Records, whole: tuple[Keys, Keys], ends: Keys
) -> npt.NDArray[np.bool_]:
    if not len(ends):
        return np.zeros(0, np.bool_)
    keys, node = whole
    groups = components(ends)
    concerned = np.isin(node, groups[0])
    iins = await identity.iins(connection, keys[concerned & (keys & 1 == 1)].tolist())
    holder = node[np.searchsorted(keys, anchor(fact_keys))]
    facts, seen = await matching.seen(connection, fact_keys["fact"][np.isin(holder, groups[0])].tolist())
    order = np.argsort(fact_keys["fact"])
    of_fact = holder[order][np.searchsorted(fact_keys["fact"][order], facts)]
    return upheld(ends, groups, (node[np.searchsorted(keys, iins[:, 0])], iins[:, 1]), seen._replace(node=of_fact))


async def _note(connection: Connection, keys: Keys, weight: npt.NDArray[np.float64], why: str) -> None:
    if len(keys):
        await matching.note_doubtful_pairs(connection, keys, weight, [why] * len(keys))


def holders_of_more(fact_keys: Records, known: dict[int, int], owned: Iterable[tuple[int, int]]) -> set[int]:
    """Persons who hold keys beside those of one fact of theirs, or whom one fact joins with others: new evidence may
    speak for or against what joins them. `known` is the person of each key that was held, `owned` says how many keys
    each person holds."""
    if not known:
        return set()
    keys = np.sort(np.array([*known], np.int64))
    holder = np.array([known[key] for key in keys.tolist()], np.int64)
    columns = [fact_keys[name] for name in ("claim", "document", "former")]
    found_ = [np.minimum(np.searchsorted(keys, column), len(keys) - 1) for column in columns]
    owners = np.stack(
        [np.where(keys[place] == column, holder[place], -1) for place, column in zip(found_, columns, strict=True)]
    )
    named = np.stack([column != 0 for column in columns])
    first = np.where(named, owners, -1).max(axis=0)
    one = (owners == first) | ~named
    size = dict(owned)
    lengths = np.array([size.get(person, 0) for person in first.tolist()])
    more = (first != -1) & (~one.all(axis=0) | (lengths > named.sum(axis=0)))
    return set(owners[:, more][named[:, more]].tolist()) - {-1}
