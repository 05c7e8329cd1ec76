"""`/v1/reviews`: doubts about identity, and what reviewers say of them."""

from typing import Annotated

from fastapi import Path, Request, Response

from services.accounting.api.statistician import Statistician
from services.accounting.cases.persons import reviews as case
from services.accounting.cases.persons import sides, words
from services.accounting.cases.persons.reviews import Doubts
from services.accounting.cases.persons.sides import Pair, SpokenWord
from services.accounting.cases.persons.words import ReviewersWord
from shared.http.answers import model_response
from shared.http.openapi import problem_answer
from shared.http.paging import Cursor, Limit
from shared.http.routes import router as api_router

PairId = Annotated[
    str, Path(pattern="^[0-7][0-9a-f]{15}-[0-7][0-9a-f]{15}$", examples=["00c1a2b3d4e5f606-00c1a2b3d4e5f608"])
]
NO_PAIR = problem_answer("There is no such pair of claims.")

router = api_router(prefix="/v1/reviews", tags=["persons"])


@router.get("", summary="Pairs of claims whose holder is in doubt")
async def reviews(request: Request, caller: Statistician, cursor: Cursor = None, limit: Limit = 100) -> Doubts:
    """Persons who share a number without agreeing in name or birth date, or who crossed the border as no one person
    can, are counted as different ones; a person whose records give another sex or year of birth is counted without.
    Both stand here, one pair of claims for each two persons or each one, until a register corrects one of the records
    or a reviewer says whose they are."""
    return await case.reviews(request.app.state.review, cursor, limit, caller)


@router.get("/{id}", summary="Two claims side by side", responses={404: NO_PAIR})
async def pair(request: Request, id: PairId, caller: Statistician) -> Pair:
    """What is known of both, what speaks against one person, whom they are counted as and what reviewers said. Any two
    claims can be asked for, in doubt or not. The access is logged."""
    return await sides.pair(request.app.state.review, id, caller)


@router.post(
    "/{id}/words",
    status_code=201,
    response_model=SpokenWord,
    summary="Say whether two claims are one person's",
    responses={404: NO_PAIR, 409: problem_answer("Records or IINs stand against the word.")},
)
async def say(request: Request, id: PairId, body: ReviewersWord, caller: Statistician) -> Response:
    """201 when it is new; 200 when the newest word on the pair says the same. Persons and figures follow within
    seconds; the newest word counts, and `withdrawn` takes it back. Words stay on record."""
    said, new = await words.say(request.app.state.review, id, body, caller)
    return model_response(said, 201 if new else 200)
