"""Two claims side by side: what each register holds of them, what speaks for one person and against, what was said."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal, NamedTuple

import asyncpg
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.accounting.cases.persons.logged import subjects
from services.accounting.cases.residence.classification import pseudonym
from services.accounting.rules.figures.dimensions import SEXES, country_code, country_name, day_of
from services.accounting.rules.persons.claims import Sighting, impossible, same_day
from services.accounting.rules.persons.identity import Claim
from services.accounting.rules.persons.people import People
from services.accounting.store.persons import histories, identity, persons, sides, words
from services.accounting.store.persons.sides import Holding
from services.accounting.store.persons.words import Said
from shared.audit import access_log
from shared.db.driver import begun
from shared.errors import NotFound
from shared.events.catalogue import FACTS
from shared.identity.callers import Caller

Connection = asyncpg.Connection
Verdict = Literal["same", "apart", "withdrawn"]
Difference = Literal["other_number", "other_name", "other_birth_date", "other_sex", "crossings_exclude_each_other"]

_PRODUCER = {fact.NAME: fact.PRODUCER for fact in FACTS.values()}
NO_PAIR = "No such pair of claims is known. Take the id from the list of doubts."


class SpokenWord(BaseModel):
    """What a reviewer said of two claims; the newest word counts."""

    id: int
    verdict: Verdict
    reason: str
    note: str | None
    said_by: str
    agency: str | None
    said_at: datetime
    taken: bool = Field(description="whether persons and figures follow from it yet: within seconds")

    @classmethod
    def of(cls, said: Said) -> "SpokenWord":
        return cls.model_validate(said._asdict())


class HoldingRecord(BaseModel):
    """A record in effect that gives the number this holder."""

    source: str
    fact: str
    source_id: str
    day: date | None
    citizenship: str | None


class Side(BaseModel):
    """A claim: a number and what records say of its holder. Names and numbers are not stored here."""

    claim: str
    kind: Literal["iin", "document"]
    number: str = Field(description="pseudonym of the number")
    birth_date: str = Field(description="as far as it is known")
    sex: str
    person: str | None = Field(description="whose it is counted as now; null: no record in effect holds it")
    records: list[HoldingRecord] = Field(description="the newest 20 of them")


class Pair(BaseModel):
    """Two claims side by side."""

    id: str
    sides: list[Side]
    one_person: bool | None = Field(description="whether they are counted as one; null: one is held by no record")
    same_number: bool
    same_name: bool | None = Field(description="null: one of the names was not kept")
    why: list[Difference] = Field(description="what speaks against one person")
    words: list[SpokenWord] = Field(description="what reviewers said, the newest first")


class HeldSide(NamedTuple):
    """A claim, whose it is at present, and that person's row; `people` is empty where nobody holds it."""

    claim: Claim
    person: int | None
    people: People


def pair_id(one: int, other: int) -> str:
    """Two claims as they are named: the smaller key first."""
    return f"{pseudonym(one)}-{pseudonym(other)}"


def claims_of(id: str) -> tuple[int, int]:
    """The claims of a pair's id. Raises NotFound where these are no pair, the smaller one first."""
    one, other = (int(part, 16) for part in id.split("-"))
    if one >= other:
        raise NotFound(NO_PAIR)
    return one, other


async def pair(engine: AsyncEngine, id: str, caller: Caller) -> Pair:
    """Two claims, in doubt or not; whoever holds them is logged. Raises NotFound."""
    one, other = claims_of(id)
    async with engine.begin() as connection:
        direct = await begun(connection)
        both = await seen(direct, one, other)
        for each in both:
            shown = pseudonym(each.person or each.claim.key)
            await access_log.log_versions(connection, caller, "read", "person", shown, await named(direct, each))
        records = [await sides.records(direct, each.claim.key, each.people.crossings["fact"].tolist()) for each in both]
        facts = [fact for each in both for fact in each.people.crossings["fact"].tolist()]
        sightings = await identity.sightings(direct, facts)
        said = await words.history(direct, one, other)
    excluded = _exclude(sightings.get(one, []), sightings.get(other, [])) and one & 1 == other & 1  # else of one record
    holders = [each.person for each in both]
    return Pair(
        id=id,
        sides=[_side(each, holding) for each, holding in zip(both, records, strict=True)],
        one_person=None if None in holders else holders[0] == holders[1],
        same_number=both[0].claim.number == both[1].claim.number,
        same_name=_same_name(both[0].claim, both[1].claim),
        why=_why(both[0].claim, both[1].claim, excluded=excluded),
        words=[SpokenWord.of(each) for each in said],
    )


async def seen(connection: Connection, one: int, other: int) -> list[HeldSide]:
    """Both claims with their holders. Raises NotFound."""
    told = {row[0]: Claim(*row) for row in (await identity.said(connection, (one, other))).tolist()}
    if len(told) < 2:
        raise NotFound(NO_PAIR)
    holders = await identity.persons_of(connection, (one, other))
    found = []
    for key in (one, other):
        person = holders.get(key)
        found.append(
            HeldSide(told[key], person, await persons.load(connection, [person] if person is not None else []))
        )
    return found


async def named(connection: Connection, each: HeldSide) -> list[access_log.Subject]:
    """The claim's holder as the access log names persons; of a claim that nobody holds, by its own number."""
    keys = each.people.keys.tolist() or [each.claim.key]
    return subjects(*await histories.claimed_numbers(connection, keys))


def _side(each: HeldSide, holding: Sequence[Holding]) -> Side:
    claim = each.claim
    year, month, day = claim.born >> 9, claim.born >> 5 & 15, claim.born & 31
    parts = [f"{year:04}", *(f"{part:02}" for part in (month, day) if part)]
    return Side(
        claim=pseudonym(claim.key),
        kind="iin" if claim.key & 1 else "document",
        number=pseudonym(claim.number),
        birth_date="-".join(parts),
        sex=SEXES[claim.sex],
        person=None if each.person is None else pseudonym(each.person),
        records=[_record(record) for record in holding],
    )


def _record(record: Holding) -> HoldingRecord:
    citizen = country_code(record.citizenship) if record.citizenship else record.citizen
    return HoldingRecord(
        source=_PRODUCER[record.kind],
        fact=record.kind,
        source_id=record.source_id,
        day=day_of(record.day) if record.day else None,
        citizenship=country_name(citizen) if citizen else None,
    )


def _same_name(one: Claim, other: Claim) -> bool | None:
    return one.name == other.name if 0 not in (one.name, other.name) else None


def _exclude(ones: Sequence[Sighting], others: Sequence[Sighting]) -> bool:
    return any(impossible(one, other) for one in ones for other in others)


def _why(one: Claim, other: Claim, *, excluded: bool) -> list[Difference]:
    differences: dict[Difference, bool] = {
        "other_number": one.number != other.number and one.key & 1 == other.key & 1,
        "other_name": _same_name(one, other) is False,
        "other_birth_date": not same_day(one.born, other.born),
        "other_sex": 0 not in (one.sex, other.sex) and one.sex != other.sex,
        "crossings_exclude_each_other": excluded,
    }
    return [name for name, differs in differences.items() if differs]
