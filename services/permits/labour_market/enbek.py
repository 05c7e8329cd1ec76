"""The electronic labour exchange (enbek.kz): a vacancy by its publication code.

No description of its interface was among the sources: path and members are assumed, spoken by the stand-in in
`tests/permits/test_labour_market.py`, and stand in this module alone.

    GET <url>/vacancies/<code>
    200 {"code": ..., "published_on": "2026-01-04", "closed_on": null}, 404 where there is none
"""

import logging
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from services.permits.labour_market.asking import NoAnswer, System
from services.permits.labour_market.port import VacancyAnswer
from shared.events.wire import Date

log = logging.getLogger(__name__)


class _Vacancy(BaseModel):
    code: str
    published_on: Date
    closed_on: Date | None = None


@dataclass(frozen=True, slots=True)
class Enbek:
    """The exchange at `system`."""

    system: System

    async def vacancy_of(self, code: str) -> VacancyAnswer:
        try:
            content = await self.system.ask("GET", f"/vacancies/{code}")
            if content is None:
                return VacancyAnswer("not_found")
            vacancy = _Vacancy.model_validate_json(content)
        except (NoAnswer, ValidationError) as reason:
            log.warning("the labour exchange does not tell: %s", _said(reason))
            return VacancyAnswer("unknown")
        if vacancy.code != code:
            log.warning("the labour exchange does not tell: it answers another vacancy")
            return VacancyAnswer("unknown")
        if vacancy.closed_on is not None and vacancy.closed_on < vacancy.published_on:
            log.warning("the labour exchange does not tell: closed before it was published")
            return VacancyAnswer("unknown")
        return VacancyAnswer("found", vacancy.published_on, vacancy.closed_on)


def _said(reason: Exception) -> str:
    """What of a failure may be logged: an answer that was not understood may name anybody."""
    return str(reason) if isinstance(reason, NoAnswer) else "an answer of another form"
