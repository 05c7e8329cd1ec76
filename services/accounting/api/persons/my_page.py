"""`/me`: the page on which people see who used their data."""

from typing import Annotated, Literal

from fastapi import Query, Request, Response

from services.accounting.api.figures.cacheable import listed
from services.accounting.publish.languages import STATE_LANGUAGE, preferred
from services.accounting.publish.my_page.page import my_page, policy
from shared.http import routes
from shared.identity.callers import Caller, public

router = routes.router(tags=["access log"])


@router.get(
    "/me",
    summary="The page on which I see who used my data",
    response_class=Response,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
async def page(
    request: Request,
    _: Annotated[Caller | None, public()],
    lang: Annotated[Literal["kk", "ru", "en"] | None, Query(description="instead of Accept-Language")] = None,
) -> Response:
    """The same for everybody: the person gives their token to the page, which asks the services in the browser."""
    language = lang or preferred(listed(request.headers, "accept-language"), STATE_LANGUAGE)
    addresses = request.app.state.register_origins
    headers = {
        "Content-Security-Policy": policy(addresses),
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",  # nor does the way back show what was there
        "Vary": "Accept-Language",
    }
    return Response(my_page(language, addresses), headers=headers, media_type="text/html")
