"""Refugee status is given for a year and reviewed yearly ([003], protection of refugees)."""

from datetime import date

from shared.kernel.norms import Rulebook
from shared.kernel.terms import last_day_of


def review_due(granted_or_reviewed_on: date, rulebook: Rulebook) -> date:
    """The last day on which the status holds without another review; one given before the first value that is known
    is held to that one."""
    return last_day_of(rulebook.on_or_first("refugee_status", granted_or_reviewed_on), granted_or_reviewed_on)
