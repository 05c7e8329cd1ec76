"""Permits to work and declared workers from the Union, as the permits register tells of them: copies, since both give a
right to stay (P5)."""

from typing import Any

from services.portal.store import tables
from shared.events.permits import EaeuWorker, WorkPermit
from shared.events.views import granted
from shared.inbox.copies import Copy
from shared.kernel.calendar import add_days
from shared.records.people import document_of


def _permit(permit: WorkPermit) -> dict[str, Any]:
    ended = permit.ended_on and add_days(permit.ended_on, -1)
    last = min(permit.valid_until, ended) if ended else permit.valid_until
    return {"valid_from": permit.valid_from, "valid_until": last, **_whose(permit)}


def _declared(worker: EaeuWorker) -> dict[str, Any]:
    return {"valid_from": worker.works_from, "valid_until": worker.works_until, **_whose(worker)}


def _whose(fact: WorkPermit | EaeuWorker) -> dict[str, Any]:
    """A right to stay is found by IIN and document: the worker's name is not told to the portal."""
    return {"iin": fact.person.iin, "document": document_of(fact.person)}


COPIES = (
    Copy(granted("portal", WorkPermit), tables.work_permit, _permit),
    Copy(granted("portal", EaeuWorker), tables.eaeu_worker, _declared),
)
SOURCE = WorkPermit.PRODUCER
