"""`/v1/quotas/{year}`: set by order, moved between pools, read with what is used, reserved and left."""

from datetime import date
from typing import Annotated

from fastapi import Path, Query, Request

from services.permits.cases import quota as cases
from services.permits.cases.quota import QuotaDecided, QuotaState, QuotaVersions
from services.permits.cases.quota_document import QuotaMove, QuotaOrder
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
