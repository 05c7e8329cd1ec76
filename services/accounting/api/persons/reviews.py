"""`/v1/reviews`: doubts about identity."""

from fastapi import Request

from services.accounting.api.statistician import Statistician
from services.accounting.cases.persons import reviews as case
from services.accounting.cases.persons.reviews import Doubts
from shared.http.paging import Cursor, Limit
from shared.http.routes import router as api_router

router = api_router(tags=["persons"])


@router.get("/v1/reviews", summary="IINs that several persons claim")
async def reviews(request: Request, caller: Statistician, cursor: Cursor = None, limit: Limit = 100) -> Doubts:
    """They share an IIN and agree neither in birth date nor in name, so they are counted as different persons until a
    register corrects one of the records."""
    return await case.reviews(request.app.state.engine, cursor, limit, caller)
