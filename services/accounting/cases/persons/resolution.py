"""Who the persons are whom a change touches: those it names, and those with whom they share a number or a reviewer's
word."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import asyncpg
import numpy as np
import numpy.typing as npt

from services.accounting.cases.change import Change
from services.accounting.cases.persons.alike import NO_ROWS, Alikes, InEffect, holders_of_more, join
from services.accounting.rules.persons.claims import MOST, Sighting, doubtful, hurried, links, shared
from services.accounting.rules.persons.identity import (
    CLAIM,
    NO_KEY,
    Claim,
    Keys,
    MadeClaim,
    among,
    among_set,
    anchor,
    components,
    distinct,
    pairs,
    repeat_a_kind,
)
from services.accounting.rules.persons.people import Ints, People
from services.accounting.rules.persons.words import Word, settled
from services.accounting.rules.residence.history import instants
from services.accounting.store.persons import identity, persons, words
from services.accounting.store.persons.identity import HeldClaim

Connection = asyncpg.Connection
Records = npt.NDArray[np.void]
Claims = Mapping[int, tuple[MadeClaim, int]]
"""What changed facts claim, and the first fact that says so, by key."""
NO_SAYINGS: Final = np.array([], CLAIM)


@dataclass
class Affected:
    """All persons that a change may touch, as they stand, and what joins and parts them.

    `apart` are those of them who lost a key, hold a claim on a number that others claim, too, or may be joined by
    matching: who they are follows from their facts alone. `fact_keys` are of the changed facts and of all facts of
    those who are apart, one per fact, in its order. `buckets` are all claims in effect on each number that is claimed
    in several ways. `words` are those about a claim of the persons, `claims` (CLAIM) what all claims say of whoever may
    be joined with one of these.
    """

    people: People
    apart: set[int]
    fact_keys: Records
    buckets: list[list[Claim]]
    links: Keys
    words: list[Word]
    claims: Records


async def affected(connection: Connection, change: Change, recounted: Sequence[int], claims: Claims) -> Affected:
    """Whom the change touches; remembers claims that nobody has made before."""
    known = await identity.persons_of(connection, change.keys)
    new = [made for key, made in claims.items() if key not in known]
    fresh = await identity.insert_claims(connection, new) if new else NO_ROWS
    people = await persons.load(connection, list({*known.values(), *recounted}))
    search = _Search(people, set(change.keys), Alikes(connection, change, fresh))
    search.apart = {known[key] for key in change.released_keys}
    await search.go(connection, known, change)
    fact_keys = np.concatenate((change.fact_keys, *await _fact_keys(connection, search.people, search.apart)))
    fact_keys = fact_keys[np.unique(fact_keys["fact"], return_index=True)[1]]
    buckets = search.buckets(fact_keys)
    sightings = await _sightings(connection, fact_keys, buckets)
    joined = links(buckets, sightings)
    matches = await search.alikes.matches(search.in_effect(fact_keys))
    joined = np.concatenate((joined, await join(connection, fact_keys, joined, matches)))
    said = await identity.said(connection, search.claimed) if search.words else NO_SAYINGS
    return Affected(search.people, search.apart, fact_keys, buckets, joined, list(search.words), said)


def resolve(affected: Affected) -> tuple[Ints, Ints]:
    """Every key that is held now, in ascending order, and its person."""
    people = affected.people
    whole = ~among_set(people.holder_of_key(), affected.apart)
    held = np.stack((people.keys, people.holder_of_key()), axis=1)[whole]
    records = np.concatenate((pairs(affected.fact_keys), held))
    return components(np.concatenate((records, settled(records, affected.links, affected.words, affected.claims))))


def doubts(buckets: Iterable[Sequence[Claim]], keys: Ints, person: Ints) -> list[int]:
    """The numbers whose claims a reviewer must see; `person` holds each of `keys` (ascending)."""
    return [
        bucket[0].number for bucket in buckets if len(bucket) <= MOST and doubtful(bucket, _held(bucket, keys, person))
    ]


def _held(bucket: Sequence[Claim], keys: Ints, person: Ints) -> dict[int, int]:
    wanted = [claim.key for claim in bucket]
    return dict(zip(wanted, person[np.searchsorted(keys, wanted)].tolist(), strict=True))


@dataclass
class _Search:
    """From the numbers that the change's persons claim to all who claim them, and on to the numbers of these; and from
    the words about their claims to whoever holds the others.

    A key that was held before concerns nobody else: its links stay, unless a new crossing speaks against one (that can
    only be a link inside one person, who holds several claims then and has crossed shortly before or after) or one that
    did is corrected. Where a
    word is heard, which links hold follows from all that may join its claims: all of these persons are apart then.
    """

    people: People
    touched: set[int]
    alikes: Alikes
    apart: set[int] = field(default_factory=set)
    found: dict[int, HeldClaim] = field(default_factory=dict)
    words: set[Word] = field(default_factory=set)
    _heard: set[int] = field(default_factory=set)
    _anything_said: bool | None = None

    async def go(self, connection: Connection, known: dict[int, int], change: Change) -> None:
        hurried = _hurried(self.people, known, change)
        doubled = repeat_a_kind(*self._keys_of(hurried))
        lengths = zip(self.people.ids.tolist(), self.people.key_lengths.tolist(), strict=True)
        theirs, _ = self._keys_of(self.apart | holders_of_more(change.fact_keys, known, lengths, hurried))
        asked = {*self.touched.difference(known), *change.corrected_keys, *doubled.tolist(), *theirs.tolist()}
        done: set[int] = set()
        while asked := (asked | await self._hear(connection, change)) - done:
            done |= asked
            beside = await identity.claims_beside(connection, list(asked))
            sharing = {each.person for each in self._shared(beside) if each.person is not None}
            sharing |= await self.alikes.beside(asked)
            sharing -= self.apart
            await self._load(connection, sharing)
            self.apart |= sharing
            asked = set(self._keys_of(sharing)[0].tolist())

    async def _hear(self, connection: Connection, change: Change) -> set[int]:
        """Listens for words about the persons found so far. Returns the keys of those who are apart by that."""
        if not change.keys or not await self._is_anything_said(connection):
            return set()  # nobody becomes another person by a word
        while unheard := {*self.people.keys.tolist(), *self.touched} - self._heard:
            self._heard |= unheard
            self.words.update(await words.about(connection, list(unheard)))
            ends = {key for word in self.words for key in word.pair} - self._heard
            await self._load(connection, (await identity.persons_of(connection, ends)).values() if ends else ())
        apart = self._within_earshot(change.fact_keys) - self.apart if self.words else set()
        self.apart |= apart
        return set(self._keys_of(apart)[0].tolist())

    async def _is_anything_said(self, connection: Connection) -> bool:
        """Whether there is a word at all; asked once, as nothing changes in a batch."""
        if self._anything_said is None:
            self._anything_said = await words.is_any_taken(connection)
        return self._anything_said

    def _within_earshot(self, fact_keys: Records) -> set[int]:
        """The persons who may be joined with a claim of a word, by a record, a number or a word."""
        ends = np.array([word.pair for word in self.words], np.int64)
        numbers: dict[int, int] = {}
        shared = [(key, numbers.setdefault(each.claim.number, key)) for key, each in self.found.items()]
        held = np.stack((self.people.keys, self.people.holder_of_key()), axis=1)
        edges = (pairs(fact_keys), held, ends, np.array(shared, np.int64).reshape(-1, 2))
        keys, group = components(np.concatenate(edges))
        near = keys[np.isin(group, group[np.searchsorted(keys, ends.ravel())])]
        return set(self.people.ids[np.isin(self.people.ids, near)].tolist())

    @property
    def claimed(self) -> list[int]:
        """All keys of the persons found, and those to come."""
        return list(self._heard)

    async def _load(self, connection: Connection, holders: Iterable[int]) -> None:
        if strangers := set(holders).difference(self.people.ids.tolist()):
            self.people = self.people.joined(await persons.load(connection, list(strangers)))

    def buckets(self, fact_keys: Records) -> list[list[Claim]]:
        """The claims in effect on each number that several are made on."""
        claims = np.array([each.claim for each in self.found.values()], CLAIM)
        persons = np.array([each.person or NO_KEY for each in self.found.values()], np.int64)
        return list(shared(claims[self.in_effect(fact_keys)(claims["key"], persons)]))

    def in_effect(self, fact_keys: Records) -> InEffect:
        """Which keys are held after the change; the person of each before it is given."""
        held = distinct(np.concatenate([fact_keys[name] for name in ("claim", "document", "former")]))
        gone = np.array(sorted({NO_KEY, *self.apart}), np.int64)
        return lambda keys, persons: among(keys, held) | ~among(persons, gone)

    def _shared(self, beside: Iterable[HeldClaim]) -> list[HeldClaim]:
        """Of claims on some numbers, those in effect or to come, where one number has several; fillers left out."""
        by_number: dict[int, list[HeldClaim]] = {}
        for each in beside:
            if each.person is not None or each.claim.key in self.touched:
                by_number.setdefault(each.claim.number, []).append(each)
        self.alikes.fillers |= {number for number, claims in by_number.items() if self._is_filler(claims)}
        several = [
            each
            for number, claims in by_number.items()
            if len(claims) > 1 and number not in self.alikes.fillers
            for each in claims
        ]
        self.found |= {each.claim.key: each for each in several}
        return several

    def _is_filler(self, claims: Collection[HeldClaim]) -> bool:
        """Whether the number joined nobody before the change and will join nobody after it."""
        return len([each for each in claims if each.claim.key not in self.touched]) > MOST

    def _keys_of(self, holders: Collection[int]) -> tuple[Keys, Keys]:
        """The keys that these persons hold, and whose each is."""
        owner = self.people.holder_of_key()
        theirs = among_set(owner, holders)
        return self.people.keys[theirs], owner[theirs]


def _hurried(people: People, known: Mapping[int, int], change: Change) -> list[int]:
    """Whom of these persons a new crossing may show to be several."""
    stays = ~among(people.crossings["fact"], np.sort(change.facts))
    keys = change.fact_keys[among(change.fact_keys["fact"], np.sort(change.crossings["fact"]))]
    holder = np.array([known.get(key, NO_KEY) for key in anchor(keys).tolist()], np.int64)
    crossings = np.concatenate((people.crossings[stays], change.crossings))
    new = np.arange(len(crossings)) >= np.count_nonzero(stays)
    person = np.concatenate((people.holder_of_crossing()[stays], holder))
    found: list[int] = hurried(person, instants(crossings), new).tolist()
    return found


async def _fact_keys(connection: Connection, people: People, apart: set[int]) -> list[Records]:
    """What all facts of those who are apart hold."""
    if not apart:
        return []
    falling = np.array(sorted(apart), np.int64)
    facts = people.crossings["fact"][among(people.holder_of_crossing(), falling)]
    keys = people.keys[among(people.holder_of_key(), falling)]
    return [
        await identity.holdings_of_crossings(connection, facts.tolist()),
        await identity.holdings_of_register_facts(connection, keys.tolist()),
    ]


async def _sightings(
    connection: Connection, fact_keys: Records, buckets: Sequence[Sequence[Claim]]
) -> dict[int, list[Sighting]]:
    """The crossings of those who claim one number in several ways."""
    contested = np.array(sorted(claim.key for bucket in buckets for claim in bucket), np.int64)
    if not len(contested):
        return {}
    concerned = among(fact_keys["claim"], contested) | among(fact_keys["document"], contested)
    return await identity.sightings(connection, fact_keys["fact"][concerned].tolist())
