"""What a digest makes of a fact, and the identity of the person that the fact is about."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import orjson

from services.accounting.rules.figures.dimensions import (
    age_group_on,
    cohort,
    counted_citizenship,
    day_number,
    region_code,
)
from services.accounting.rules.kept import AGE_GROUP, AGED_ON, COHORT, KEPT
from services.accounting.rules.persons.identity import NO_KEY, Hashes, Holder, MadeClaim
from services.accounting.rules.persons.statuses import in_force_until
from services.accounting.rules.residence.history import Kind
from shared.events.envelope import Fact
from shared.events.person import Document, Person
from shared.events.wire import Date
from shared.inbox.reading import NotUnderstood
from shared.kernel.documents import is_filler


class DigestedRecord(NamedTuple):
    """Which version of which record a fact is: `fact` is its key (rules.identity.fact_key)."""

    fact: int
    version: int
    withdrawn: bool


class End(NamedTuple):
    """From `day` on (days since 1970; beyond LAST_DAY: never) a sign holds no longer: `kind` takes its place."""

    kind: Kind
    day: int


@dataclass(frozen=True, slots=True)
class Sign:
    """What a register's fact shows of a person's being in the country, or of what somebody is there or abroad for."""

    kind: Kind
    day: Date
    region: str | None
    end: End | None = None


def end_after(last_day: date | None, ended_on: date | None = None) -> End | None:
    """The end of a sign that holds on its last day too, unless it ended earlier; None while no end is known."""
    until = in_force_until(last_day, ended_on)
    return End(Kind.ENDED, day_number(until)) if until else None


NO_SIGN = (0, 0, 0, 0, 0)
LAST_DAY = day_number(date(2140, 8, 31))  # of the last month that a cell of the cube can hold


def sign_columns(sign: Sign | None) -> tuple[int, int, int, int, int]:
    """(evidence, day, region, end_evidence, end_day) of a stored fact. A day before 1970 counts as the first of that
    year: long ago."""
    if sign is None:
        return NO_SIGN
    end = (int(sign.end.kind), max(sign.end.day, 0)) if sign.end and sign.end.day <= LAST_DAY else (0, 0)
    return int(sign.kind), min(max(day_number(sign.day), 0), LAST_DAY), region_code(sign.region), *end


class Identity(NamedTuple):
    """The keys that link a fact to its person (rules.identity.FACT_KEYS), and the claims that they stand for."""

    claim: int
    document: int
    former: int
    claims: tuple[MadeClaim, ...]


NOBODY = Identity(NO_KEY, NO_KEY, NO_KEY, ())


def identify(person: Person, fact: int, hashes: Hashes, former: Document | None = None) -> Identity:
    """What links a fact to its person; `former` is the document before the present one, where the fact names it.

    Where there is neither IIN nor document, no number links: the fact claims one of its own. The same where a filler
    stands for the document's number.
    """
    holder = Holder(person.birth_date, person.surname, person.given_names, person.sex)
    claims = []
    claim = document = replaced = NO_KEY
    if person.iin:
        claims.append(on_iin := hashes.state_iin(person.iin, holder))
        claim = on_iin.key
    if shown := _on_document(person.document, holder, hashes):
        claims.append(shown)
        document = shown.key
    if before := _on_document(former, holder, hashes):
        claims.append(before)
        replaced = before.key
    if not claim and not document:
        claims.append(own := hashes.state_nothing(fact, holder))
        document = own.key
    return Identity(claim, document, replaced, tuple(claims))


def _on_document(document: Document | None, holder: Holder, hashes: Hashes) -> MadeClaim | None:
    if document is None or is_filler(document.number):
        return None
    return hashes.state_document(document.issuing_state, document.number, holder)


def body(fact: Fact, person: Person | None) -> str:
    """What is kept of the fact, as JSON."""
    kept = KEPT[fact.NAME]
    told: dict[str, Any] = fact.model_dump(mode="json", include=set(kept))
    if person:
        of_person = {"sex": person.sex, "citizenship": counted_citizenship(person.citizenship)}
        told |= {name: value for name, value in of_person.items() if name in kept}
        if COHORT in kept:
            told[COHORT] = cohort(person.birth_date)
        if AGE_GROUP in kept:
            told[AGE_GROUP] = age_group_on(person.birth_date, getattr(fact, AGED_ON[fact.NAME]))
    try:
        text = orjson.dumps(told).decode()
    except orjson.JSONEncodeError:
        raise NotUnderstood("invalid data: a number that is too large") from None
    if "\\u0000" in text:
        raise NotUnderstood("invalid data: a character that cannot be stored")
    return text
