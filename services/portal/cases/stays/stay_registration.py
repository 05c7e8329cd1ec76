"""Registration of stays on entry with a visa, or by the host's notice, and their end on exit (P3).

Stays and duties follow from what is on record: crossings, visas with their invitations, and notices. Each entry has at
most one of each, and whatever comes in, changes or falls away, in whatever order, leaves those that would be there had
everything been known from the beginning. They are put on record in the transaction of what came in.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.portal.cases.stays import notice_match
from services.portal.cases.stays.notice_match import Notified
from services.portal.cases.stays.stay_consequence import Entered, crossing_of, entered_on_visa
from services.portal.store.stays import host_duty
from services.portal.store.stays import stay_registration as store
from services.portal.store.stays.host_duty import Duty
from services.portal.store.stays.stay_registration import Crossing, Exit, Stay
from services.portal.store.visas import visa
from shared.db.records import NextVersion, Submission
from shared.events.digest import says_the_same
from shared.events.envelope import Event
from shared.events.portal import BorderCrossing
from shared.events.visa import StayRegistration
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.people import person_values
from shared.records.record_type import Revision, StoredRecord

AUTHOR = "portal"


async def on_crossings_added(unit: UnitOfWork, entries: Sequence[StoredRecord[BorderCrossing]]) -> None:
    """Opens and ends what new crossings bring about, and lets notices that came before them belong to them."""
    entering = [crossing_of(entry.id, entry.fact) for entry in entries if entry.fact.direction == "entry"]
    opening = [entry for entry in entries if _on_visa(entry.fact)]
    exits = [crossing_of(entry.id, entry.fact) for entry in entries if entry.fact.direction == "exit"]
    alone = [crossing for crossing in entering if crossing.visa_number]
    visas = [crossing.visa_number for crossing in alone]
    await store.lock_persons(unit.connection, alone, [*entering, *exits], visas)
    matched = await notice_match.rematch_about(unit, entering) if entering else set()
    affected = await _open(unit, opening) if opening else set()
    affected |= await _owing(unit, matched)
    ended = await store.open_at(unit.connection, exits) if exits else []
    if affected:
        await recompute_stays(unit, {*affected, *ended}, "a crossing came in")
    else:
        await _end(unit, ended)


async def on_crossings_revised(unit: UnitOfWork, changes: Sequence[Revision[BorderCrossing]]) -> None:
    """Settles whatever crossings had to do with before their correction or withdrawal, and have to do with now. Where
    stays and duties see nothing of the change, there is nothing to settle."""
    states = [(each.id, fact) for each in changes if _seen(each) for fact in (each.before, each.after) if fact]
    if not states:
        return
    entries = [crossing_of(id, fact) for id, fact in states if fact.direction == "entry"]
    exits = [crossing_of(id, fact) for id, fact in states if fact.direction == "exit"]
    visas = [crossing.visa_number for crossing in entries if crossing.visa_number]
    await store.lock_persons(unit.connection, [*entries, *exits], [], visas)
    touched = {crossing.id for crossing in entries if crossing.visa_number}
    if exits:
        touched |= set(await store.touched_by(unit.connection, exits))
    if entries:
        touched |= await notice_match.rematch_about(unit, entries)
    if visas:
        touched |= {entry.id for entry in await store.entries_naming(unit.connection, visas)}
    await recompute_stays(unit, touched, "a crossing was corrected or withdrawn")


def _seen(change: Revision[BorderCrossing]) -> bool:
    """Whether stays and duties see what was changed: who crossed, when, which way and on which visa."""
    old, new = change.before, change.after
    if old is None or new is None:
        return True
    return (old.direction, old.crossed_at, old.visa_number, old.person) != (
        new.direction,
        new.crossed_at,
        new.visa_number,
        new.person,
    )


async def on_visas_changed(unit: UnitOfWork, numbers: Sequence[str], reason: str) -> None:
    """Settles the entries that name one of these visas, which came in, changed or fell away. What the visa was on the
    day of the entry counts: one that is annulled later, or runs out, takes nothing back."""
    await store.lock_visas(unit.connection, numbers)
    if entries := await store.entries_naming(unit.connection, numbers):
        await store.lock_persons(unit.connection, entries)
        await recompute_stays(unit, [entry.id for entry in entries], reason)


async def invitation_issued(unit: UnitOfWork, number: str) -> None:
    """`visas_changed` for the visas that were issued on an invitation. Its annulment, later, changes no address."""
    if numbers := await visa.visas_on(unit.connection, number):
        await on_visas_changed(unit, numbers, "the invitation came in")


async def on_notice_revised(unit: UnitOfWork, entries: Collection[UUID | None], reason: str) -> None:
    """Settles entries that lost or got a notice, those that have a duty: nothing else follows from a notice."""
    await recompute_stays(unit, await _owing(unit, {entry for entry in entries if entry}), reason)


async def _owing(unit: UnitOfWork, entries: Collection[UUID]) -> set[UUID]:
    return set(await host_duty.owing(unit.connection, entries)) if entries else set()


async def recompute_stays(unit: UnitOfWork, entries: Collection[UUID], reason: str) -> None:
    """Puts the stays and duties after these entries on record as they follow from what is on record now. The duties
    are locked first: whoever settles the same entry at the same time then sees what we did."""
    if not entries:
        return
    duties = await host_duty.of_entries(unit.connection, entries)
    stays = await store.of_entries(unit.connection, entries)
    bodies = await store.entries_on_visas(unit.connection, entries)
    entered = await entered_on_visa(unit, [StoredRecord(id, BorderCrossing.read(body)) for id, body in bodies.items()])
    owing = [crossing_of(each.id, each.crossing) for each in entered if each.follows.kind == "duty"]
    notified = await notice_match.first_notified(unit, owing) if owing else {}
    await _put(unit, _follow(entered), notified, _OnRecord(stays, duties), reason)


def _on_visa(crossing: BorderCrossing) -> bool:
    return crossing.direction == "entry" and crossing.visa_number is not None


async def _open(unit: UnitOfWork, entries: Sequence[StoredRecord[BorderCrossing]]) -> set[UUID]:
    """Stores the stays and duties that follow from new entries. The earlier ones on record that are to be settled: on
    a visa for one entry they came second all the time."""
    entered = await entered_on_visa(unit, entries)
    await _put(unit, _follow(entered), {}, _OnRecord([], {}), "registered on entry")
    return {id for each in entered for id in each.later} - {each.id for each in entered}


def _follow(entered: Iterable[Entered]) -> list[Entered]:
    return [each for each in entered if each.follows.kind != "none"]


@dataclass(frozen=True, slots=True)
class _OnRecord:
    """What entries that are to be settled had so far, withdrawn ones too."""

    stays: Sequence[Stay]
    duties: Mapping[UUID, Duty]


async def _put(
    unit: UnitOfWork, entered: Sequence[Entered], notified: Mapping[UUID, Notified], held: _OnRecord, reason: str
) -> None:
    """Puts what follows from these entries in the place of what was held, and withdraws the rest of that."""
    starts = [crossing_of(each.id, each.crossing) for each in entered]
    exits = await store.first_exits(unit.connection, starts) if starts else {}
    stays = {each.id: _stay(each, exits.get(each.id), notified.get(each.id)) for each in entered}
    wanted = {entry: stay for entry, stay in stays.items() if stay}
    owed = [each for each in entered if each.follows.kind == "duty"]
    duties = {each.id: _duty(each, exits.get(each.id), notified.get(each.id)) for each in owed}
    await _keep(unit, wanted, held.stays, reason)
    await _withdraw(unit, [stay for stay in held.stays if not stay.withdrawn and stay.entry not in wanted], reason)
    await host_duty.put(unit.connection, [duty for duty in duties.values() if duty != held.duties.get(duty.entry)])
    gone = [entry for entry, duty in held.duties.items() if not duty.withdrawn and entry not in duties]
    if gone:
        await host_duty.withdraw(unit.connection, gone)


@dataclass(frozen=True, slots=True)
class Registered:
    """A stay as it should stand on record."""

    fact: StayRegistration
    entered_at: datetime
    exit: Exit | None
    invitation: str | None = None
    notification: UUID | None = None


def _stay(entered: Entered, exit: Exit | None, notified: Notified | None) -> Registered | None:
    """The stay at the address of the invitation; where the host had to report it, the one that was reported."""
    if entered.follows.kind == "registered":
        return _by_invitation(entered, exit)
    return _by_notice(entered, exit, notified) if notified else None


def _by_invitation(entered: Entered, exit: Exit | None) -> Registered:
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


def _by_notice(entered: Entered, exit: Exit | None, notified: Notified) -> Registered:
    crossing = entered.crossing
    fact = StayRegistration(
        source_id=str(entered.id),
        person=crossing.person,
        region=notified.region,
        basis="notification",
        visa_number=crossing.visa_number,
        since=max(notified.since, crossing.crossed_at.date()),
        until=notified.until,
        ended_on=exit.day if exit else None,
    )
    return Registered(fact, crossing.crossed_at, exit, notification=notified.notification)


def _duty(entered: Entered, exit: Exit | None, notified: Notified | None) -> Duty:
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
        notified.notification if notified else None,
        False,
        **person_values(entered.crossing.person),
    )


async def _keep(unit: UnitOfWork, wanted: dict[UUID, Registered], stays: Iterable[Stay], reason: str) -> None:
    """Puts stays on record by their entries, each a new one or the next version of the one in `stays`."""
    held = {stay.entry: stay for stay in stays if stay.entry in wanted}
    new = [each for entry, each in wanted.items() if entry not in held]
    if new:
        submissions = [Submission(each.fact.source_id, each.fact, AUTHOR, _columns(each)) for each in new]
        ids = await store.open_stays(unit.connection, submissions)
        unit.emit(*(Event.of(each.fact, id, 1, each.entered_at) for id, each in zip(ids, new, strict=True)))
    changed = {entry: stay for entry, stay in held.items() if _differs(stay, wanted[entry])}
    await _revise(
        unit, [(stay, wanted[entry].fact, _columns(wanted[entry])) for entry, stay in changed.items()], reason
    )


def _differs(stay: Stay, wanted: Registered) -> bool:
    return stay.withdrawn or stay.columns != _columns(wanted) or not says_the_same(stay.body, wanted.fact)


def _columns(stay: Registered) -> dict[str, object]:
    return {
        "entered_at": stay.entered_at,
        "exit": stay.exit.id if stay.exit else None,
        "exited_at": stay.exit.at if stay.exit else None,
        "invitation": stay.invitation,
        "notification": stay.notification,
        **person_values(stay.fact.person),
    }


async def _withdraw(unit: UnitOfWork, stays: Sequence[Stay], reason: str) -> None:
    """Takes stays, which were locked, out of account."""
    await _revise(unit, [(stay, StayRegistration.read(stay.body), stay.columns) for stay in stays], reason, True)


async def _revise(
    unit: UnitOfWork,
    stays: Sequence[tuple[Stay, StayRegistration, dict[str, object]]],
    reason: str,
    withdrawn: bool = False,
) -> None:
    if not stays:
        return
    revisions = [
        NextVersion(stay.id, fact.model_dump_json(), columns, withdrawn, reason) for stay, fact, columns in stays
    ]
    versions = await store.revise(unit.connection, revisions, AUTHOR)
    for stay, fact, columns in stays:
        at = columns["entered_at"]
        assert isinstance(at, datetime)  # noqa: S101  (the column is never null)
        unit.emit(Event.of(fact, stay.id, versions[stay.id], at, withdrawn=withdrawn))


async def _end(unit: UnitOfWork, entries: Sequence[UUID]) -> None:
    """Lets the stays and duties of these entries end with the first exit after each, or not at all."""
    if not entries:
        return
    duties = await host_duty.of_entries(unit.connection, entries)
    stays = [stay for stay in await store.of_entries(unit.connection, entries) if not stay.withdrawn]
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
