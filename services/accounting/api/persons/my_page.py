"""`/me`: the page on which people see what is on record about them, and who used it."""

from typing import Annotated

from fastapi import Request, Response

from services.accounting.api.figures.cacheable import listed
from services.accounting.api.signed_in import HTML, page_response
from services.accounting.publish.languages import STATE_LANGUAGE, preferred
from services.accounting.publish.my_page.page import my_page, policy
from shared.http import routes
from shared.identity.callers import Caller, public
from shared.kernel.codes import Language

router = routes.router(tags=["access log"])
Anybody = Annotated[Caller | None, public()]


@router.get(
    "/me",
    summary="The page on which I see my records and who used them, in the reader's language",
    response_class=Response,
    responses={200: HTML},
)
async def in_my_language(request: Request, _: Anybody) -> Response:
    """By Accept-Language."""
    shown = _page(request, preferred(listed(request.headers, "accept-language"), STATE_LANGUAGE))
    shown.headers["Vary"] = "Accept-Language"
    return shown


@router.get(
    "/me/{language}",
    summary="The page on which I see my records and who used them",
    response_class=Response,
    responses={200: HTML},
)
async def page(request: Request, language: Language, _: Anybody) -> Response:
    """The same for everybody: its script signs the person in and asks the services in the browser."""
    return _page(request, language)


def _page(request: Request, language: Language) -> Response:
    issuer, addresses = request.app.state.sign_in_issuer, request.app.state.register_origins
    invented = request.app.state.read_figures.invented
    return page_response(my_page(language, issuer, addresses, invented=invented), policy(issuer, addresses))
