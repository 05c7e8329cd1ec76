"""What follows from entries on a visa, by the visas and invitations on record and the entries before them (P3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.portal.cases.visas.invitation_body import Invitation
from services.portal.rules.rulebook import rulebook
from services.portal.rules.stays import stay_registration as rules
from services.portal.rules.visas.visa import Invited, VisaAtBorder, faults_at_entry, invitation_faults
from services.portal.store.stays import stay_registration as store
from services.portal.store.stays.stay_registration import Crossing, VisaOnRecord
from shared.events.person import Person
from shared.events.portal import BorderCrossing
from shared.events.visa import Visa
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.people import document_of, same_document
from shared.records.record_type import StoredRecord


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry on a visa with what follows from it. Of `later` entries on the same visa this one may be the reason."""

    id: UUID
    crossing: BorderCrossing
    follows: rules.Consequence
    invitation: Invitation | None
    later: Sequence[UUID]


def crossing_of(id: UUID, fact: BorderCrossing) -> Crossing:
    return Crossing(id, fact.crossed_at, fact.person.iin, document_of(fact.person), fact.visa_number)


async def entered_on_visa(unit: UnitOfWork, entries: Sequence[StoredRecord[BorderCrossing]]) -> list[Entered]:
    """Each of these entries, which all name a visa, with what follows from it."""
    if not entries:
        return []
    shown = await store.visas_shown(unit.connection, [entry.id for entry in entries])
    return [_follows(entry, shown.get(entry.id)) for entry in entries]


def _follows(entry: StoredRecord[BorderCrossing], shown: VisaOnRecord | None) -> Entered:
    crossing, person = entry.fact, entry.fact.person
    invitation = Invitation.read(shown.invitation) if shown and shown.invitation else None
    entered = rules.EntryShown(
        crossing.crossed_at.date(),
        person.citizenship,
        crossing.visa_number,
        person.document.type if person.document else None,
        person.document.issuing_state if person.document else None,
        _visa(Visa.read(shown.visa), shown, invitation, crossing) if shown else None,
    )
    return Entered(
        entry.id,
        crossing,
        rules.of_entry(entered, rulebook().on(entered.day)),
        invitation,
        shown.later if shown else (),
    )


def _visa(visa: Visa, shown: VisaOnRecord, invitation: Invitation | None, crossing: BorderCrossing) -> rules.VisaShown:
    held = VisaAtBorder(
        visa.entries,
        visa.valid_from,
        visa.valid_until,
        visa.annulled_on,
        same_person(visa.person, crossing.person),
        shown.entries_made,
    )
    address = invitation is not None and _bears(invitation, visa, crossing) and invitation.host_address.complete
    faults = tuple(faults_at_entry(held, crossing.crossed_at.date()))
    return rules.VisaShown(visa.category, visa.valid_until, visa.stay_days, faults, address, visa.electronic)


def _bears(invitation: Invitation, visa: Visa, crossing: BorderCrossing) -> bool:
    """Whether the visa's invitation is one for this person, category and day: nobody is registered with the host of
    another's. Its annulment takes back no visa."""
    same, day = same_person(invitation.person, crossing.person), crossing.crossed_at.date()
    invited = Invited(invitation.category, invitation.stay_from, invitation.stay_until, same)
    return not invitation_faults(invited, visa.category, day, day)


def same_person(one: Person, other: Person) -> bool:
    """By IIN, or by document: a visa in an old passport beside a new one is for the officer's eyes."""
    by_iin = one.iin is not None and one.iin == other.iin
    return by_iin or same_document(one.document, other.document)
