"""Registration of stays on entry with a visa, in the crossing's transaction, and their end on exit (P3).

A stay or duty is derived from the crossings: each entry has at most one of each, and it ends with the person's first
exit after it, whatever the order in which crossings come in, are corrected or withdrawn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.portal.cases.invitation_body import Invitation
from services.portal.rules import stay_registration as rules
from services.portal.rules.visa import Held, faults_on
from services.portal.store import host_duty
from services.portal.store import stay_registration as store
from services.portal.store.host_duty import Duty
from services.portal.store.stay_registration import Crossing, Exit, Stay, VisaShown
from shared.db.records import Revision, Submission
from shared.db.unit import Unit
from shared.events.envelope import Event
from shared.events.person import Person
from shared.events.portal import BorderCrossing
from shared.events.visa import StayRegistration, Visa
from shared.records.kind import Change, Entry
from shared.records.people import document_of, person_values

AUTHOR = "portal"


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry on a visa with what follows from it."""

    id: UUID
    crossing: BorderCrossing
    follows: rules.Consequence
    invitation: Invitation | None


async def crossed(unit: Unit, entries: Sequence[Entry[BorderCrossing]]) -> None:
    """Opens and ends what new crossings bring about. Nothing is asked where none of them is on a visa or an exit."""
    opening = [entry for entry in entries if _on_visa(entry.fact)]
    ending = [entry for entry in entries if entry.fact.direction == "exit"]
    if not opening and not ending:
        return
    exits = [_crossing(entry.id, entry.fact) for entry in ending]
    await store.lock_persons(unit.connection, [_crossing(entry.id, entry.fact) for entry in opening], exits)
    if opening:
        await _open(unit, await _entered(unit, opening), [], {})
    if exits:
        await _end(unit, await store.open_at(unit.connection, exits))


async def recrossed(unit: Unit, change: Change[BorderCrossing]) -> None:
    """Undoes what a crossing brought about before its correction or withdrawal, and does what it brings about now."""
    facts = [fact for fact in (change.before, change.after) if fact]
    await store.lock_persons(unit.connection, [_crossing(change.id, fact) for fact in facts], [])
    if any(_on_visa(fact) for fact in facts):
        await _redo(unit, change)
    touched = {change.id, *await store.ended_by(unit.connection, change.id)}
    if change.after and change.after.direction == "exit":
        touched |= set(await store.open_at(unit.connection, [_crossing(change.id, change.after)]))
    await _end(unit, sorted(touched))


async def _redo(unit: Unit, change: Change[BorderCrossing]) -> None:
    stays = await store.of_entries(unit.connection, [change.id])
    duties = await host_duty.of_entries(unit.connection, [change.id])
    now = [Entry(change.id, change.after)] if change.after and _on_visa(change.after) else []
    entered = await _entered(unit, now) if now else []
    await _open(unit, entered, stays, duties)
    wanted = {each.id: each.follows.kind for each in entered}
    if wanted.get(change.id) != "duty":
        await host_duty.withdraw(unit.connection, list(duties))
    if wanted.get(change.id) != "registered":
        standing = [stay for stay in stays if not stay.withdrawn]
        notified = [stay for stay in standing if stay.columns["notification"] and wanted.get(change.id) == "duty"]
        await withdraw(unit, [stay for stay in standing if stay not in notified], "the entry no longer registers it")
        await _revise(unit, [(stay, *_moved(stay, each)) for stay in notified for each in entered], "entry corrected")


def _moved(stay: Stay, entered: Entered) -> tuple[StayRegistration, dict[str, object]]:
    """A stay by the host's notification after its entry was corrected."""
    crossing = entered.crossing
    changes = {"person": crossing.person, "visa_number": crossing.visa_number}
    columns = {"entered_at": crossing.crossed_at, **person_values(crossing.person)}
    return StayRegistration.read(stay.body).model_copy(update=changes), stay.columns | columns


def _on_visa(crossing: BorderCrossing) -> bool:
    return crossing.direction == "entry" and crossing.visa_number is not None


def _crossing(id: UUID, fact: BorderCrossing) -> Crossing:
    return Crossing(id, fact.crossed_at, fact.person.iin, document_of(fact.person), fact.visa_number)


