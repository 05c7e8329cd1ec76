"""How a status in force ends: with citizenship, by expiry, by withdrawal, by leaving the country.

Not modelled: the procedure that precedes a withdrawal.
"""

from datetime import date

from shared.kernel.calendar import add_days


def first_day_without(valid_until: date) -> date:
    """The status holds on its last day too."""
    return add_days(valid_until, 1)


def has_expired(valid_until: date, day: date) -> bool:
    return day > valid_until


def faults_of_end(ended_on: date, *, granted_on: date, valid_until: date | None, today: date) -> list[str]:
    """What speaks against ending a status on a day: empty if nothing does."""
    faults = []
    if ended_on < granted_on:
        faults.append(f"The status began on {granted_on}; it cannot end before.")
    if valid_until is not None and has_expired(valid_until, ended_on):
        faults.append(f"The status holds until {valid_until} only; after that day it has expired.")
    if ended_on > today:
        faults.append("The day lies in the future; report the end when it has come.")
    return faults
