"""What a person was in the country, or abroad, by the registers' own words: worker, kandas, registered resident ...

A status is a period that a register states, not a finding of ours; several may hold at once. Sources: law on migration,
art. 34 (labour immigrants); kandas law; rules of decree 148 (registration).
"""

from dataclasses import dataclass
from datetime import date

from services.accounting.rules.spans import day_after


@dataclass(frozen=True, slots=True)
class Status:
    """Half-open: `until` is the first day on which the status no longer holds, None while no end is known."""

    status: str
    source: str
    since: date
    until: date | None
    region: str | None = None
    country: str | None = None


def in_force_until(last_day: date | None, ended_on: date | None = None) -> date | None:
    """The first day on which a status no longer holds: the day after its last, or that of an earlier end."""
    return min((day for day in (day_after(last_day), ended_on) if day), default=None)
