"""How persons became others: what a change merged, split and renamed, and by what cause."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import asyncpg
import numpy as np
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.accounting.cases.change import Change
from services.accounting.cases.persons.logged import subjects
from services.accounting.cases.persons.sides import Verdict
from services.accounting.cases.residence.classification import pseudonym
from services.accounting.rules.persons.changes import Kind, TriggerKind, became, cause_of
from services.accounting.rules.persons.people import People
from services.accounting.store.persons import changes as store
from services.accounting.store.persons import histories, identity
from services.accounting.store.persons.changes import Noted
from shared.audit import access_log
from shared.db.driver import begun, driver
from shared.errors import NotFound
from shared.identity.callers import Caller

Connection = asyncpg.Connection

UNKNOWN: Final = "No person has this id. It changes when records join or part persons: look it up again."


async def note_changes(connection: Connection, change: Change, before: People, after: People) -> None:
    """Notes who of the persons `before` became whom `after` it, in the transaction of the change."""
    order = after.keys.argsort()
    now, person = after.keys[order], after.holder_of_key()[order]
    held, holder = before.keys, before.holder_of_key()
    found = became(held, holder, now, person, change.corrections())
    if not found:
        return
    theirs = [
        frozenset(np.concatenate((held[holder == each.former], now[person == each.successor])).tolist())
        for each in found
    ]
    near = change.causes(frozenset().union(*theirs))
    noted = [
        (each, cause_of(each, near if any(cause.keys & keys for cause in near) else change.causes(), keys))
        for each, keys in zip(found, theirs, strict=True)
    ]
    await store.note(connection, noted)


async def lead(connection: Connection, id: int) -> list[int]:
    """Whom a present or former id leads to: several where that person was split since, nobody where it is unknown or
    no record of the person is in effect."""
    found, asked, done = set[int](), {id}, set[int]()
    while asked:
        done |= asked
        following = set[int]()
        for each in asked:
            keys, successors = await store.keys_of_former(connection, each)
            holders = await identity.persons_of(connection, (each, *keys))
            found |= {each} if holders.get(each) == each else {*holders.values()}
            following |= set() if holders else set(successors)
        asked = following - done
    return sorted(found)


class CausingWord(BaseModel):
    """The reviewer's word that caused a change of persons."""

    id: int
    verdict: Verdict
    reason: str


class PersonChange(BaseModel):
    """One person who became another: of a split there is one for each part, of a merge one for each former person but
    the one whose id remains."""

    at: datetime
    kind: Kind = Field(
        description="`merge`: into the successor, who was somebody before; `split`: into this and others; `renamed`: "
        "the record by which the former id went was corrected or withdrawn"
    )
    former: str
    successor: str
    cause: TriggerKind
    fact: str | None = Field(description="of the record that caused it")
    source_id: str | None = Field(description="the source's own number of that record")
    word: CausingWord | None


class PersonChanges(BaseModel):
    """How a person came to be, and whom a former id leads to."""

    person: str
    now: list[str] = Field(description="who the person is now; several after a split, none without records in effect")
    items: list[PersonChange] = Field(description="the newest 100, the last first")


async def changes(engine: AsyncEngine, id: str, caller: Caller) -> PersonChanges:
    """The changes from and to a person, by the present or a former id; everybody shown is logged. Raises NotFound."""
    async with engine.begin() as connection:
        direct = await begun(connection)
        now = await lead(direct, int(id, 16))
        found = await store.of_persons(direct, [int(id, 16)])
        if not now and not found:
            raise NotFound(UNKNOWN)
        shown = {*now, *(each.former for each in found), *(each.successor for each in found)}
        await log_present(connection, shown, caller)
    return PersonChanges(person=id, now=list(map(pseudonym, now)), items=list(map(_told, found)))


async def log_present(connection: AsyncConnection, ids: Iterable[int], caller: Caller) -> None:
    """Logs that whoever these ids lead to by themselves was shown."""
    direct = await driver(connection)
    holders = sorted({*(await identity.persons_of(direct, ids)).values()})
    for person, claimed in (await histories.claimed_by(direct, holders)).items() if holders else ():
        await access_log.log_versions(connection, caller, "read", "person", pseudonym(person), subjects(*claimed))


def _told(noted: Noted) -> PersonChange:
    return PersonChange(
        at=noted.at,
        kind=noted.kind,
        former=pseudonym(noted.former),
        successor=pseudonym(noted.successor),
        cause=noted.cause,
        fact=noted.fact_kind,
        source_id=noted.source_id,
        word=CausingWord.model_validate(noted._asdict() | {"id": noted.word}) if noted.word else None,
    )
