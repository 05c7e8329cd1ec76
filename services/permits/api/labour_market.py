"""`/v1/vacancies/{code}` and `/v1/labour-contracts:find`: asked of the labour exchange and the contracts' register."""

from typing import Annotated

from fastapi import Path, Request

from services.permits.cases import labour_market as cases
from services.permits.cases.employer import EMPLOYERS
from services.permits.cases.labour_market import ContractQuestion, ContractsFound, VacancyCode, VacancyFound
from shared.http.openapi import problem_answer
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.identity.scope import no_record

VACANCIES = no_record("the exchange publishes vacancies for everybody")

router = api_router(prefix="/v1", tags=["labour market"])


@router.get("/vacancies/{code}", summary="A vacancy, as the labour exchange has it")
async def vacancy(
    request: Request,
    code: Annotated[VacancyCode, Path(description="publication code")],
    _: Annotated[Caller, requires("permits-officer", "employer", scope=VACANCIES)],
) -> VacancyFound:
    """`unknown` where the exchange is not connected or does not answer: that speaks against nobody."""
    return await cases.vacancy(request.app.state.labour_market, code)


@router.post(
    "/labour-contracts:find",
    summary="A worker's contracts, as their register has them",
    responses={404: problem_answer("There is no such employer within your reach.")},
)
async def contracts(
    request: Request,
    question: ContractQuestion,
    caller: Annotated[Caller, requires("permits-officer", "employer", scope=EMPLOYERS)],
) -> ContractsFound:
    """With an employer that you reach. The question is written to the worker's access log."""
    state = request.app.state
    return await cases.contracts(state.engine, state.labour_market, question, caller)
