"""All figures anew from the stored facts: what the batches computed step by step, computed at once.

The same functions tell who is who, classify and count; the result is the same to the last cell. It is built beside the
present figures, which stay readable, and takes their place in one moment. Meanwhile nobody else writes: the intake
stands by and then goes on where it was.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import asyncpg
import numpy as np

from services.accounting.cases.persons.alike import MODEL, JudgedMatches, Matches, judge, note, of_one_fact, promising
from services.accounting.cases.persons.resolution import doubts
from services.accounting.rules.figures.movements import Tally, difference
from services.accounting.rules.persons.claims import links, shared
from services.accounting.rules.persons.identity import anchor, components, distinct, pairs
from services.accounting.rules.persons.matching import found, namesakes, proving
from services.accounting.rules.persons.people import Ints, KeyedRecords, assemble
from services.accounting.rules.persons.words import settled
from services.accounting.rules.releases.causes import Cause, national
from services.accounting.rules.releases.versions import METHOD_VERSIONS, MethodVersion, counted_by, side_by_side
from services.accounting.rules.residence.history import evidence_of
from services.accounting.rules.residence.reckoning import Coverage
from services.accounting.store import bulk, coverage, derived, lock
from services.accounting.store.persons import identity, matching, words
from services.accounting.store.releases import causes, overlap
from shared.db.session import connect

Connection = asyncpg.Connection
Tell = Callable[[str], None]
Versions = Sequence[MethodVersion]


class RebuiltFigures(NamedTuple):
    """What a rebuild counts beside the persons: for which coverage, the cube, national cells by each of the versions
    that it was asked for, the numbers about which there is a doubt, what became of matches by name, and the years'
    blocks in which such a pair has met."""

    coverage: Coverage
    cube: Tally
    by_version: Sequence[Tally]
    doubtful: list[int]
    matched: JudgedMatches
    met_blocks: set[int]


class _Identity(NamedTuple):
    """All keys, ascending, the person of each, and what RebuiltFigures says of how they were found."""

    keys: Ints
    person: Ints
    doubtful: list[int]
    matched: JudgedMatches
    met_blocks: set[int]


Build = Callable[[Connection, Connection, Versions, Tell], Awaitable[RebuiltFigures]]
"""Fills the new tables of persons and of keys, and completes the latter, within the first connection's transaction;
nobody writes meanwhile."""


async def rebuild(dsn: str, tell: Tell, versions: Versions = METHOD_VERSIONS, build: Build | None = None) -> None:
    """Has the intake stand by, then rebuilds, here unless `build` says how; counts the nation by the two last
    `versions` of the method, too. `dsn` is the owner's, who may make tables."""
    beside = versions[-2:] if len(versions) > 1 else ()
    # Between its statements it reckons with everything that there is: as long as it lives it may be silent.
    connection, second_connection = [await connect(dsn, "kosh-accounting-rebuild", idle="0") for _ in range(2)]
    try:
        tell("waiting for the writer to stand by")
        await lock.take_over_writer(connection)
        async with connection.transaction():
            await derived.prepare(connection)
            counted = await (build or _build)(connection, second_connection, beside, tell)
            await _write_counted(connection, counted, beside)
            for table in ("person", "cube", "counted"):
                await derived.complete(connection, table)
            await derived.grant(connection)
            await derived.swap(connection)
        await lock.release(connection)
        tell("done: the new figures are in place")
        await derived.drop_former(connection)
    finally:
        await connection.close()
        await second_connection.close()


async def _build(
    connection: Connection, second_connection: Connection, versions: Versions, tell: Tell
) -> RebuiltFigures:
    declared = await coverage.declared(connection)
    crossings, crossing_fact_keys = await bulk.crossings(connection, second_connection)
    told, other_fact_keys = await bulk.register_facts(connection)
    tell(f"read {len(crossings)} crossings and {len(other_fact_keys)} other facts")
    who = await _identity(connection, np.concatenate((crossing_fact_keys, other_fact_keys)))
    keys, person = who.keys, who.person
    tell(f"found {np.count_nonzero(keys == person)} persons by {len(keys)} keys")
    writing = asyncio.create_task(_write_keys(connection, keys, person))  # the server's work, while we do ours
    evidence, source_row = evidence_of(told)
    travels, signs = (
        KeyedRecords(crossings, anchor(crossing_fact_keys)),
        KeyedRecords(evidence, anchor(other_fact_keys[source_row])),
    )
    people, due = await asyncio.to_thread(assemble, keys, person, travels, signs, declared)
    cube = await asyncio.to_thread(people.tally)
    await writing
    tell(f"classified {len(crossings)} crossings into {len(cube.cells)} cells")
    await bulk.write_people(connection, people, due)
    return RebuiltFigures(declared, cube, [counted_by(people, declared, each.rule) for each in versions], *who[2:])


async def _write_counted(connection: Connection, counted: RebuiltFigures, versions: Versions) -> None:
    """The figures, and beside the derived tables why they moved, how versions of the method meet, and the doubts."""
    same_days = await coverage.counted(connection) == counted.coverage
    moved = difference(await causes.national_cube(connection), national(counted.cube))
    await causes.note(connection, {Cause.METHOD if same_days else Cause.CLOSED_WINDOW: moved})
    if versions:
        former, present = counted.by_version
        met = side_by_side(former, present, counted.coverage)
        await overlap.replace(connection, dict(zip((each.id for each in versions), met, strict=True)))
    await bulk.write_numbers(connection, "cube", {"cell": counted.cube.cells, "count": counted.cube.counts})
    await coverage.set_counted(connection, counted.coverage, schema=derived.coming("derived"))
    await identity.note_reviews(connection, counted.doubtful)
    await note(connection, counted.matched)
    await matching.note_met_blocks(connection, counted.met_blocks)


async def _identity(connection: Connection, fact_keys: np.ndarray) -> _Identity:
    """Who is who by all facts."""
    claims = await bulk.claims(connection)
    in_effect = distinct(np.concatenate([fact_keys[name] for name in ("claim", "document", "former")]))
    buckets = list(shared(claims[np.isin(claims["key"], in_effect)]))
    contested = [claim.key for bucket in buckets for claim in bucket]
    concerned = np.isin(fact_keys["claim"], contested) | np.isin(fact_keys["document"], contested)
    sightings = await identity.sightings(connection, fact_keys["fact"][concerned].tolist())
    joined = links(buckets, sightings)
    likenesses = await bulk.likenesses(connection)
    matches, met_blocks = _matches(likenesses[np.isin(likenesses["key"], in_effect)], fact_keys)
    matched = await judge(connection, fact_keys, joined, matches)
    joined = np.concatenate((joined, matched.joined))
    records, said = pairs(fact_keys), await words.all_in_effect(connection)
    keys, person = components(np.concatenate((records, settled(records, joined, said, claims))))
    return _Identity(keys, person, doubts(buckets, keys, person), matched, met_blocks)


def _matches(records: np.ndarray, fact_keys: np.ndarray) -> tuple[Matches, set[int]]:
    """Who may be one person by name and birth date; the years' blocks in which a pair has met."""
    records = proving(records, MODEL.most)
    _, blocks = promising(records, of_one_fact(fact_keys), MODEL.most)
    return Matches.of(*found(records, namesakes(records["year_block"], records["born"], MODEL), MODEL)), blocks


async def _write_keys(connection: Connection, keys: Ints, person: Ints) -> None:
    await bulk.write_numbers(connection, "identity_key", {"key": keys, "person": person})
    await derived.complete(connection, "identity_key")
