"""`/v1/totals`: how many citizens are on the register, by mission, country and purpose."""

from typing import Annotated

from fastapi import Request

from services.consular.cases import totals as cases
from services.consular.cases.totals import Profile, ProfileQuery, Totals
from shared.http.routes import router as api_router
from shared.identity.callers import Caller, requires
from shared.identity.scope import no_record

TOTALS = no_record("totals name nobody")

router = api_router(prefix="/v1/totals", tags=["totals"])


Ministry = Annotated[Caller, requires("consul", "statistician", "permits-officer", scope=TOTALS)]


@router.get("", summary="Totals per mission")
async def totals(request: Request, _: Ministry) -> Totals:
    """Entries in effect today, current and stale apart; for the ministries only, since small figures can be persons."""
    return await cases.totals(request.app.state.engine)


@router.post(":profile", summary="Who is on the register, by any of its characteristics")
async def profile(request: Request, asked: ProfileQuery, _: Ministry) -> Profile:
    """Such as the young men of the southern regions who work in Korea, by visa class. Groups too small to be told are
    withheld, and counted as groups."""
    return await cases.profile(request.app.state.engine, asked)
