"""How far a host is behind with a duty to report."""

from datetime import date

from shared.kernel.calendar import working_days_between


def days_overdue(due_on: date, day: date) -> int:
    """Working days after the last day in time; 0 while there is time, and at least 1 from the day after it."""
    return max(working_days_between(due_on, day), 1) if day > due_on else 0
