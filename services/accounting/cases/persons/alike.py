"""Whom a change concerns beyond numbers: claims that names and birth dates may join, and whether they do."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import combinations
from typing import Final, NamedTuple, Self

import asyncpg
import numpy as np
import numpy.typing as npt

from services.accounting.cases.change import Change
from services.accounting.rules.persons.identity import NO_KEY, Keys, among, among_set, anchor, components, pairs
from services.accounting.rules.persons.likeness import likeness_of
from services.accounting.rules.persons.matching import BLOCKS, Model, Sights, found, namesakes, upheld, weights
from services.accounting.rules.persons.matching import met as candidate_pairs
from services.accounting.store.persons import identity, matching
from services.accounting.store.persons.matching import COMPARED, NAMESAKE

Connection = asyncpg.Connection
Records = npt.NDArray[np.void]
PairNumbers = npt.NDArray[np.int64]
InEffect = Callable[[Keys, Keys], npt.NDArray[np.bool_]]
"""Which keys are held after the change; the person of each before it (NO_KEY: nobody) is given."""

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

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(len(self.joined) or len(self.doubtful))


class JudgedMatches(NamedTuple):
    """What becomes of matches: pairs of keys that join, and those for a reviewer with their weights and why."""

    joined: Keys
    doubtful: Keys
    weights: npt.NDArray[np.float64]
    why: list[str]


_ODD: Final = np.uint64(0x9E3779B97F4A7C15)
"""A multiplier by which two keys of 63 bits become a number that two other ones hardly have."""

NO_PAIRS: Final = np.zeros((0, 2), np.int64)
NO_ROWS: Final = np.zeros(0, COMPARED)
NO_NAMESAKES: Final = np.zeros(0, NAMESAKE)
NOTHING: Final = Matches.of(NO_PAIRS, np.zeros(0))
NO_VERDICT: Final = JudgedMatches(NOTHING.joined, NOTHING.doubtful, NOTHING.doubtful_weights, [])


def promising(
    records: Records, together: PairNumbers, most: int, crowded: Collection[int] = ()
) -> tuple[Keys, set[int]]:
    """Pairs of keys that join if nobody else bears their names in that year, unless the block that tells is known to be
    `crowded`; and these blocks. Left out are days' blocks of more than `most`, and keys that are `together` in a fact
    (of_one_fact)."""
    keys, blocks = near(records, most, crowded)
    apart = ~of_one(keys, together)
    return keys[apart], set(blocks[apart].ravel().tolist()) - {0}


def near(
    records: Records, most: int, crowded: Collection[int] = (), blocks: Sequence[str] = BLOCKS
) -> tuple[Keys, Keys]:
    """The same pairs, whatever a fact holds, and the year's block of each of their keys."""
    met = candidate_pairs(records, most, blocks)
    others = np.where(among_set(records["year_block"], crowded), len(MODEL.namesakes) - 1, 0)
    close = weights(records, met, MODEL, others) >= MODEL.join
    ends = np.stack((met.one[close], met.other[close]), axis=1)
    return records["key"][ends], records["year_block"][ends]


def of_one(keys: Keys, together: PairNumbers) -> npt.NDArray[np.bool_]:
    """Which of the pairs are `together` in a fact."""
    return among(_mixed(np.sort(keys, axis=1)), together)


def of_one_fact(fact_keys: Records) -> PairNumbers:
    """The pairs of keys that a fact holds, each as a number, ascending."""
    columns = [fact_keys[name] for name in ("claim", "document", "former")]
    held = [np.sort(np.stack(pair, axis=1), axis=1) for pair in combinations(columns, 2)]
    return np.sort(_mixed(np.concatenate(held)))


def _mixed(ends: Keys) -> PairNumbers:
    one, other = ends.astype(np.uint64).T
    mixed: PairNumbers = (one * _ODD + other).view(np.int64)
    return mixed


