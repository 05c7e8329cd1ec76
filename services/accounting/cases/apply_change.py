"""From changed facts to persons and figures: who is concerned, who they are now, and what that moves in the cube."""

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg
import numpy as np
import numpy.typing as npt

from services.accounting.cases.change import NOTHING, Change
from services.accounting.rules.figures.movements import difference
from services.accounting.rules.persons.identity import CLAIM, anchor, components, links, pairs
from services.accounting.rules.persons.people import Ints, KeyedRecords, People, assemble
from services.accounting.rules.residence.reckoning import Coverage
from services.accounting.store import coverage as coverages
from services.accounting.store.persons import identity, persons
from services.accounting.store.persons.identity import HeldClaim

Connection = asyncpg.Connection
Records = npt.NDArray[np.void]

CHUNK = 20_000  # persons recounted at once: bounds memory


class Affected(NamedTuple):
    """All persons that a change may touch, as they stand, and what joins and parts them."""

    people: People
    split_candidates: set[int]  # those who lost a key: who they are follows from their facts alone
    fact_keys: Records  # of the changed facts, and of all facts of those who are apart; one per fact, in its order
    claims: list[HeldClaim]  # on the IINs concerned
    links: Ints  # pairs of claims that agree


async def apply_change(
    connection: Connection, change: Change, coverage: Coverage, recounted: Sequence[int] = ()
) -> None:
    """Brings identity, persons and cube in line with the change, and counts the persons `recounted` anew."""
    affected = await _affected(connection, change, recounted)
    keys, person = _resolve(affected)
    after, due = _assemble(affected, change, keys, person, coverage)
    before = affected.people
    await _move_keys(connection, before, keys, person)
    await persons.save(connection, after, due, gone=list({*before.ids.tolist()} - {*after.ids.tolist()}))
    await persons.move_cube(connection, difference(before.tally(), after.tally()))
    await _note_reviews(connection, affected.claims, dict(zip(keys.tolist(), person.tolist(), strict=True)))


async def account_for_coverage(connection: Connection, coverage: Coverage) -> None:
    """Counts anew whoever the coverage, as far as it moved, may concern, and remembers what all are counted for."""
    counted = await coverages.counted(connection)
    if coverage == counted:
        return
    forwards = coverage.register_start == counted.register_start and coverage.obs_end > counted.obs_end
    due = await persons.due_until(connection, coverage.obs_end) if forwards else await persons.everybody(connection)
    for start in range(0, len(due), CHUNK):
        await apply_change(connection, NOTHING, coverage, due[start : start + CHUNK])
    await coverages.set_counted(connection, coverage)


async def _affected(connection: Connection, change: Change, recounted: Sequence[int]) -> Affected:
    known = await identity.persons_of(connection, change.keys)
    split_candidates = {known[key] for key in change.released_keys}
    people = await persons.load(connection, list({*known.values(), *recounted}))
    fact_keys = np.concatenate((change.fact_keys, *await _fact_keys(connection, people, split_candidates)))
    fact_keys = fact_keys[np.unique(fact_keys["fact"], return_index=True)[1]]
    claims = await _claims(connection, fact_keys, known, split_candidates)
    linked = links(np.array([held.claim for held in claims], CLAIM))
    others = _holders(claims, linked) - split_candidates - {*people.ids.tolist()}
    if others:
        people = people.joined(await persons.load(connection, list(others)))
    return Affected(people, split_candidates, fact_keys, claims, linked)


async def _fact_keys(connection: Connection, people: People, split_candidates: set[int]) -> list[Records]:
    """What all facts of those who are apart hold."""
    if not split_candidates:
        return []
    falling = np.array(sorted(split_candidates), np.int64)
    facts = people.crossings["fact"][np.isin(people.holder_of_crossing(), falling)]
    keys = people.keys[np.isin(people.holder_of_key(), falling)]
    return [
        await identity.holdings_of_crossings(connection, facts.tolist()),
        await identity.holdings_of_register_facts(connection, keys.tolist()),
    ]


async def _claims(
    connection: Connection, fact_keys: Records, known: dict[int, int], split_candidates: set[int]
) -> list[HeldClaim]:
    """The claims in effect on the IINs of those claims that are new or whose person is apart."""
    held = {key for key in fact_keys["claim"].tolist() if key}
    open_keys = [key for key in held if key not in known or known[key] in split_candidates]
    if not open_keys:
        return []
    beside = await identity.claims_beside(connection, open_keys)
    return [
        each
        for each in beside
        if each.claim.key in held or (each.person is not None and each.person not in split_candidates)
    ]


def _holders(claims: Sequence[HeldClaim], linked: Ints) -> set[int]:
    """The persons who hold linked claims."""
    ends = {*linked.ravel().tolist()}
    return {each.person for each in claims if each.claim.key in ends and each.person is not None}


def _resolve(affected: Affected) -> tuple[Ints, Ints]:
    """Every key that is held now, in ascending order, and its person."""
    people = affected.people
    whole = ~np.isin(people.holder_of_key(), list(affected.split_candidates))
    held = np.stack((people.keys, people.holder_of_key()), axis=1)[whole]
    return components(np.concatenate((pairs(affected.fact_keys), affected.links, held)))


def _assemble(affected: Affected, change: Change, keys: Ints, person: Ints, coverage: Coverage) -> tuple[People, Ints]:
    people, fact_keys = affected.people, affected.fact_keys

    def owned(kept: Records, holder: Ints, come: Records) -> KeyedRecords:
        """The records that stay and those that come, each with a key of the person whom it belongs to now."""
        stays = ~np.isin(kept["fact"], change.facts)
        kept, holder = kept[stays], holder[stays]
        falling = np.isin(holder, list(affected.split_candidates))
        holder[falling] = _anchors(fact_keys, kept["fact"][falling])  # others keep theirs: an id is one of its keys
        return KeyedRecords(np.concatenate((kept, come)), np.concatenate((holder, _anchors(fact_keys, come["fact"]))))

    crossings = owned(people.crossings, people.holder_of_crossing(), change.crossings)
    evidence = owned(people.evidence, people.holder_of_evidence(), change.evidence)
    return assemble(keys, person, crossings, evidence, coverage)


def _anchors(fact_keys: Records, facts: Ints) -> Ints:
    """One key of each fact."""
    return anchor(fact_keys)[np.searchsorted(fact_keys["fact"], facts)]


async def _move_keys(connection: Connection, before: People, keys: Ints, person: Ints) -> None:
    former = dict(zip(before.keys.tolist(), before.holder_of_key().tolist(), strict=True))
    pairs = zip(keys.tolist(), person.tolist(), strict=True)
    moved = [(key, holder) for key, holder in pairs if former.pop(key, None) != holder]
    if moved or former:
        await identity.move_keys(connection, [k for k, _ in moved], [p for _, p in moved], free=list(former))


async def _note_reviews(connection: Connection, claims: Sequence[HeldClaim], person: dict[int, int]) -> None:
    """An IIN that several persons claim without agreeing goes to a reviewer."""
    claimants: dict[int, set[int | None]] = {}
    for each in claims:
        claimants.setdefault(each.claim.iin, set()).add(person.get(each.claim.key, each.person))
    if doubtful := [iin for iin, several in claimants.items() if len(several) > 1]:
        await identity.note_reviews(connection, doubtful)
