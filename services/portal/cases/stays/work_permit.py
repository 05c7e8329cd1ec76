"""Permits to work and declared workers from the Union, as the permits register tells of them: copies, since both give a
right to stay (P5)."""

from typing import Any

from services.portal.store import tables
from shared.events.permits import EaeuWorker, WorkPermit
from shared.inbox.copies import Copy
from shared.kernel.calendar import add_days
from shared.records.people import person_values


def _permit(permit: WorkPermit) -> dict[str, Any]:
    ended = permit.ended_on and add_days(permit.ended_on, -1)
    last = min(permit.valid_until, ended) if ended else permit.valid_until
    return {"valid_from": permit.valid_from, "valid_until": last, **person_values(permit.person)}


def _declared(worker: EaeuWorker) -> dict[str, Any]:
    return {"valid_from": worker.works_from, "valid_until": worker.works_until, **person_values(worker.person)}


COPIES = (Copy(WorkPermit, tables.work_permit, _permit), Copy(EaeuWorker, tables.eaeu_worker, _declared))
SOURCE = WorkPermit.PRODUCER
