"""What a person was in the country, or abroad, by the registers' own words: worker, kandas, registered resident ...

A status is a period that a register states, not a finding of ours; several may hold at once. Sources: law on migration,
art. 34 (labour immigrants); kandas law; rules of decree 148 (registration).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from services.accounting.rules.spans import day_after

Body = Mapping[str, Any]
"""A fact's data as JSON."""


class Stated(NamedTuple):
    """A fact in effect that is about a person: its key, its name and version, its data."""

    fact: int
    kind: str
    body: Body


class Status(NamedTuple):
    """Half-open: `until` is the first day on which the status no longer holds, None while no end is known."""

    status: str
    source: str
    since: date
    until: date | None
    region: str | None = None
    country: str | None = None


def status_of(kind: str, body: Body) -> Status | None:
    """The status that a fact states; None if it states none."""
    reader = _READERS.get(kind)
    return reader(body) if reader else None


def _work_permit(body: Body) -> Status:
    until = day_after(body["valid_until"])
    return Status("labour", "permits", _day(body["valid_from"]), _earlier(until, body["ended_on"]), body["region"])


def _eaeu_worker(body: Body) -> Status:
    until = day_after(body["works_until"])
    return Status("labour", "permits", _day(body["works_from"]), until, body["region"])


def _kandas(body: Body) -> Status | None:
    if body["state"] not in ("granted", "ended"):
        return None
    until = day_after(body["valid_until"])
    return Status("kandas", "kandas", _day(body["decided_on"]), _earlier(until, body["ended_on"]), body["region"])


def _abroad(body: Body) -> Status:
    until = _day(body["ended_on"]) if body["ended_on"] else None
    return Status(f"abroad:{body['purpose']}", "consular", _day(body["registered_on"]), until, country=body["country"])


def _residence_permit(body: Body) -> Status:
    until = day_after(body["valid_until"])
    return Status("resident", "portal", _day(body["granted_on"]), _earlier(until, body["ended_on"]), body["region"])


def _protection(body: Body) -> Status:
    return Status(body["kind"], "portal", _day(body["granted_on"]), _earlier(None, body["ended_on"]), body["region"])


_READERS = {
    "residence_permit.v1": _residence_permit,
    "protection_status.v1": _protection,
    "work_permit.v1": _work_permit,
    "eaeu_worker.v1": _eaeu_worker,
    "kandas_status.v1": _kandas,
    "consular_registration.v1": _abroad,
}


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _earlier(until: date | None, ended: str | None) -> date | None:
    if ended is None:
        return until
    return min(until, _day(ended)) if until else _day(ended)
