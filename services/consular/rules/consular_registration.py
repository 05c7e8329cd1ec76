"""Is an entry of the voluntary register still to be believed?

Registration is voluntary [000 3], so nobody need take themselves off. An entry is stale when the stay that it names
is over (a ground for de-registration) or nobody has renewed it for longer than a parameter of ours allows. Stale
entries stay on the register and are shown apart: only a person or an act of law ends them.

Not modelled: the papers that a mission asks for, its one working day to examine them, de-registration by the
ministry at home, and whether a permanent registration has the police's departure decision behind it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.kernel.calendar import add_months
from shared.kernel.decisions import Check
from shared.kernel.norms import NormsInForce

Freshness = Literal["current", "stale", "ended"]


@dataclass(frozen=True, slots=True)
class FreshSince:
    """To be current on `day`, an entry must have been made or renewed on or after the day of its kind."""

    day: date
    temporary_since: date
    permanent_since: date


def fresh_since(norms: NormsInForce) -> FreshSince:
    """What makes an entry current on the day of the norms."""
    day = norms.day
    temporary, permanent = norms["stale_after"].whole(), norms["permanent_stale_after"].whole()
    return FreshSince(day, add_months(day, -temporary), add_months(day, -permanent))


def freshness(
    norms: NormsInForce, *, permanent: bool, confirmed_on: date, expected_until: date | None, ended: bool
) -> tuple[Freshness, tuple[Check, ...]]:
    """How an entry stands on the day of the norms, and why; `confirmed_on` is when it was made or last renewed."""
    if ended:
        return "ended", ()
    checks = (_renewed(norms, fresh_since(norms), permanent, confirmed_on), _stay(norms, expected_until))
    return ("stale" if any(check.remedy for check in checks) else "current"), checks


def _renewed(norms: NormsInForce, fresh: FreshSince, permanent: bool, confirmed_on: date) -> Check:
    norm = norms["permanent_stale_after" if permanent else "stale_after"]
    since = fresh.permanent_since if permanent else fresh.temporary_since
    found = f"Made or last renewed on {confirmed_on}; current since {since} or later."
    if confirmed_on >= since:
        return Check.passed(norm, found)
    return Check.failed(norm, found, "Renew the registration, or end it.")


def _stay(norms: NormsInForce, expected_until: date | None) -> Check:
    norm = norms["stay_over"]
    if expected_until is None:
        return Check.not_applicable(norm, "The entry names no end of the stay.")
    found = f"The stay is expected to last until {expected_until}."
    if expected_until >= norms.day:
        return Check.passed(norm, found)
    return Check.failed(norm, found, "Renew the registration with a later end of the stay, or end it.")
