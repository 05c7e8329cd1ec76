"""What the kandas register sees of a life: the status, from the application or the decision to its end.

Places in regional quotas are given by the procedure alone (`POST /v1/quota-inclusions` decides by the quota in force):
they stay in the truth.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from deploy.simulation.life import Act, Life
from deploy.simulation.registers.office import HOME, Draft, Office, World
from deploy.simulation.written import Written
from shared.kernel.calendar import add_days, add_months

_HOLDS = 12  # months from the decision, unless the life says otherwise
_REASONS = {"citizenship_acquired": "citizenship", "kandas_ended": "withdrawal"}


def written(world: World, life: Life) -> Iterator[Written]:
    """The status as one record: applied for, or decided, and ended by a correction."""
    applied = next((act for act in life.acts if act.deed == "kandas_applied"), None)
    if applied is None:
        return
    office = Office(world, life, "kandas", "kandas")
    granted = next((act for act in life.acts if act.deed == "kandas_granted"), None)
    told = granted if granted is not None and granted.day <= world.through else None
    if told is not None and office.within(told.day):
        yield from office.write("kandas-statuses", "kandas-officer", _granted(office, applied, told))
    elif told is None and office.within(applied.day):
        body = _of_case(office, applied, applied) | {"state": "applied"}
        yield from office.write("kandas-statuses", "kandas-officer", Draft("kandas", applied.day, body))


def _granted(office: Office, applied: Act, granted: Act) -> Draft:
    until = granted.details.get("valid_until") or add_days(add_months(granted.day, _HOLDS), -1).isoformat()
    decided = {"state": "granted", "decided_on": granted.day.isoformat(), "valid_until": until}
    body = _of_case(office, applied, granted) | decided
    return Draft("kandas", granted.day, body, list(_end(office, granted.day, until)))


def _of_case(office: Office, applied: Act, act: Act) -> dict[str, Any]:
    """The members that tell of the family's case."""
    details = applied.details | act.details
    return {
        "case": f"F{office.world.seed}-{office.case_number()}",
        "member": details.get("member", "applicant"),
        "country_of_origin": details.get("country_of_origin", office.life.citizenships[0][1]),
        "region": office.region(details.get("region"), act.day),
        "applied_on": applied.day.isoformat(),
    }


def _end(office: Office, granted_on: date, until: str) -> Iterator[tuple[date, dict[str, Any]]]:
    """The first that ends it, citizenship or leaving; else its last day, of which the register learns by itself."""
    last = date.fromisoformat(until)
    for act in office.life.acts:
        if act.deed in _REASONS and granted_on <= act.day <= last:
            reason = act.details.get("end_reason", _REASONS[act.deed])
            yield office.known_on(act.day), _ended(act.day, reason)
            return
    for before, after in office.life.moves():
        if before.country == HOME and after.purpose == "permanent" and granted_on < after.since <= last:
            yield office.known_on(after.since), _ended(after.since, "leaving")
            return
    yield add_days(last, 1), _ended(add_days(last, 1), "expiry")


def _ended(day: date, reason: str) -> dict[str, Any]:
    return {"state": "ended", "ended_on": day.isoformat(), "end_reason": reason}
