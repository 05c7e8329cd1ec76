"""Foreigners who work without a permit, by ground, declared by their employers (L5; decree 1041 of 24.11.2023)."""

from collections.abc import Sequence
from datetime import datetime

from services.permits.rules import exempt_worker as rule
from services.permits.store.tables import exempt_worker
from shared import clock
from shared.errors import Fault
from shared.events.permits import ExemptWorker
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to
from shared.records.record_type import RecordType


def _time(worker: ExemptWorker) -> datetime:
    return clock.start_of(worker.works_from)


def _key(worker: ExemptWorker) -> str:
    """Employers number their declarations themselves, so two may use the same number."""
    return f"{worker.employer_bin}:{worker.source_id}"


def _submission_faults(worker: ExemptWorker, _caller: Caller) -> Sequence[Fault]:
    declared = rule.Declared(
        worker.ground,
        worker.person.citizenship,
        worker.occupation,
        worker.qualified,
        worker.works_from,
        worker.works_until,
    )
    return [Fault(found.member, found.why) for found in rule.contradictions(declared)]


EXEMPT_WORKERS = RecordType(
    fact=ExemptWorker,
    table=exempt_worker,
    path="exempt-workers",
    writers=("employer", "permits-officer"),
    readers=("employer", "permits-officer"),
    scope=belongs_to(region="region", employer="employer_bin"),
    time=_time,
    day="works_from",
    key=_key,
    submission_faults=_submission_faults,
)
