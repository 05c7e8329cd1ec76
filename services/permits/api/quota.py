"""`/v1/quotas/{year}`: set by order, read with what is used, reserved and left."""

from typing import Annotated

from fastapi import Path, Request

from services.permits.cases import quota as cases
from services.permits.cases.quota import QuotaDecided, QuotaOrder, QuotaState
from shared.http.answers import SeenVersion
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
    """The national pools together stay below the ceiling of the law; what is in use stays in use, so no pool can be
    set below it. Setting it anew needs If-Match. `decision` lists the checks with rule and version."""
    engine = request.app.state.engine
    return await cases.order(engine, year, ordered, version=version, key=key, caller=caller)


@router.get("/{year}", summary="The quota of a year and what is left of it")
async def read(request: Request, year: Year, _: Reader) -> QuotaState:
    return await cases.read(request.app.state.engine, year)
