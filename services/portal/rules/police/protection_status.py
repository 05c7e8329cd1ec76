"""Refugee status is given for a year and reviewed yearly ([003], protection of refugees)."""

from collections.abc import Mapping
from datetime import date

from shared.kernel.norms import Norm
from shared.kernel.terms import last_day_of


def review_due(granted_or_reviewed_on: date, norms: Mapping[str, Norm]) -> date:
    """The last day on which the status holds without another review."""
    return last_day_of(norms["refugee_status"], granted_or_reviewed_on)
