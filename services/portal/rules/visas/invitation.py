"""When an invitation is granted: the inviting party, the invited, the category and the period.

Not modelled: what the inviting party owes the state (unpaid fines for earlier guests), guarantees of departure, and
the approval of the national security bodies, which no source describes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from services.portal.rules.visas.visa import foreigner, longest_validity
from shared.kernel.decisions import Check, Decision
from shared.kernel.norms import NormsInForce
from shared.kernel.terms import last_day_of


@dataclass(frozen=True, slots=True)
class InvitationSought:
    """What is asked for. `address_complete`: locality and address of the host are both named."""

    category: str
    citizenship: str
    stay_from: date
    stay_until: date
    address_complete: bool


def decide(invitation: InvitationSought, norms: NormsInForce) -> Decision:
    """By the norms in force on the day of the decision."""
    return Decision.by(norms, _checks(norms, invitation, norms.day))


def _checks(norms: NormsInForce, asked: InvitationSought, day: date) -> Iterator[Check]:
    yield foreigner(norms, asked.citizenship)
    yield _category(norms, asked)
    yield _period(norms, asked, day)
    yield _address(norms, asked)


def _category(norms: NormsInForce, asked: InvitationSought) -> Check:
    norm = norms["visa_invitation"]
    if asked.category in norm.codes():
        return Check.passed(norm, "Visas of the category are issued on an invitation.")
    return Check.not_applicable(norm, "The category needs no invitation; one may be given all the same.")


def _period(norms: NormsInForce, asked: InvitationSought, day: date) -> Check:
    """No longer than the longest visa of the category, and not over already."""
    limit = longest_validity(norms, asked.category, "multiple")
    norm = limit or norms["visa_validity_multiple"]
    if asked.stay_until < day:
        return Check.failed(norm, "The period is over.", "Invite for a period that lies ahead.")
    if limit is None:
        return Check.not_applicable(norm, "No limit of this category is known.")
    latest = last_day_of(limit, asked.stay_from)
    found = f"The period ends on {asked.stay_until}; visas of the category reach to {latest} at most."
    if asked.stay_until > latest:
        return Check.failed(limit, found, f"Invite for a period up to {latest}.")
    return Check.passed(limit, found)


def _address(norms: NormsInForce, asked: InvitationSought) -> Check:
    norm = norms["visa_registration"]
    if asked.address_complete:
        return Check.passed(norm, "The invited will be registered at the given address on entry.")
    return Check.not_applicable(norm, "No full address is given: the host must report the arrival within the term.")
