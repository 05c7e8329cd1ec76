"""`/v1/quotas/{year}`: set by order, moved between pools, read with what is used, reserved and left."""

from datetime import date
from typing import Annotated

from fastapi import Path, Query, Request

from services.permits.cases import quota as cases
from services.permits.cases import quota_check, quota_weighing
from services.permits.cases.quota import QuotaDecided, QuotaState, QuotaVersions
from services.permits.cases.quota_check import Ledger
from services.permits.cases.quota_document import QuotaMove, QuotaOrder
from services.permits.cases.quota_weighing import QuotaProposal
from shared.http.answers import ExpectedVersion, SeenVersion
from shared.http.routes import router as api_router
from shared.idempotency import OptionalKey
from shared.identity.callers import Caller, requires
from shared.identity.scope import no_record, whole_country

router = api_router(prefix="/v1/quotas", tags=["quotas"])
Year = Annotated[int, Path(ge=2018, le=2100)]
QUOTAS = whole_country("the quota is ordered for the whole country, by the authorised body")
PLACES = no_record("places are counted, and name nobody")
Officer = Annotated[Caller, requires("permits-officer", scope=QUOTAS)]
Auditor = Annotated[Caller, requires("permits-officer", "operator", scope=PLACES)]
Reader = Annotated[Caller, requires("permits-officer", "employer", "statistician", "operator", scope=PLACES)]


@router.put("/{year}", summary="Set the quota of a year")
async def order(
    request: Request, year: Year, ordered: QuotaOrder, version: SeenVersion, key: OptionalKey, caller: Officer
) -> QuotaDecided:
    """The national pools, with what is not distributed, stay below the ceiling of the law, a share of the labour force;
    what is in use stays in use, so no pool can be set below it. Setting it anew needs If-Match, and takes effect on its
    day, not before the version before it. `decision` lists the checks with rule and version."""
    engine = request.app.state.engine
    return await cases.order(engine, year, ordered, version=version, key=key, caller=caller)


@router.get("/{year}", summary="The quota of a year and what is left of it")
async def read(
    request: Request,
    year: Year,
    _: Reader,
    on: Annotated[
        date | None, Query(description="the version in force on that day; without it, the present one")
    ] = None,
) -> QuotaState:
    """What is used, reserved and left is told of the version in force now."""
    return await cases.read(request.app.state.engine, year, on)


@router.get("/{year}/versions", summary="The orders and moves of a year's quota")
async def versions(request: Request, year: Year, _: Reader) -> QuotaVersions:
    """Each with its act, the day from which it holds, and for a move the version and act that it changed."""
    return await cases.versions(request.app.state.engine, year)


@router.post("/{year}:move", summary="Move places between the pools of a year's quota")
async def move(
    request: Request, year: Year, moved: QuotaMove, version: ExpectedVersion, key: OptionalKey, caller: Officer
) -> QuotaDecided:
    """From what is not distributed, from region to region, from pool to pool: the country's total stays, and no pool
    goes below what is in use. It makes the next version, which names this act and the one that it changes."""
    engine = request.app.state.engine
    return await cases.move(engine, year, moved, version=version, key=key, caller=caller)


@router.post("/{year}:propose", summary="Weigh a quota before it is set")
async def propose(request: Request, year: Year, proposed: QuotaOrder, caller: Officer) -> QuotaProposal:
    """Sets nothing. The checks that the order would be put to, and by region what the law asks to weigh: labour force,
    last year's and this year's use, workers refused for lack of quota, the quotas of kandas and resettlers. What is
    null is not known."""
    return await quota_weighing.propose(request.app.state.engine, year, proposed, caller)


@router.get("/{year}/ledger", summary="Every movement of a year's quota")
async def ledger(
    request: Request,
    year: Year,
    _: Auditor,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="position of the last line of the page before")] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 500,
) -> Ledger:
    """Oldest first: of pools (set, moved, with the version), of places (reserved, confirmed, released, expired, given
    back, with the application). The sums of the differences are the counters; `check-quota` proves it."""
    return await quota_check.ledger(request.app.state.engine, year, after, limit)
