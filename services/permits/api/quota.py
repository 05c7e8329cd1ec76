"""`/v1/quotas/{year}`: set by order, read with what is used, reserved and left."""

from typing import Annotated, Any

from fastapi import Path, Request, Response
from pydantic import BaseModel

from services.permits.api.document_state import DocumentState, document_response
from services.permits.cases import quota as cases
from services.permits.cases.quota import PoolLine, QuotaOrder
from shared.http.answers import SeenVersion, etag, json_response
from shared.http.routes import router as api_router
from shared.idempotency import OptionalKey
from shared.identity.callers import Caller, requires

router = api_router(prefix="/v1/quotas", tags=["quotas"])
Year = Annotated[int, Path(ge=2018, le=2100)]
Officer = Annotated[Caller, requires("permits-officer")]
Reader = Annotated[Caller, requires("permits-officer", "employer", "statistician", "operator", "system")]


class PoolState(PoolLine):
    """A pool and its places: `used` + `reserved` + `left` = `size`, always."""

    used: int
    reserved: int
    left: int


class QuotaState(BaseModel):
    """The order in force and its pools as they are now."""

    version: int
    order: QuotaOrder
    pools: list[PoolState]


class QuotaDecided(DocumentState[QuotaOrder]):
    """The order, and the checks that it passed."""

    decision: dict[str, Any]


@router.put("/{year}", response_model=QuotaDecided, summary="Set the quota of a year")
async def order(
    request: Request, year: Year, ordered: QuotaOrder, version: SeenVersion, key: OptionalKey, caller: Officer
) -> Response:
    """The national pools together stay below the ceiling of the law; what is in use stays in use, so no pool can be
    set below it. Setting it anew needs If-Match. `decision` lists the checks with rule and version."""
    engine = request.app.state.engine
    return document_response(await cases.order(engine, year, ordered, version=version, key=key, caller=caller))


@router.get("/{year}", response_model=QuotaState, summary="The quota of a year and what is left of it")
async def read(request: Request, year: Year, _: Reader) -> Response:
    state = await cases.read(request.app.state.engine, year)
    return json_response(state, headers={"ETag": etag(state["version"])})
