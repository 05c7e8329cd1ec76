"""`/v1/persons/{id}/changes`: how a person came to be."""

from fastapi import Request

from services.accounting.api.persons.timeline import Pseudonym
from services.accounting.api.statistician import Statistician
from services.accounting.cases.persons import changes as case
from services.accounting.cases.persons.changes import PersonChanges
from shared.http.openapi import problem_answer
from shared.http.routes import router as api_router

router = api_router(tags=["persons"])


@router.get(
    "/v1/persons/{id}/changes",
    summary="What merged, split and renamed a person, and why",
    responses={404: problem_answer("No person has or had this id.")},
)
async def changes(request: Request, id: Pseudonym, caller: Statistician) -> PersonChanges:
    """By a present or former pseudonym: each change with the record or the reviewer's word that caused it. The access
    is logged."""
    return await case.changes(request.app.state.review, id, caller)
