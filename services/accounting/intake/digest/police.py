"""Facts of the interior ministry's feed, which the portal publishes."""

from services.accounting.intake.digest.digested import Sign
from services.accounting.rules.history import Kind
from shared.events.police import CitizenshipChange, Expulsion, ProtectionStatus, ResidencePermit, Violation


def residence_permit_v1(fact: ResidencePermit) -> Sign:
    """A permanent permit proves residence from its first day; a temporary one shows a place only."""
    permanent = fact.residence == "permanent"
    return Sign(Kind.RESIDENCE_PERMIT if permanent else Kind.TEMPORARY, fact.granted_on, fact.region)


def protection_status_v1(fact: ProtectionStatus) -> Sign:
    """Who is protected stays at a place, for the time being."""
    return Sign(Kind.TEMPORARY, fact.granted_on, fact.region)


def citizenship_change_v1(_fact: CitizenshipChange) -> None:
    """Says nothing of where the person lives."""


def violation_v1(_fact: Violation) -> None:
    """Shows that somebody was here, and not that they lived here."""


def expulsion_v1(_fact: Expulsion) -> None:
    """The border tells when the person left; a decision alone does not."""
