"""`/v1/feeds/{feed}/coverage`: the period that a feed has delivered completely."""

from typing import Annotated, Literal

from fastapi import Request
from pydantic import Field

from services.portal.cases.border import feed_coverage
from shared.events.portal import FeedCoverage
from shared.events.wire import CountedDate, Text, WireModel
from shared.http import routes
from shared.idempotency import OptionalKey
from shared.identity.callers import Caller, requires
from shared.identity.scope import no_record

COVERAGE = no_record("the period that a feed covers")
Border = Annotated[Caller, requires("border", scope=COVERAGE)]
Reader = Annotated[Caller, requires("border", "statistician", "operator", scope=COVERAGE)]

router = routes.router(prefix="/v1/feeds", tags=["feeds"])


class Coverage(WireModel):
    """First and last day of the period; both are included."""

    register_start: CountedDate
    complete_through: CountedDate

    reason: Text | None = Field(None, description="why less is covered than was declared; required then")

    CONTRADICTIONS = FeedCoverage.CONTRADICTIONS


@router.put("/{feed}/coverage", summary="Declare what a feed covers")
async def declare(
    request: Request, feed: Literal["berkut"], coverage: Coverage, key: OptionalKey, caller: Border
) -> FeedCoverage:
    """Figures are final only as far as this declaration allows: it is the source's word, not the newest record. A
    repeat with the same Idempotency-Key does not bring back what was declared anew since. It ends yesterday at the
    latest, and covers less than before only with a reason."""
    period = coverage.model_dump(exclude={"reason"})
    declared = FeedCoverage(feed=feed, **period)
    return await feed_coverage.declare(request.app.state.engine, declared, coverage.reason, caller, key)


@router.get("/{feed}/coverage", summary="What a feed covers")
async def current(request: Request, feed: Literal["berkut"], _: Reader) -> FeedCoverage:
    return await feed_coverage.current(request.app.state.engine, feed)
