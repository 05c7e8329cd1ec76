"""Facts of the consular register. None shows a person's being in the country: the register is voluntary, entries go
stale, and what they say of abroad is published as evidence of its own (5.4 of the method)."""

from typing import Final

from services.accounting.intake.digest.digested import Sign, end_after
from services.accounting.rules.residence.history import Kind
from shared.events.consular import AssistanceCase, ConsularRegistration, HostCountryFigure, Remittance
from shared.events.study import Study

_ABROAD: Final = "ABROAD_"
ABROAD: Final = {kind.name.removeprefix(_ABROAD).lower(): kind for kind in Kind if kind.name.startswith(_ABROAD)}
"""By purpose abroad: the kind of sign."""


def consular_registration_v1(fact: ConsularRegistration) -> Sign:
    """What a citizen is abroad for, as long as the entry stands."""
    return Sign(ABROAD[fact.purpose], fact.registered_on, None, end_after(None, fact.ended_on))


def host_country_figure_v1(_fact: HostCountryFigure) -> None:
    """A figure about no single person."""


def remittance_v1(_fact: Remittance) -> None:
    """A sum about no single person."""


def assistance_case_v1(_fact: AssistanceCase) -> None:
    """A case of which no person is told."""


def study_v1(fact: Study) -> Sign:
    """A course of study: shows a purpose, and not that the student lives where the institution stands."""
    kind = Kind.STUDY if fact.country == "KAZ" else Kind.ABROAD_STUDY
    return Sign(kind, fact.since, None, end_after(fact.until))
