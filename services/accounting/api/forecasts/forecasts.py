"""`/v1/forecasts`: what the next months may be, and how good such forecasts were."""

from functools import partial
from typing import Annotated

from fastapi import Path, Query, Request

from services.accounting.api.figures.cacheable import KEPT_OR_NOT
from services.accounting.cases.forecasts import published
from services.accounting.cases.forecasts.published import Forecast, ForecastNote
from services.accounting.publish.forecasts.words import explained
from services.accounting.publish.languages import STATE_LANGUAGE
from shared.http.openapi import problem_answer
from shared.http.routes import router as api_router
from shared.identity.callers import public
from shared.kernel.codes import Language

router = api_router(tags=["figures"])

Said = Annotated[Language, Query(description="language of the explanations")]
Series = Annotated[
    str,
    Path(
        pattern=r"^[A-Za-z0-9_.]{1,120}$",
        description="its key in DF_FLOW",
        examples=["M.IMM.M1216.KZ._T._T._T._T._T"],
    ),
]


@router.get("/v1/forecasts", summary="Series that are forecast", dependencies=[public()], responses={**KEPT_OR_NOT})
async def forecasts(request: Request, lang: Said = STATE_LANGUAGE) -> list[ForecastNote]:
    """Made from the newest release alone, by the model that erred least from rolling origins of the past; each with
    both models' scores, and where nothing is forecast, with the reason. The nation stands first."""
    return await published.forecasts(request.app.state.read_figures, partial(explained, language=lang))


@router.get(
    "/v1/forecasts/{id}",
    summary="A series with the months that are forecast",
    dependencies=[public()],
    responses={404: problem_answer("There is no forecast of this series"), **KEPT_OR_NOT},
)
async def forecast(request: Request, id: Series, lang: Said = STATE_LANGUAGE) -> Forecast:
    """Up to twelve months with their 80 and 95 % intervals. A forecast is no figure: no table holds it, and no sum."""
    return await published.forecast(request.app.state.read_figures, id, partial(explained, language=lang))
