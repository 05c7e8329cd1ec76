"""`/v1/reviews`: doubts about identity."""

from fastapi import Request

from services.accounting.api.statistician import Statistician
from services.accounting.cases.persons import reviews as case
from services.accounting.cases.persons.reviews import Doubts
from shared.http.paging import Cursor, Limit
from shared.http.routes import router as api_router

router = api_router(tags=["persons"])


@router.get("/v1/reviews", summary="Numbers of documents and IINs whose holder is in doubt")
async def reviews(request: Request, caller: Statistician, cursor: Cursor = None, limit: Limit = 100) -> Doubts:
    """Persons who share a number without agreeing in name or birth date, or who crossed the border as no one person
    can, are counted as different ones; a person whose records give another sex or year of birth is counted without.
    Both stand here until a register corrects one of the records."""
    return await case.reviews(request.app.state.review, cursor, limit, caller)
