"""What a person's stored facts state: statuses, acts and registered stays, read through the facts' own models."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from services.accounting.rules.persons import registered_stays as rule
from services.accounting.rules.persons.acts import Act
from services.accounting.rules.persons.identity import fact_key
from services.accounting.rules.persons.registered_stays import Notice, RegisteredStay
from services.accounting.rules.persons.statuses import Status, in_force_until
from services.accounting.rules.rows import CONSUMER
from services.accounting.rules.spans import day_after
from services.accounting.store.members import read
from shared.events.catalogue import FACTS
from shared.events.consular import ConsularRegistration
from shared.events.envelope import Fact
from shared.events.grants import granted_members
from shared.events.kandas import KandasStatus
from shared.events.permits import BusinessImmigrant, EaeuWorker, ExemptWorker, WorkPermit
from shared.events.police import CitizenshipChange, Expulsion, ProtectionStatus, ResidencePermit, Violation
from shared.events.portal import HostNotification
from shared.events.visa import StayRegistration

MODELS: Final = {fact.NAME: fact for fact in FACTS.values() if granted_members(CONSUMER, fact) is not None}
"""The facts that are read; others may be stored from a time when they were."""


class Stated(NamedTuple):
    """A fact in effect that is about a person, and its key."""

    key: int
    fact: Fact

    @classmethod
    def of(cls, key: int, kind: str, body: str) -> "Stated":
        """From what is stored."""
        return cls(key, read(MODELS[kind], body))


def status_of(fact: Fact) -> Status | None:
    """The status that a fact states; None if it states none."""
    match fact:
        case ResidencePermit():
            until = in_force_until(fact.valid_until, fact.ended_on)
            return Status("resident", "portal", fact.granted_on, until, fact.region)
        case ProtectionStatus():
            return Status(fact.kind, "portal", fact.granted_on, fact.ended_on, fact.region)
        case WorkPermit():
            until = in_force_until(fact.valid_until, fact.ended_on)
            return Status("labour", "permits", fact.valid_from, until, fact.region)
        case EaeuWorker() | ExemptWorker():
            return Status("labour", "permits", fact.works_from, in_force_until(fact.works_until), fact.region)
        case BusinessImmigrant():
            return Status("labour", "permits", fact.valid_from, in_force_until(fact.valid_until), fact.region)
        case KandasStatus(state="granted" | "ended", decided_on=decided_on) if decided_on:
            until = in_force_until(fact.valid_until, fact.ended_on)
            return Status("kandas", "kandas", decided_on, until, fact.region)
        case ConsularRegistration():
            abroad = f"abroad:{fact.purpose}"
            return Status(abroad, "consular", fact.registered_on, fact.ended_on, country=fact.country)
    return None


def acts_of(fact: Fact) -> Iterator[Act]:
    """The acts that a fact states; an expulsion is one when it is decided and another when it is executed."""
    match fact:
        case Violation():
            found = "finding" if fact.is_finding else "violation"
            yield Act(f"{found}:{fact.violation}", fact.found_on, fact.since, fact.region)
        case Expulsion():
            yield Act("expulsion:decided", fact.decided_on, country=fact.to_country)
            if fact.executed_on:
                yield Act("expulsion:executed", fact.executed_on, country=fact.to_country)
        case CitizenshipChange():
            yield Act(f"citizenship:{fact.act}", fact.date, country=fact.other_country)


def registered_stays(stated: Iterable[Stated]) -> list[RegisteredStay]:
    """The stays that a person's facts register, the earliest first; other facts are passed over."""
    ordered = sorted(stated, key=lambda each: each.key)
    on_entry = [_on_entry(each.fact) for each in ordered if isinstance(each.fact, StayRegistration)]
    notices = [_notice(each.key, each.fact) for each in ordered if isinstance(each.fact, HostNotification)]
    return rule.registered_stays(on_entry, notices)


def _on_entry(fact: StayRegistration) -> RegisteredStay:
    return RegisteredStay(fact.since, day_after(fact.until), fact.ended_on, fact.region, fact.basis)


def _notice(key: int, fact: HostNotification) -> Notice:
    joins = fact_key(str(fact.joins)) if fact.joins else None
    days = (fact.stay_from, fact.stay_until, fact.checked_out_on)
    return Notice(key, joins, fact.state, fact.channel, fact.region, *days)