async def _entered(unit: Unit, entries: Sequence[Entry[BorderCrossing]]) -> list[Entered]:
    crossings = [_crossing(entry.id, entry.fact) for entry in entries]
    shown = await store.visas_shown(unit.connection, crossings)
    return [_follows(entry, shown.get(entry.id)) for entry in entries]


def _follows(entry: Entry[BorderCrossing], shown: VisaShown | None) -> Entered:
    crossing, person = entry.fact, entry.fact.person
    invitation = Invitation.read(shown.invitation) if shown and shown.invitation else None
    entered = rules.Entered(
        crossing.crossed_at.date(),
        person.citizenship,
        crossing.visa_number,
        person.document.type if person.document else None,
        person.document.issuing_state if person.document else None,
        _visa(Visa.read(shown.visa), shown, invitation, crossing) if shown else None,
    )
    return Entered(entry.id, crossing, rules.of_entry(entered), invitation)


def _visa(visa: Visa, shown: VisaShown, invitation: Invitation | None, crossing: BorderCrossing) -> rules.VisaShown:
    held = Held(
        visa.entries,
        visa.valid_from,
        visa.valid_until,
        visa.annulled_on,
        same_person(visa.person, crossing.person),
        shown.entries_made,
    )
    address = invitation is not None and invitation.host_address.complete
    return rules.VisaShown(
        visa.category, visa.valid_until, visa.stay_days, tuple(faults_on(held, crossing.crossed_at.date())), address
    )


def same_person(one: Person, other: Person) -> bool:
    """By IIN, or by document: a visa in an old passport beside a new one is for the officer's eyes."""
    by_iin = one.iin is not None and one.iin == other.iin
    return by_iin or (one.document is not None and document_of(one) == document_of(other))


async def _open(unit: Unit, entered: Sequence[Entered], stays: Sequence[Stay], duties: dict[UUID, Duty]) -> None:
    """Stores the stays and duties that follow from entries, in the place of those on record."""
    following = [each for each in entered if each.follows.kind != "none"]
    if not following:
        return
    exits = await store.first_exits(unit.connection, [_crossing(each.id, each.crossing) for each in following])
    opened = {each.id: _registered(each, exits.get(each.id)) for each in following if each.follows.kind == "registered"}
    await keep(unit, opened, stays, "registered on entry")
    owed = [each for each in following if each.follows.kind == "duty"]
    await host_duty.put(unit.connection, [_duty(each, exits.get(each.id), duties.get(each.id)) for each in owed])


@dataclass(frozen=True, slots=True)
class Registered:
    """A stay as it should stand on record."""

    fact: StayRegistration
    entered_at: datetime
    exit: Exit | None
    invitation: str | None = None
    notification: UUID | None = None


def _registered(entered: Entered, exit: Exit | None) -> Registered:
    crossing, invitation = entered.crossing, entered.invitation
    assert invitation is not None  # noqa: S101  (only an invitation's address registers)
    fact = StayRegistration(
        source_id=str(entered.id),
        person=crossing.person,
        region=invitation.host_address.region,
        basis="visa",
        visa_number=crossing.visa_number,
        since=crossing.crossed_at.date(),
        until=entered.follows.until,
        ended_on=exit.day if exit else None,
    )
    return Registered(fact, crossing.crossed_at, exit, invitation.number)


def _duty(entered: Entered, exit: Exit | None, before: Duty | None) -> Duty:
    invitation, due_on = entered.invitation, entered.follows.due_on
    assert due_on is not None  # noqa: S101  (a duty has its term)
    return Duty(
        entered.id,
        entered.crossing.crossed_at,
        due_on,
        invitation.host_address.region if invitation else None,
        invitation.inviter.number if invitation else None,
        exit.id if exit else None,
        exit.at if exit else None,
        before.notification if before else None,
        False,
        **person_values(entered.crossing.person),
    )


