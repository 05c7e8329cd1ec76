"""From changed facts to persons and figures: who is concerned, who they are now, and what that moves in the cube."""

from collections.abc import Sequence

import asyncpg
import numpy as np
import numpy.typing as npt

from services.accounting.cases.change import NOTHING, Change
from services.accounting.cases.persons.caused_changes import caused_changes
from services.accounting.cases.persons.resolution import Affected, Claims, affected, doubts, resolve
from services.accounting.rules.figures.movements import Tally, difference
from services.accounting.rules.persons.final_changes import ChangedFacts, final_changes
from services.accounting.rules.persons.identity import among, among_set, anchor
from services.accounting.rules.persons.people import Ints, KeyedRecords, People, assemble
from services.accounting.rules.releases.causes import Cause, Causes, national, of_facts
from services.accounting.rules.releases.causes import moved as moved_by_cause
from services.accounting.rules.residence.reckoning import Coverage
from services.accounting.store import coverage as coverages
from services.accounting.store.meanwhile import meanwhile
from services.accounting.store.persons import changes, identity, persons
from services.accounting.store.persons import final_changes as finals
from services.accounting.store.releases.causes import note
from shared import clock

Connection = asyncpg.Connection
Records = npt.NDArray[np.void]

NO_CLAIMS: Claims = {}
CHUNK = 20_000  # persons recounted at once: bounds memory


async def apply_change(
    connection: Connection,
    change: Change,
    coverage: Coverage,
    recounted: Sequence[int] = (),
    claims: Claims = NO_CLAIMS,
) -> None:
    """Brings identity, persons and cube in line with the change, and counts the persons `recounted` anew. Persons who
    merge, split or lose their id by it are noted with its cause."""
    concerned = await affected(connection, change, recounted, claims)
    keys, person = resolve(concerned)
    after, due = _assemble(concerned, change, keys, person, coverage)
    before = concerned.people
    async with meanwhile(_move_keys(connection, before, keys, person)):
        rows = persons.rows_of(after, due)
        gone = np.setdiff1d(before.ids, after.ids, assume_unique=True).tolist()
    async with meanwhile(persons.save(connection, rows, gone)):
        moved = difference(before.tally(), after.tally())
    async with meanwhile(persons.move_cube(connection, moved)):
        causes = _causes(change, before, after, moved, coverage)
        became = caused_changes(change, before, after)
        told = ChangedFacts(change.facts, change.replacing, change.fact_keys["fact"].astype(np.int64))
        overturned = final_changes(before, after, told)
        doubtful = doubts(concerned.buckets, keys, person)
    await note(connection, causes)
    await changes.note(connection, became)
    await finals.note(connection, overturned, clock.now())
    await identity.note_reviews(connection, doubtful)


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


def _causes(change: Change, before: People, after: People, moved: Tally, coverage: Coverage) -> Causes:
    """What has moved otherwise than by timely records."""
    if not len(change.facts):
        return {Cause.CLOSED_WINDOW if change is NOTHING else Cause.WORD: national(moved)}
    known = of_facts(change.fact_days, change.fact_causes, coverage.obs_end)
    return moved_by_cause(before, after, change.facts, known, moved)


def _assemble(affected: Affected, change: Change, keys: Ints, person: Ints, coverage: Coverage) -> tuple[People, Ints]:
    people, fact_keys, changed = affected.people, affected.fact_keys, np.sort(change.facts)

    def owned(kept: Records, holder: Ints, come: Records) -> KeyedRecords:
        """The records that stay and those that come, each with a key of the person whom it belongs to now."""
        stays = ~among(kept["fact"], changed)
        kept, holder = kept[stays], holder[stays]
        falling = among_set(holder, affected.apart)
        holder[falling] = _anchors(fact_keys, kept["fact"][falling])  # others keep theirs: an id is one of its keys
        return KeyedRecords(np.concatenate((kept, come)), np.concatenate((holder, _anchors(fact_keys, come["fact"]))))

    crossings = owned(people.crossings, people.holder_of_crossing(), change.crossings)
    evidence = owned(people.evidence, people.holder_of_evidence(), change.evidence)
    return assemble(keys, person, crossings, evidence, coverage)


def _anchors(fact_keys: Records, facts: Ints) -> Ints:
    """One key of each fact."""
    return anchor(fact_keys)[np.searchsorted(fact_keys["fact"], facts)]


async def _move_keys(connection: Connection, before: People, keys: Ints, person: Ints) -> None:
    order = np.argsort(before.keys)
    former, holder = before.keys[order], before.holder_of_key()[order]
    stays = among(keys, former)
    stays[stays] = holder[np.searchsorted(former, keys[stays])] == person[stays]
    free = former[~among(former, keys)]
    if not stays.all() or len(free):
        await identity.move_keys(connection, keys[~stays].tolist(), person[~stays].tolist(), free=free.tolist())
