"""Facts of the interior ministry's feed, which the portal publishes."""

from services.accounting.intake.digest.digested import End, Sign, end_after
from services.accounting.rules.figures.dimensions import day_number
from services.accounting.rules.residence.history import Kind
from services.accounting.rules.residence.residence import NEVER
from shared.events.police import CitizenshipChange, Expulsion, ProtectionStatus, ResidencePermit, Violation


def residence_permit_v1(fact: ResidencePermit) -> Sign:
    """A permanent permit proves residence from its first day to its end. A temporary one shows a place only: given
    for a named purpose and often for less than a year, it tells nothing of residence by the 12-month rule."""
    if fact.residence == "temporary":
        return Sign(Kind.TEMPORARY, fact.granted_on, fact.region)
    return Sign(Kind.RESIDENCE_PERMIT, fact.granted_on, fact.region, _end(fact))


def _end(fact: ResidencePermit) -> End | None:
    """Who departs is no resident any longer, even on a permit that had expired; who becomes a citizen remains one.
    Otherwise a permit that has run out or was taken away proves nothing."""
    ended = day_number(fact.ended_on) if fact.ended_on else NEVER
    expired = day_number(fact.valid_until) + 1 if fact.valid_until else NEVER
    if fact.end_reason == "citizenship":
        return None
    if fact.end_reason == "departure":
        return End(Kind.DEPARTED, ended)
    return End(Kind.ENDED, min(ended, expired))


def protection_status_v1(fact: ProtectionStatus) -> Sign:
    """Who is protected stays at a place, for the time being. A stateless person does, too; but statelessness says who
    somebody is, and not what they came for."""
    if fact.kind == "stateless":
        return Sign(Kind.TEMPORARY, fact.granted_on, fact.region)
    return Sign(Kind.PROTECTION, fact.granted_on, fact.region, end_after(None, fact.ended_on))


def citizenship_change_v1(_fact: CitizenshipChange) -> None:
    """Says nothing of where the person lives."""


def violation_v1(_fact: Violation) -> None:
    """Shows that somebody was here, and not that they lived here."""


def expulsion_v1(_fact: Expulsion) -> None:
    """The border tells when the person left; a decision alone does not."""
