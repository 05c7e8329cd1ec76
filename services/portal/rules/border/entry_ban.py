"""On which days a ban on entry holds (law 477-IV on migration of population, article 48, known from reports)."""

from datetime import date


def holds(barred_from: date, barred_until: date | None, lifted_on: date | None, day: date) -> bool:
    """From its first to its last day, both included, unless it was lifted: on that day it holds no longer."""
    within = barred_from <= day and (barred_until is None or day <= barred_until)
    return within and (lifted_on is None or day < lifted_on)
