"""`/work`: pages on which entitled roles work in a browser. They are open and empty; the API asks for the role."""

from typing import Annotated

from fastapi import Request, Response

from services.accounting.api.figures.cacheable import listed
from services.accounting.api.signed_in import HTML, page_response
from services.accounting.publish.languages import STATE_LANGUAGE, preferred
from services.accounting.publish.work.page import policy, work_page
from shared.http import routes
from shared.identity.callers import Caller, public
from shared.kernel.codes import Language

router = routes.router(tags=["operations"])
Anybody = Annotated[Caller | None, public()]


@router.get(
    "/work",
    summary="The work pages, in the reader's language",
    response_class=Response,
    responses={200: HTML},
)
async def in_my_language(request: Request, _: Anybody) -> Response:
    """By Accept-Language."""
    shown = _page(request, preferred(listed(request.headers, "accept-language"), STATE_LANGUAGE))
    shown.headers["Vary"] = "Accept-Language"
    return shown


@router.get("/work/{language}", summary="The work pages", response_class=Response, responses={200: HTML})
async def page(request: Request, language: Language, _: Anybody) -> Response:
    """The same for everybody: its script signs the reader in and asks the API with their token."""
    return _page(request, language)


def _page(request: Request, language: Language) -> Response:
    issuer, addresses = request.app.state.sign_in_issuer, request.app.state.register_origins
    invented = request.app.state.read_figures.invented
    return page_response(work_page(language, issuer, addresses, invented=invented), policy(issuer, addresses))
