"""Facts of the consular register. Neither shows a person's being in the country: the register is voluntary, entries go
stale, and what they say of abroad is published as evidence of its own (5.4 of the method)."""

from shared.events.consular import ConsularRegistration, HostCountryFigure


def consular_registration_v1(_fact: ConsularRegistration) -> None:
    """A citizen abroad, with country and purpose."""


def host_country_figure_v1(_fact: HostCountryFigure) -> None:
    """A figure about no single person."""