class Alikes:
    """Looks for them, as the search for whom a change concerns goes on.

    Of a block that many share nothing is read but that it is crowded: it joined nobody before the change and joins
    nobody after it. `fresh` (COMPARED) are claims that nobody had made before the change.
    """

    def __init__(self, connection: Connection, change: Change, fresh: Records) -> None:
        self._connection, self._released = connection, sorted(change.released_keys)
        self._of_one_fact = of_one_fact(change.fact_keys)
        self._fresh = fresh
        self._rows = NO_ROWS  # by key
        self._asked, self._looked, self._crowded = set[int](), set[int](), set[int]()
        self._met: dict[int, bool] = {}
        self._numbers = set[int]()
        self._full, self._left, self.fillers = set[int](), set[int](), set[int]()
        self._borne, self._borne_blocks = NO_NAMESAKES, set[int]()

    async def beside(self, keys: Collection[int]) -> set[int]:
        """Persons whom one of these claims may join, or may no longer join."""
        persons = set[int]()
        asked = {*keys} - self._asked
        while asked:
            self._asked |= asked
            own = await self._read(asked)
            await self._read_days({*own["day_block"].tolist()} - {0} - self._looked)
            records = self._meeting()
            years = {*own["year_block"].tolist()}
            await self._read_years(years | {*records["year_block"].tolist()})
            ends, blocks = self._promising(records)
            if met := blocks.difference(self._met):
                await matching.note_met_blocks(self._connection, met)
                self._met |= dict.fromkeys(met, False)
            persons.update(records["person"][np.searchsorted(records["key"], ends.ravel())].tolist())
            asked = await self._beside_numbers(await self._unsettled(years) - self._asked) - self._asked
        return persons - {NO_KEY}

    def _promising(self, records: Records) -> tuple[Keys, set[int]]:
        if len(records) < 2:
            return NO_PAIRS, set()
        return promising(likeness_of(records), self._of_one_fact, len(records), self._full)

    async def _read(self, asked: Collection[int]) -> Records:
        """The claims asked for, those that are compared."""
        keys = np.sort(np.array([*asked], np.int64))
        own = self._fresh[among(self._fresh["key"], keys)]
        if len(stored := np.setdiff1d(keys, own["key"], assume_unique=True)):
            own = np.concatenate((own, await matching.compared(self._connection, stored.tolist())))
        self._keep(own)
        if self._released:
            self._left |= {*own["year_block"][among_set(own["key"], self._released)].tolist()}
        return own

    def _keep(self, rows: Records) -> None:
        both = np.concatenate((rows, self._rows)) if len(self._rows) else rows
        self._rows = both[np.unique(both["key"], return_index=True)[1]]

    async def _read_days(self, blocks: set[int]) -> None:
        self._looked |= blocks
        if not blocks:
            return
        held = await matching.in_day_blocks(self._connection, blocks, self._released, MODEL.most + 1)
        crowded = _crowded(held["day_block"])
        self._crowded |= crowded
        self._keep(held[~among_set(held["day_block"], crowded)])

    async def _read_years(self, blocks: set[int]) -> None:
        """Learns in which of these blocks a pair has met, and which are crowded: for as long as nobody leaves them."""
        if unknown := blocks - {0} - self._looked:
            self._looked |= unknown
            met = await matching.met_blocks(self._connection, unknown)
            self._met |= met
            self._full |= {block for block, crowded in met.items() if crowded} - self._left

    async def _unsettled(self, blocks: set[int]) -> set[int]:
        """The claims to which those who come to these blocks of a year, or leave them, may be namesakes."""
        return {*(await self._namesakes(blocks & self._met.keys()))["key"].tolist()}

    async def _beside_numbers(self, keys: set[int]) -> set[int]:
        """These and the claims that share a number with one of them."""
        numbers = {*(await self._read(keys))["number"].tolist()} if keys else set()
        if not (unknown := numbers - self._numbers - self.fillers):
            return keys
        self._numbers |= unknown
        held = await matching.on_numbers(self._connection, unknown, self._released, MODEL.most + 1)
        size = Counter(number for number, _ in held)
        self.fillers |= {number for number, claims in size.items() if claims > MODEL.most}
        return keys | {key for number, key in held if number not in self.fillers}

    async def _namesakes(self, blocks: set[int]) -> Records:
        """Who is in those of the blocks that are not crowded; each block is read once."""
        if unread := blocks - self._full - self._borne_blocks:
            held = await matching.in_year_blocks(self._connection, unread, self._released, MODEL.most + 1)
            full = _crowded(held["block"])
            if changed := full | (unread & self._left):
                await matching.note_crowded(self._connection, {block: block in full for block in changed})
            self._full |= full
            self._borne_blocks |= unread
            self._borne = np.concatenate((self._borne, held))
        return self._borne[among_set(self._borne["block"], blocks - self._full)]

    def _meeting(self) -> Records:
        """The claims that share a day's block or a number with another one, which one fact does not hold as well; what
        too many share left out."""
        rows = self._rows
        if len(rows) < 2:
            return NO_ROWS
        day = np.where(among_set(rows["day_block"], self._crowded), 0, rows["day_block"])
        number = np.where(among_set(rows["number"], self.fillers), 0, rows["number"])
        meets = self._several(day) | self._several(number)
        met = rows[meets]
        met["day_block"], met["number"] = day[meets], number[meets]
        return met

    def _several(self, block: Keys) -> npt.NDArray[np.bool_]:
        """Which of the rows share their block with others, unless these are two of one fact."""
        group, size = np.unique(block, return_inverse=True, return_counts=True)[1:]
        several: npt.NDArray[np.bool_] = (size[group] > 1) & (block != 0)
        paired = np.flatnonzero(several & (size[group] == 2))
        pairs_ = paired[np.argsort(group[paired], kind="stable")].reshape(-1, 2)
        several[pairs_[of_one(self._rows["key"][pairs_], self._of_one_fact)]] = False
        return several

    async def matches(self, in_effect: InEffect) -> Matches:
        """What was found, of the claims that are in effect."""
        if not len(records := self._meeting()):
            return NOTHING
        records = likeness_of(records[in_effect(records["key"], records["person"])])
        if len(records) < 2:
            return NOTHING
        _, blocks = promising(records, self._of_one_fact, MODEL.most, self._full)
        borne, own = await self._namesakes(blocks), self._rows
        borne = borne[in_effect(borne["key"], borne["person"])]
        own = own[in_effect(own["key"], own["person"])]
        key, first = np.unique(np.concatenate((borne["key"], own["key"])), return_index=True)
        block = np.concatenate((borne["block"], own["year_block"]))[first]
        number = namesakes(block, np.concatenate((borne["born"], own["born"]))[first], MODEL)
        number[among_set(block, self._full)] = len(MODEL.namesakes) - 1
        return Matches.of(*found(records, number[np.searchsorted(key, records["key"])], MODEL))


