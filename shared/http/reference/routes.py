"""`/docs`: the reference of this service's API, for people."""

from typing import Annotated, Final

from fastapi import Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.responses import Response

from shared.http import assets, routes
from shared.http.languages import negotiated
from shared.http.openapi import describe
from shared.http.reference.page import ASSETS, docs_page
from shared.identity.callers import public
from shared.kernel.codes import Language

PATH: Final = "/docs"

# As /openapi.json, it is no part of what it describes.
router = routes.router(prefix=PATH, dependencies=[public()], include_in_schema=False)


@router.get("", response_class=RedirectResponse)
async def in_my_language(request: Request) -> Response:
    """By Accept-Language."""
    language = negotiated(request.headers.get("accept-language"))
    return RedirectResponse(f"{PATH}/{language}", 303, {"Vary": "Accept-Language"})


@router.get("/assets/{name}", response_class=Response)
async def asset(name: Annotated[str, Path(pattern="^[a-z.-]{1,40}$")]) -> Response:
    return assets.answer(ASSETS, name)


@router.get("/{language}", response_class=HTMLResponse)
async def reference(request: Request, language: Language) -> Response:
    """Made once: it changes with the software alone."""
    made = request.app.state.reference_pages
    if language not in made:
        made[language] = docs_page(describe(request.app), language, PATH)
    return HTMLResponse(made[language], headers={"Cache-Control": "public, max-age=300", **assets.PAGE_HEADERS})
