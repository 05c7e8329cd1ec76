"""The site: `/`, `/{language}/`, `/{language}/{view}`, `/{language}/made` and `/assets/`."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.convertors import Convertor, register_url_convertor

from services.accounting.api.figures.cacheable import HEADERS, NOT_MODIFIED, cacheable, listed
from services.accounting.api.public.asked import Asked, about_of, address_of, releases_of
from services.accounting.publish.languages import LANGUAGES, STATE_LANGUAGE, preferred
from services.accounting.publish.sdmx.refusals import BadQuery, NothingFound
from services.accounting.publish.site.made import made
from services.accounting.publish.site.page import (
    PageServer,
    changed_of,
    disclosure_page,
    made_page,
    method_page,
    reference_page,
    tour_page,
    view_page,
)
from services.accounting.publish.site.reading import NEVER, shown
from services.accounting.publish.site.style import ASSETS
from services.accounting.publish.site.sureness import sureness
from services.accounting.publish.site.views import HOME
from services.accounting.publish.site.words import words_of
from shared.errors import NotFound
from shared.http import assets, routes
from shared.http.openapi import describe, problem_answer
from shared.identity.callers import public
from shared.kernel.codes import Language

NO_PAGE = "There is no such page."
_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}}}, "headers": HEADERS},
    **NOT_MODIFIED,
}
_MISSING: dict[int | str, dict[str, Any]] = {404: problem_answer("There is no such page")}


class _Languages(Convertor[str]):
    """A part of a path that is one of our languages: no other address is taken for a page."""

    regex = "|".join(LANGUAGES)

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("language", _Languages())

Lang = Annotated[Language, Path()]
View = Annotated[str, Path(pattern="^[a-z-]{1,40}$", description="its name")]

router = routes.router(tags=["site"])


@router.get("/", response_class=RedirectResponse, include_in_schema=False, dependencies=[public()])
async def start(request: Request, lang: Annotated[Language | None, Query()] = None) -> Response:
    """By Accept-Language, or as `lang` says."""
    language = lang or preferred(listed(request.headers, "accept-language"), STATE_LANGUAGE)
    return RedirectResponse(f"/{language}/", 303, {"Vary": "Accept-Language"})


@router.get(
    "/assets/{name}",
    summary="A file of the site",
    response_class=Response,
    responses={200: {"content": {kind: {"schema": {"type": "string"}} for kind in assets.KINDS}}, **_MISSING},
    dependencies=[public()],
)
async def asset(name: Annotated[str, Path(pattern="^[a-z.-]{1,40}$")]) -> Response:
    """Its address has its version: it may be kept for a year."""
    return assets.answer(ASSETS, name)


@router.get("/{language:language}/", response_class=Response, include_in_schema=False, dependencies=[public()])
async def home(request: Request, language: Lang, asked: Asked) -> Response:
    """The balance at a glance, how sure it is, and all views."""
    return await _page(request, language, HOME.name, asked, first=True)


@router.get(
    "/{language:language}/made",
    summary="How figures were made",
    response_class=Response,
    responses={**_PAGE, **_MISSING},
    dependencies=[public()],
)
async def explained(
    request: Request,
    language: Lang,
    period: Annotated[str, Query(max_length=20, examples=["2023"])],
    key: Annotated[
        list[str],
        Query(max_length=4, description="dataflow and key", examples=[["DF_FLOW/A.NET.M1216.KZ._T._T._T._T._T"]]),
    ],
) -> Response:
    """Of each figure: what is counted, from which registers, on how many persons it rests, by which method and version,
    how much of it is provisional and imputed, and since when it stands so; what cannot be told, and why."""
    words, releases = words_of("", language), await releases_of(request)
    version = releases[0].method_version if releases else None
    try:
        found = await made(request.app.state.read_figures, [each[:600] for each in key], period, words, version or "")
    except (BadQuery, NothingFound) as refusal:
        raise NotFound(NO_PAGE) from refusal
    query = request.url.query
    html = made_page(found, {each: f"/{each}/made?{query}" for each in LANGUAGES}, language, _served(request))
    return _html(request, html, releases[0].cut_at if releases else None)


@router.get(
    "/{language:language}/method",
    summary="How figures are counted, in plain words",
    response_class=Response,
    responses=_PAGE,
    dependencies=[public()],
)
async def method(request: Request, language: Lang) -> Response:
    """Each method, what it counts, and what it does not see."""
    return _html(request, method_page(language, _served(request)), None)


@router.get(
    "/{language:language}/method/disclosure",
    summary="What was done to published counts, in plain words",
    response_class=Response,
    responses=_PAGE,
    dependencies=[public()],
)
async def protection(request: Request, language: Lang) -> Response:
    """Why counts are slightly off on purpose, and what that means for who uses them."""
    return _html(request, disclosure_page(language, _served(request)), None)


@router.get(
    "/{language:language}/tour",
    summary="A tour in questions",
    response_class=Response,
    responses=_PAGE,
    dependencies=[public()],
)
async def questions(request: Request, language: Lang) -> Response:
    """Questions that a visitor brings, each leading to the view that answers it."""
    return _html(request, tour_page(language, _served(request)), None)


@router.get(
    "/{language:language}/api",
    summary="The reference of this API",
    response_class=Response,
    responses=_PAGE,
    dependencies=[public()],
)
async def reference(request: Request, language: Lang) -> Response:
    """Every operation in words, from this server alone; those that read can be asked from the page."""
    return _html(request, reference_page(describe(request.app), language, _served(request)), None)


@router.get(
    "/{language:language}/{view}",
    operation_id="get_view",
    summary="A view of the figures",
    response_class=Response,
    responses={**_PAGE, **_MISSING},
    dependencies=[public()],
)
async def page(request: Request, language: Lang, view: View, asked: Asked) -> Response:
    """Headline, chart, table, files, sources, method, release, citation: the whole state is in the address."""
    return await _page(request, language, view, asked)


async def _page(request: Request, language: Language, view: str, asked: Asked, *, first: bool = False) -> Response:
    source = request.app.state.read_figures
    found = await shown(source, address_of(view, asked))
    about = await about_of(request, found)
    html = view_page(found, about, language, _served(request), await sureness(source) if first else None)
    return _html(request, html, changed_of(found, about))


def _html(request: Request, html: str, changed: datetime | None) -> Response:
    answer = cacheable(request, html.encode(), "text/html; charset=utf-8", changed or NEVER)
    answer.headers.update(assets.PAGE_HEADERS)
    return answer


def _served(request: Request) -> PageServer:
    """The pages of people and operators are not served by the public process."""
    return PageServer("/me" in describe(request.app)["paths"], request.app.state.read_figures.invented)
