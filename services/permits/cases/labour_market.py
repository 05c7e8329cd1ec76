"""What the labour exchange and the register of labour contracts know: a vacancy, a worker's contracts (L5, L5b)."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.permits.cases import employer as employers
from services.permits.labour_market.port import LabourMarket, Outcome, VacancyAnswer
from services.permits.rules.work_permit_application import VacancySeen
from shared.audit import access_log
from shared.audit.access_log import Subject
from shared.events.person import Iin
from shared.events.wire import Bin, Date, WireModel
from shared.identity.callers import Caller
from shared.outbox.unit_of_work import unit_of_work

TOGETHER = 4
"""Questions of one application that may wait for the exchange at a time: half of the places that all share."""
PATIENCE = 10.0
"""Seconds for all vacancies of one application; what was not answered by then is unknown."""

VacancyCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,40}$")]


class VacancyFound(BaseModel):
    """What the labour exchange tells of a vacancy; `unknown` where it could not be asked."""

    code: str
    outcome: Outcome
    published_on: Date | None
    closed_on: Date | None


class ContractQuestion(WireModel):
    """A worker, and the employer with whom contracts are looked for."""

    iin: Iin
    employer_bin: Bin


class ContractFound(BaseModel):
    """A labour contract; `until` is its last day."""

    since: Date
    until: Date | None
    occupation: str | None


class ContractsFound(BaseModel):
    """What the register of labour contracts tells; `unknown` where it could not be asked."""

    outcome: Outcome
    contracts: list[ContractFound]


async def vacancy(market: LabourMarket, code: str) -> VacancyFound:
    """The vacancy with that publication code, as the exchange has it now."""
    answer = await market.vacancies.vacancy_of(code)
    return VacancyFound(code=code, outcome=answer.outcome, published_on=answer.published_on, closed_on=answer.closed_on)


async def vacancies(market: LabourMarket, codes: Sequence[str | None]) -> tuple[VacancySeen | None, ...]:
    """What the exchange says of each code, in their order; each code is asked once, None is not asked."""
    gate, deadline = asyncio.Semaphore(TOGETHER), asyncio.get_running_loop().time() + PATIENCE

    async def ask(code: str) -> VacancyAnswer:
        try:
            async with asyncio.timeout_at(deadline), gate:
                return await market.vacancies.vacancy_of(code)
        except TimeoutError:
            return VacancyAnswer("unknown")

    distinct = list(dict.fromkeys(code for code in codes if code is not None))
    answers = dict(zip(distinct, await asyncio.gather(*map(ask, distinct)), strict=True))
    return tuple(
        VacancySeen(said.outcome, said.published_on, said.closed_on) if code and (said := answers[code]) else None
        for code in codes
    )


async def contracts(
    engine: AsyncEngine, market: LabourMarket, question: ContractQuestion, caller: Caller
) -> ContractsFound:
    """The worker's contracts with an employer that the caller reaches, else NotFound. The question is written to the
    worker's access log before it is asked: then it leaves this register."""
    await employers.read(engine, question.employer_bin, caller)
    async with unit_of_work(engine) as unit:
        wanted = Subject(question.iin)
        await access_log.log_search(unit.connection, caller, "labour_contract", [], wanted=wanted)
    answer = await market.contracts.contracts_of(question.iin, question.employer_bin)
    found = [ContractFound(since=c.since, until=c.until, occupation=c.occupation) for c in answer.contracts]
    return ContractsFound(outcome=answer.outcome, contracts=found)
