"""Who can ask the employment body for work as a settler, and when a request ends with work or without.

Source: concept of migration policy, decree 602 of 29.09.2017, section 5 (indicator 4: the share of kandas who found
work among those who asked the employment bodies). No term within which work is found was read, so none is kept. NOT
modelled: vacancies, subsidised work places, courses of the employment centres.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Standing:
    """The days on which the person is a settler: by a status or by an inclusion. `until` is the first day no longer."""

    since: date | None
    until: date | None = None


def faults_of_asking(asked_on: date, standing: Standing, today: date) -> list[str]:
    """What speaks against a request of a day: empty if nothing does."""
    faults = []
    if standing.since is None:
        faults.append("The status was not granted; who asks is no kandas by it.")
    elif asked_on < standing.since:
        faults.append(f"The person is a settler from {standing.since} on, not before.")
    elif standing.until is not None and standing.until <= asked_on:
        faults.append(f"The person is no settler any more since {standing.until}.")
    if asked_on > today:
        faults.append("Lies in the future.")
    return faults


def faults_of_ending(day: date, asked_on: date, today: date) -> list[str]:
    """What speaks against work found, or a request closed, on a day."""
    faults = []
    if day < asked_on:
        faults.append(f"The request was made on {asked_on}; it cannot end before.")
    if day > today:
        faults.append("Lies in the future.")
    return faults
