"""Checks of employers of foreign labour: office, result, violations found, measures (L8)."""

from datetime import datetime
from typing import Any

from services.permits.store.tables import employer_inspection
from shared import clock
from shared.events.labour_control import EmployerInspection
from shared.identity.scope import belongs_to
from shared.records.record_type import RecordType


def _time(inspection: EmployerInspection) -> datetime:
    return clock.start_of(inspection.inspected_on)


def _key(inspection: EmployerInspection) -> str:
    """Authorities number their checks themselves, so two may use the same number."""
    return f"{inspection.employer_bin}:{inspection.source_id}"


def _columns(inspection: EmployerInspection) -> dict[str, Any]:
    return {"employer_bin": inspection.employer_bin, "inspected_on": inspection.inspected_on}


INSPECTIONS = RecordType(
    fact=EmployerInspection,
    table=employer_inspection,
    path="employer-inspections",
    writers=("permits-officer",),
    readers=("permits-officer", "employer"),
    scope=belongs_to(region="region", employer="employer_bin"),
    time=_time,
    day="inspected_on",
    key=_key,
    columns=_columns,
)