async def keep(unit: Unit, wanted: dict[UUID, Registered], stays: Iterable[Stay], reason: str) -> None:
    """Puts stays on record by their entries, each a new one or the next version of the one in `stays`."""
    held = {stay.entry: stay for stay in stays if stay.entry in wanted}
    new = [each for entry, each in wanted.items() if entry not in held]
    if new:
        submissions = [
            Submission(each.fact.source_id, each.fact.model_dump_json(), AUTHOR, _columns(each)) for each in new
        ]
        ids = await store.open_stays(unit.connection, submissions)
        unit.emit(*(Event.of(each.fact, id, 1, each.entered_at) for id, each in zip(ids, new, strict=True)))
    changed = {entry: stay for entry, stay in held.items() if _differs(stay, wanted[entry])}
    await _revise(
        unit, [(stay, wanted[entry].fact, _columns(wanted[entry])) for entry, stay in changed.items()], reason
    )


def _differs(stay: Stay, wanted: Registered) -> bool:
    return stay.withdrawn or stay.body != wanted.fact.model_dump_json() or stay.columns != _columns(wanted)


def _columns(stay: Registered) -> dict[str, object]:
    return {
        "entered_at": stay.entered_at,
        "exit": stay.exit.id if stay.exit else None,
        "exited_at": stay.exit.at if stay.exit else None,
        "invitation": stay.invitation,
        "notification": stay.notification,
        **person_values(stay.fact.person),
    }


async def withdraw(unit: Unit, stays: Sequence[Stay], reason: str) -> None:
    """Takes stays, which were locked, out of account."""
    await _revise(unit, [(stay, StayRegistration.read(stay.body), stay.columns) for stay in stays], reason, True)


async def _revise(
    unit: Unit,
    stays: Sequence[tuple[Stay, StayRegistration, dict[str, object]]],
    reason: str,
    withdrawn: bool = False,
) -> None:
    if not stays:
        return
    revisions = [Revision(stay.id, fact.model_dump_json(), columns, withdrawn) for stay, fact, columns in stays]
    versions = await store.revise(unit.connection, revisions, AUTHOR, reason)
    for stay, fact, columns in stays:
        at = columns["entered_at"]
        assert isinstance(at, datetime)  # noqa: S101  (the column is never null)
        unit.emit(Event.of(fact, stay.id, versions[stay.id], at, withdrawn=withdrawn))


async def _end(unit: Unit, entries: Sequence[UUID]) -> None:
    """Lets the stays and duties of these entries end with the first exit after each, or not at all."""
    if not entries:
        return
    stays = [stay for stay in await store.of_entries(unit.connection, entries) if not stay.withdrawn]
    duties = await host_duty.of_entries(unit.connection, entries)
    began = {stay.entry: _began(stay.entry, stay.columns) for stay in stays}
    began |= {duty.entry: Crossing(duty.entry, duty.entered_at, duty.iin, duty.document) for duty in duties.values()}
    exits = await store.first_exits(unit.connection, list(began.values()))
    changed = [(stay, exits.get(stay.entry)) for stay in stays if _ends_otherwise(stay, exits.get(stay.entry))]
    await _revise(unit, [(stay, *_ended(stay, exit)) for stay, exit in changed], "ended on exit")
    await host_duty.put(unit.connection, [_closed(duty, exits.get(duty.entry)) for duty in duties.values()])


def _ends_otherwise(stay: Stay, exit: Exit | None) -> bool:
    return (stay.columns["exit"], stay.columns["exited_at"]) != (_id(exit), exit.at if exit else None)


def _began(entry: UUID, columns: dict[str, object]) -> Crossing:
    return Crossing(entry, columns["entered_at"], columns["iin"], columns["document"])  # type: ignore[arg-type]


def _id(exit: Exit | None) -> UUID | None:
    return exit.id if exit else None


def _ended(stay: Stay, exit: Exit | None) -> tuple[StayRegistration, dict[str, object]]:
    fact = StayRegistration.read(stay.body).model_copy(update={"ended_on": exit.day if exit else None})
    return fact, stay.columns | {"exit": _id(exit), "exited_at": exit.at if exit else None}


def _closed(duty: Duty, exit: Exit | None) -> Duty:
    return replace(duty, exit=_id(exit), exited_at=exit.at if exit else None)
