"""`/v1/register-totals`: the labour ministry asks for the register's total; what was told stays on record."""

from typing import Annotated

from fastapi import Request, Response

from services.consular.cases import register_total as cases
from services.consular.cases.register_total import REGISTER_TOTALS, TotalRequest
from shared.events.consular import RegisterTotal
from shared.http.answers import model_response
from shared.identity.callers import Caller, requires
from shared.records.routes import reading_routes
from shared.records.state import RecordState

Ministry = Annotated[Caller, requires(*REGISTER_TOTALS.writers, scope=REGISTER_TOTALS.scope)]

router = reading_routes(REGISTER_TOTALS, "totals")


@router.post(
    "", status_code=201, response_model=RecordState[RegisterTotal], summary="Ask for the total of the register today"
)
async def request_total(request: Request, asked: TotalRequest, caller: Ministry) -> Response:
    """200 with what was told then, when the same letter asks again."""
    state, new = await cases.request_total(request.app.state.engine, asked, caller)
    return model_response(state, 201 if new else 200)
