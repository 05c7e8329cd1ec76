"""`/`: the public first page."""

from typing import Annotated, Literal

from fastapi import Query, Request, Response

from services.accounting.api.figures.cacheable import HEADERS, NOT_MODIFIED, cacheable, listed
from services.accounting.publish.dashboard.page import POLICY, first_page
from services.accounting.publish.languages import STATE_LANGUAGE, preferred
from shared.http import routes
from shared.identity.callers import Caller, public

Anyone = Annotated[Caller | None, public()]

router = routes.router(tags=["dashboard"])


@router.get(
    "/",
    summary="The first page",
    response_class=Response,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}, "headers": HEADERS}, **NOT_MODIFIED},
)
async def dashboard(
    request: Request,
    _: Anyone,
    lang: Annotated[Literal["kk", "ru", "en"] | None, Query(description="instead of Accept-Language")] = None,
    freq: Annotated[Literal["A", "Q"], Query(description="A years, Q quarters")] = "A",
) -> Response:
    """Arrivals, departures and net migration as a chart and a table, the official series beside them, and how sure
    they are. What everybody may see: national totals of the newest release."""
    language = lang or preferred(listed(request.headers, "accept-language"), STATE_LANGUAGE)
    page = await first_page(request.app.state.read_figures, language, freq)
    answer = cacheable(request, page.html.encode(), "text/html; charset=utf-8", page.changed)
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
