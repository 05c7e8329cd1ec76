"""`/v1/persons/{id}/timeline`: one person's way through all registers."""

from typing import Annotated

from fastapi import Path, Request, Response

from services.accounting.api.statistician import Statistician
from services.accounting.cases.persons import timeline as case
from services.accounting.cases.persons.timeline import Successors, Timeline
from shared.http.answers import model_response
from shared.http.openapi import problem_answer
from shared.http.routes import router as api_router

Pseudonym = Annotated[str, Path(pattern="^[0-7][0-9a-f]{15}$", examples=["00c1a2b3d4e5f607"])]

router = api_router(tags=["persons"])


ADDRESS = "/v1/persons/{id}/timeline"
_LOCATION = {"description": "the timeline of who the person is now", "schema": {"type": "string"}, "required": True}


@router.get(
    ADDRESS,
    response_model=Timeline,
    summary="One person's way through all registers",
    responses={
        300: {"model": Successors, "description": "The person of this former id was split into several"},
        308: {"description": "The person of this former id is another now", "headers": {"Location": _LOCATION}},
        404: problem_answer("No person has or had this id, or none of their records is in effect."),
    },
)
async def timeline(request: Request, id: Pseudonym, caller: Statistician) -> Timeline | Response:
    """By the pseudonym of `/v1/classifications`. A former one leads on: 308 to the person that it became, 300 with all
    of them where it became several; `/v1/persons/{id}/changes` says why. The access is logged."""
    seen = await case.counted_for(request.app.state.engine)
    found = await case.timeline(request.app.state.review, seen, id, caller)
    if isinstance(found, Timeline):
        return found
    if len(found.persons) > 1:
        return model_response(found, 300)
    return Response(None, 308, {"Location": ADDRESS.format(id=found.persons[0])})
