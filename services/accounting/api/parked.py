"""`/v1/parked-events`: what could not be taken, without its content; taking it up again, or leaving it out."""

from fastapi import Request

from services.accounting.cases import parked as case
from shared.http.paging import Cursor, Limit
from shared.inbox.parked import From, Ids, ParkedEvents, Resent, Skipped, TheseIds, operations_router

router = operations_router()


@router.get("", summary="Events that were set aside")
async def parked(request: Request, source: From = None, cursor: Cursor = None, limit: Limit = 100) -> ParkedEvents:
    """Oldest first. Their content is personal data and is not shown: the register has it under the same record."""
    return await case.parked(request.app.state.engine, source, cursor, limit)


@router.post(":resend", summary="Take parked events up again")
async def resend(request: Request, source: From = None, ids: Ids = []) -> Resent:  # noqa: B006
    """After their cause was mended: they are read again from where they lie. Without `id`, sources whose reading was
    stopped are read on."""
    return await case.resend(request.app.state.engine, source, ids)


@router.post(":skip", summary="Say that parked events are not wanted")
async def skip(request: Request, ids: TheseIds) -> Skipped:
    """They stay listed and missing in the figures, and no alert speaks of them any more. Sending one again takes it
    back."""
    return await case.skip(request.app.state.engine, ids)
