"""Facts of the consular register. Neither shows a person's being in the country: the register is voluntary, entries go
stale, and what they say of abroad is published as evidence of its own (5.4 of the method)."""

from shared.events.consular import AssistanceCase, ConsularRegistration, HostCountryFigure, Remittance
from shared.events.study import Study


def consular_registration_v1(_fact: ConsularRegistration) -> None:
    """A citizen abroad, with country and purpose."""


def host_country_figure_v1(_fact: HostCountryFigure) -> None:
    """A figure about no single person."""


def remittance_v1(_fact: Remittance) -> None:
    """A sum about no single person."""


def assistance_case_v1(_fact: AssistanceCase) -> None:
    """A case of which no person is told."""


def study_v1(_fact: Study) -> None:
    """A course of study: shows a purpose, and not that the student lives where the institution stands."""