def _crowded(blocks: Keys) -> set[int]:
    """Those that stand there more often than the model allows."""
    block, size = np.unique(blocks, return_counts=True)
    return {*block[size > MODEL.most].tolist()}


async def join(connection: Connection, fact_keys: Records, links: Keys, matches: Matches) -> Keys:
    """The links that matching adds to those by numbers; what it leaves open is noted for a reviewer. `fact_keys` are of
    all facts of those whom a match concerns, `links` join their claims by numbers."""
    verdict = await judge(connection, fact_keys, links, matches)
    await note(connection, verdict)
    return verdict.joined


async def judge(connection: Connection, fact_keys: Records, links: Keys, matches: Matches) -> JudgedMatches:
    """What becomes of matches, by the claims and crossings that are stored."""
    if not matches:
        return NO_VERDICT
    by_numbers = components(np.concatenate((pairs(fact_keys), links)))
    stake = at_stake(by_numbers, matches)
    iins = await identity.iins(connection, stake[stake & 1 == 1].tolist())
    key = anchor(fact_keys)
    facts, seen = await matching.seen(connection, fact_keys["fact"][among(key, stake)].tolist())
    order = np.argsort(fact_keys["fact"])
    of_fact = key[order][np.searchsorted(fact_keys["fact"][order], facts)]
    return judged(by_numbers, matches, iins, seen._replace(node=of_fact))


