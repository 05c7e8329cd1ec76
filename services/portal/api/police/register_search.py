"""`/v1/registers/{register}:search`: the registers of decree 148, searched by person, with each record's history."""

from typing import Annotated

from fastapi import Request

from services.portal.cases.police import register_search as cases
from services.portal.cases.police.register_search import Register, RegisterAnswer
from shared.http.paging import Cursor, Limit
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.identity.scope import whole_country
from shared.records.people import PersonQuery

REGISTERS = whole_country("the registers of decree 148 are the country's, and are asked about a person")

router = api_router(prefix="/v1/registers", tags=["registers"])


@router.post("/{register}:search", summary="What does a register hold about a person?")
async def search(
    request: Request,
    register: Register,
    about: PersonQuery,
    caller: Annotated[Caller, requires("migration-police", "border", scope=REGISTERS)],
    limit: Limit = 100,
    cursor: Cursor = None,
) -> RegisterAnswer:
    """Withdrawn records included; a possible one may be about another person. The search and everyone whom it found
    are written to the access log."""
    return await cases.search(request.app.state.engine, register, about, cursor, limit, caller)
