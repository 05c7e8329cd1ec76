"""The ports: what a case asks of the labour exchange (enbek.kz) and of the register of labour contracts (ESUTD).

They find out, and never judge. What could not be found out is unknown, and nobody is refused for it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

Outcome = Literal["found", "not_found", "unknown"]


@dataclass(frozen=True, slots=True)
class VacancyAnswer:
    """What the exchange knows of a vacancy; without one in answer it is not found, or unknown."""

    outcome: Outcome
    published_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class LabourContract:
    """A labour contract: first day, last day where it has one, occupation as the contract names it."""

    since: date
    until: date | None
    occupation: str | None


@dataclass(frozen=True, slots=True)
class ContractsAnswer:
    """The contracts of one worker with one employer; none of them where the outcome is not `found`."""

    outcome: Outcome
    contracts: tuple[LabourContract, ...] = ()


class Vacancies(Protocol):
    """The labour exchange."""

    async def vacancy_of(self, code: str) -> VacancyAnswer:
        """The vacancy with that publication code."""


class Contracts(Protocol):
    """The register of labour contracts."""

    async def contracts_of(self, iin: str, employer_bin: str) -> ContractsAnswer:
        """The contracts of the worker with the employer."""


@dataclass(frozen=True, slots=True)
class Nobody:
    """Where a system is not connected, nothing can be found out."""

    async def vacancy_of(self, code: str) -> VacancyAnswer:
        return VacancyAnswer("unknown")

    async def contracts_of(self, iin: str, employer_bin: str) -> ContractsAnswer:
        return ContractsAnswer("unknown")


@dataclass(frozen=True, slots=True)
class LabourMarket:
    """Both systems, as far as they are connected."""

    vacancies: Vacancies
    contracts: Contracts
