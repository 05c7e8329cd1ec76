"""Workers from the Eurasian Economic Union, declared by their employers (L5; concept of migration policy, plan 21)."""

from collections.abc import Sequence
from datetime import datetime

from services.permits.rules.citizenship import is_union_state
from services.permits.store.tables import eaeu_worker
from shared import clock
from shared.errors import Fault
from shared.events.permits import EaeuWorker
from shared.identity.callers import Caller
from shared.identity.scope import belongs_to
from shared.records.record_type import RecordType


def _time(worker: EaeuWorker) -> datetime:
    return clock.start_of(worker.works_from)


def _key(worker: EaeuWorker) -> str:
    """Employers number their declarations themselves, so two may use the same number."""
    return f"{worker.employer_bin}:{worker.source_id}"


def _submission_faults(worker: EaeuWorker, _caller: Caller) -> Sequence[Fault]:
    faults = []
    if not is_union_state(worker.country, worker.works_from):
        faults.append(Fault("/country", "Was no other member state of the Union on works_from: apply for a permit."))
    if worker.person.citizenship != worker.country:
        faults.append(Fault("/person/citizenship", "Is another than country."))
    if worker.works_until and worker.works_until < worker.works_from:
        faults.append(Fault("/works_until", "Lies before works_from."))
    return faults


EAEU_WORKERS = RecordType(
    fact=EaeuWorker,
    table=eaeu_worker,
    path="eaeu-workers",
    writers=("employer", "permits-officer"),
    readers=("employer", "permits-officer"),
    scope=belongs_to(region="region", employer="employer_bin"),
    time=_time,
    day="works_from",
    key=_key,
    submission_faults=_submission_faults,
)