def at_stake(by_numbers: tuple[Keys, Keys], matches: Matches) -> Keys:
    """All keys, ascending, of those whom matches would join. `by_numbers` are all keys, ascending, and whose each is by
    records and numbers; the keys that join are among them."""
    keys, node = by_numbers
    ends = node[np.searchsorted(keys, matches.joined)]
    return keys[np.isin(node, ends[ends[:, 0] != ends[:, 1]])]


def judged(by_numbers: tuple[Keys, Keys], matches: Matches, iins: Keys, seen: Sights) -> JudgedMatches:
    """What becomes of matches between those who are one by numbers. Of what is `at_stake`, `iins` are the keys that
    claim an IIN and its number (two columns), `seen` the crossings, each by one of its keys."""
    keys, node = by_numbers

    def whose(key: Keys) -> Keys:
        return node[np.searchsorted(keys, key)]

    ends = whose(matches.joined)
    apart = ends[:, 0] != ends[:, 1]
    joined, weight, ends = matches.joined[apart], matches.joined_weights[apart], ends[apart]
    kept = upheld(ends, components(ends), (whose(iins[:, 0]), iins[:, 1]), seen._replace(node=whose(seen.node)))
    far = matches.doubtful.copy()  # who is not among them keeps whom they are with
    concerned = np.isin(far, keys)
    far[concerned] = whose(far[concerned])
    open_ = far[:, 0] != far[:, 1]
    return JudgedMatches(
        joined[kept],
        np.concatenate((joined[~kept], matches.doubtful[open_])),
        np.concatenate((weight[~kept], matches.doubtful_weights[open_])),
        ["veto"] * np.count_nonzero(~kept) + ["weight"] * np.count_nonzero(open_),
    )


async def note(connection: Connection, verdict: JudgedMatches) -> None:
    """Remembers what is for a reviewer."""
    if verdict.why:
        await matching.note_doubtful_pairs(connection, verdict.doubtful, verdict.weights, verdict.why)


def holders_of_more(
    fact_keys: Records, known: dict[int, int], owned: Iterable[tuple[int, int]], hurried: Collection[int]
) -> set[int]:
    """Persons whom one fact joins with others, and those of the `hurried` (rules.persons.claims) who hold keys beside
    those of one fact of theirs: new evidence may speak for or against what joins them. `known` is the person of each
    key that was held, `owned` says how many keys each person holds."""
    if not known:
        return set()
    keys = np.sort(np.array([*known], np.int64))
    holder = np.array([known[key] for key in keys.tolist()], np.int64)
    columns = [fact_keys[name] for name in ("claim", "document", "former")]
    places = [np.minimum(np.searchsorted(keys, column), len(keys) - 1) for column in columns]
    owners = np.stack(
        [np.where(keys[place] == column, holder[place], -1) for place, column in zip(places, columns, strict=True)]
    )
    named = np.stack([column != 0 for column in columns])
    first = np.where(named, owners, -1).max(axis=0)
    one = (owners == first) | ~named
    size = dict(owned)
    lengths = np.array([size.get(person, 0) for person in first.tolist()])
    beside = among_set(first, hurried) & (lengths > named.sum(axis=0))
    more = (first != -1) & (~one.all(axis=0) | beside)
    return set(owners[:, more][named[:, more]].tolist()) - {-1}
