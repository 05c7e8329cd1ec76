"""From events to rows: validates, digests, and sets aside what cannot be understood."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Final, cast

from services.accounting.cases.batch import EventBatch, moment
from services.accounting.cases.reconciliation.prints import PRINTS
from services.accounting.intake.digest import consular, kandas, permits, police, portal
from services.accounting.intake.digest.digested import NOBODY, DigestedRecord, Sign, body, identify, sign_columns
from services.accounting.rules.persons.identity import Hashes, MadeClaim, fact_key
from services.accounting.rules.reconciliation.seal import seal
from services.accounting.rules.rows import CONSUMER, CrossingRow, FactRow, ParkedRow, RegisterRow
from shared.events.centres import CentreStay
from shared.events.consular import AssistanceCase, ConsularRegistration, HostCountryFigure, Remittance
from shared.events.digests import day_told
from shared.events.envelope import Fact
from shared.events.grants import Narrowed, granted_members
from shared.events.kandas import EmploymentRequest, KandasStatus, QuotaInclusion, RegionalQuotaPool, SupportGrant
from shared.events.permits import BusinessImmigrant, EaeuWorker, EmployerStaff, ExemptWorker, QuotaPool, WorkPermit
from shared.events.police import CitizenshipChange, Expulsion, ProtectionStatus, ResidencePermit, Violation
from shared.events.portal import BorderCrossing, FeedCoverage, HostNotification, ResidenceRegistration
from shared.events.signs import SignOfLife
from shared.events.study import Study
from shared.events.views import granted
from shared.events.visa import StayRegistration, Visa
from shared.inbox.reading import NotUnderstood, fact_of, readable, type_of, version_of
from shared.inbox.source import Event, Place, Unreadable, digest_of
from shared.kernel.digests import content_digest

SIGNS: Mapping[str, tuple[type[Fact], Callable[[Any], Sign | None]]] = {
    ResidenceRegistration.TYPE: (ResidenceRegistration, portal.residence_registration_v1),
    FeedCoverage.TYPE: (FeedCoverage, portal.feed_coverage_v1),
    ResidencePermit.TYPE: (ResidencePermit, police.residence_permit_v1),
    ProtectionStatus.TYPE: (ProtectionStatus, police.protection_status_v1),
    CitizenshipChange.TYPE: (CitizenshipChange, police.citizenship_change_v1),
    Violation.TYPE: (Violation, police.violation_v1),
    Expulsion.TYPE: (Expulsion, police.expulsion_v1),
    HostNotification.TYPE: (HostNotification, portal.host_notification_v1),
    Visa.TYPE: (Visa, portal.visa_v1),
    StayRegistration.TYPE: (StayRegistration, portal.stay_registration_v1),
    WorkPermit.TYPE: (WorkPermit, permits.work_permit_v1),
    EaeuWorker.TYPE: (EaeuWorker, permits.eaeu_worker_v1),
    QuotaPool.TYPE: (QuotaPool, permits.quota_pool_v1),
    ExemptWorker.TYPE: (ExemptWorker, permits.exempt_worker_v1),
    BusinessImmigrant.TYPE: (BusinessImmigrant, permits.business_immigrant_v1),
    KandasStatus.TYPE: (KandasStatus, kandas.kandas_status_v1),
    ConsularRegistration.TYPE: (ConsularRegistration, consular.consular_registration_v1),
    HostCountryFigure.TYPE: (HostCountryFigure, consular.host_country_figure_v1),
    Remittance.TYPE: (Remittance, consular.remittance_v1),
    AssistanceCase.TYPE: (AssistanceCase, consular.assistance_case_v1),
    Study.TYPE: (Study, consular.study_v1),
    QuotaInclusion.TYPE: (QuotaInclusion, kandas.quota_inclusion_v1),
    SupportGrant.TYPE: (SupportGrant, kandas.support_grant_v1),
    EmploymentRequest.TYPE: (EmploymentRequest, kandas.employment_request_v1),
    RegionalQuotaPool.TYPE: (RegionalQuotaPool, kandas.regional_quota_pool_v1),
    EmployerStaff.TYPE: (EmployerStaff, permits.employer_staff_v1),
    CentreStay.TYPE: (CentreStay, kandas.centre_stay_v1),
    SignOfLife.TYPE: (SignOfLife, portal.sign_of_life_v1),
}
"""How each fact but the border crossing is read."""
_MODELS: tuple[type[Fact], ...] = (BorderCrossing, *(model for model, _ in SIGNS.values()))
READ: Mapping[str, type[Fact]] = {fact.TYPE: granted(CONSUMER, fact) for fact in _MODELS}
"""Each with the members that accounting is granted, and no others."""
NARROWED: Mapping[str, Narrowed] = {
    fact.TYPE: Narrowed(members) for fact in _MODELS if (members := granted_members(CONSUMER, fact)) is not None
}
"""Of each what is digested of an event: those members."""

log = logging.getLogger(__name__)

PIECE: Final = 25  # events decoded at a time while others wait: about a millisecond


def decode(
    source: str, events: Sequence[Event | Unreadable], hashes: Hashes, places: Sequence[Place | None] = ()
) -> EventBatch:
    """The batch that `events` are. Never fails: what is not understood is parked in it, with the reason, and so is what
    a fault of ours cannot digest."""
    batch, told = _begin(source, events, places)
    for event, place in told:
        _take_in(batch, event, place, hashes)
    return batch


async def decode_in_turns(
    source: str, events: Sequence[Event | Unreadable], hashes: Hashes, places: Sequence[Place | None] = ()
) -> EventBatch:
    """The same, in pieces between which the writer has its turn: one batch is decoded while the database works on the
    one before it, and an answer of the database waits for no more than a piece."""
    batch, told = _begin(source, events, places)
    while piece := list(islice(told, PIECE)):
        for event, place in piece:
            _take_in(batch, event, place, hashes)
        await asyncio.sleep(0)
    return batch


def _begin(
    source: str, events: Sequence[Event | Unreadable], places: Sequence[Place | None]
) -> tuple[EventBatch, Iterator[tuple[Event | Unreadable, Place | None]]]:
    """A batch that holds nothing of its events yet, and these with their places."""
    places = places or [None] * len(events)
    return EventBatch(source, events=events, places=places, seen=len(events)), zip(events, places, strict=True)


def _take_in(batch: EventBatch, event: Event | Unreadable, place: Place | None, hashes: Hashes) -> None:
    try:
        batch.reach(readable(event))
        batch.add(*digest(readable(event), hashes))
    except NotUnderstood as fault:
        batch.parked.append(parked(event, place, str(fault)))
    except Exception as fault:
        batch.parked.append(parked(event, place, f"our own failure: {type(fault).__name__}"))
        log.error("an event of %s cannot be digested", batch.source, exc_info=fault)


def digest(event: Event, hashes: Hashes) -> tuple[FactRow, tuple[MadeClaim, ...]]:
    """The row of one event, and what it claims of its person. Raises NotUnderstood."""
    version = version_of(event)
    record = DigestedRecord(fact_key(version.subject), version.number, version.withdrawn)
    kind = event.get("type")
    if kind == BorderCrossing.TYPE:
        fact = fact_of(READ[kind], event)
        crossing, claims = portal.border_crossing_v1(cast(BorderCrossing, fact), record, hashes)
        return CrossingRow._make((*crossing[:-2], *_sealing(crossing, fact, event))), claims
    if not isinstance(kind, str) or kind not in SIGNS:
        raise NotUnderstood("unknown type or version")
    fact = fact_of(READ[kind], event)
    row, claims = _register_row(fact, record, SIGNS[kind][1](fact), hashes)
    return RegisterRow._make((*row[:-2], *_sealing(row, fact, event))), claims


def _sealing(row: FactRow, fact: Fact, event: Event) -> tuple[int | None, int | None]:
    """The day that the event tells, and the seal of the row that was made of it."""
    content = content_digest(row.fact, row.version, NARROWED[fact.TYPE](event["data"]))
    return _day(event.get("time")), None if content is None else seal(row, content, PRINTS[fact.NAME])


def _day(time: Any) -> int | None:
    """The day that a time tells, None where it tells none. Events of one hour have one day, but in times before the
    zone's offsets were whole hours."""
    if isinstance(time, str) and time.endswith("+00:00") and time > "1970":
        return _day_of_hour(time[:13])
    said = moment(time if isinstance(time, str) else None)
    return None if said is None else day_told(said)


@lru_cache(100_000)
def _day_of_hour(hour: str) -> int | None:
    said = moment(f"{hour}:00:00+00:00")
    return None if said is None else day_told(said)


def _register_row(
    fact: Any, record: DigestedRecord, sign: Sign | None, hashes: Hashes
) -> tuple[RegisterRow, tuple[MadeClaim, ...]]:
    said = vars(fact)  # a model looks long for an attribute that it has not
    person, former = said.get("person"), said.get("former_document")
    identity = identify(person, record.fact, hashes, former) if person else NOBODY
    row = RegisterRow(
        record.fact,
        said.get("source_id", fact.NAME),
        record.version,
        record.withdrawn,
        fact.NAME,
        identity.claim,
        identity.document,
        *sign_columns(sign),
        body(fact, person),
        identity.former,
    )
    return row, identity.claims


def parked(event: Event | Unreadable, place: Place | None, reason: str) -> ParkedRow:
    """What is kept of an event that is set aside."""
    return ParkedRow(type_of(event), reason, digest_of(event), *(place or (None, None)))
