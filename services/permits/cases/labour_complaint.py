"""Complaints about employers of foreign labour: kind and outcome, never who complained (L8).

The employer reads none of them: in a small enterprise the day and the kind say who it was.
"""

from datetime import datetime
from typing import Any

from services.permits.store.tables import labour_complaint
from shared import clock
from shared.events.labour_control import LabourComplaint
from shared.identity.scope import belongs_to
from shared.records.record_type import RecordType


def _time(complaint: LabourComplaint) -> datetime:
    return clock.start_of(complaint.received_on)


def _key(complaint: LabourComplaint) -> str:
    """Authorities number their complaints themselves, so two may use the same number."""
    return f"{complaint.employer_bin}:{complaint.source_id}"


def _columns(complaint: LabourComplaint) -> dict[str, Any]:
    return {"employer_bin": complaint.employer_bin, "received_on": complaint.received_on}


COMPLAINTS = RecordType(
    fact=LabourComplaint,
    table=labour_complaint,
    path="labour-complaints",
    writers=("permits-officer",),
    readers=("permits-officer",),
    scope=belongs_to(region="region"),
    time=_time,
    day="received_on",
    key=_key,
    columns=_columns,
)
