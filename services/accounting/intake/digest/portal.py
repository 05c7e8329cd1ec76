"""Facts of the portal."""

from services.accounting.intake.digest.digested import LAST_DAY, DigestedRecord, Sign, end_after, identify
from services.accounting.rules.figures.dimensions import (
    birth_code,
    counted_citizenship,
    country_code,
    purpose_code,
    sex_code,
)
from services.accounting.rules.persons.identity import Hashes, MadeClaim
from services.accounting.rules.residence.checkpoint import checkpoint_number
from services.accounting.rules.residence.history import Kind, local_day_and_second, source_order
from services.accounting.rules.residence.visas import PURPOSES
from services.accounting.rules.rows import CrossingRow
from shared.events.portal import BorderCrossing, ResidenceRegistration
from shared.events.visa import StayRegistration, Visa
from shared.inbox.reading import NotUnderstood

STATED = {False: 0, True: 1, None: 2}


def border_crossing_v1(
    fact: BorderCrossing, record: DigestedRecord, hashes: Hashes
) -> tuple[CrossingRow, tuple[MadeClaim, ...]]:
    """One crossing as it is stored, and what it claims of its person."""
    person = fact.person
    identity = identify(person, record.fact, hashes)
    day, second = local_day_and_second(fact.crossed_at)
    if not 0 <= day <= LAST_DAY:
        raise NotUnderstood("invalid data: /crossed_at outside 1970 to August 2140")
    return CrossingRow(
        record.fact,
        fact.source_id,
        record.version,
        record.withdrawn,
        day,
        second,
        source_order(fact.crossed_at, fact.source_id),
        birth_code(person.birth_date),
        country_code(fact.country),
        country_code(counted_citizenship(person.citizenship)),
        purpose_code(fact.purpose),
        sex_code(person.sex),
        int(fact.direction == "entry"),
        STATED[fact.resident_at_start],
        identity.claim,
        identity.document,
        checkpoint_number(fact.checkpoint),
    ), identity.claims


def residence_registration_v1(fact: ResidenceRegistration) -> Sign:
    """A registration shows a place in the country; a de-registration that it was left, for another or for abroad."""
    if fact.act == "registration":
        kind = Kind.REGISTERED if fact.residence == "permanent" else Kind.TEMPORARY
        return Sign(kind, fact.date, fact.region)
    if fact.counterpart_country not in (None, "KAZ"):
        return Sign(Kind.DEPARTED, fact.date, fact.region)
    return Sign(Kind.DEREGISTERED, fact.date, fact.region)


def feed_coverage_v1(_fact: object) -> None:
    """Moves the period that the figures cover; says nothing of any person."""


def host_notification_v1(_fact: object) -> None:
    """A stay at a host is kept; it is no sign of residence: guests are notified as well as residents."""


def visa_v1(fact: Visa) -> Sign | None:
    """Allows an entry: that it happened, the border tells, and the category what for, where it has one purpose."""
    if not (kind := PURPOSES.get(fact.category)):
        return None
    return Sign(kind, fact.valid_from, None, end_after(fact.valid_until, fact.annulled_on))


def stay_registration_v1(fact: StayRegistration) -> Sign:
    """A stay on a visa shows a place for the time being, and no residence."""
    return Sign(Kind.TEMPORARY, fact.since, fact.region)


def sign_of_life_v1(_fact: object) -> None:
    """An agency's register met the person: a sign for the residency index, and no evidence for the 12/16-month rule."""
