"""Data files of the site's views under addresses that never change, `/data/{view}.csv` and its like, and the feed."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from fastapi import Path, Query, Request, Response

from services.accounting.api.figures.cacheable import HEADERS, NOT_MODIFIED, cacheable
from services.accounting.api.public.asked import Asked, about_of, address_of, releases_of
from services.accounting.publish.site import files
from services.accounting.publish.site.about import About
from services.accounting.publish.site.feed import feed
from services.accounting.publish.site.page import changed_of
from services.accounting.publish.site.reading import Shown, shown
from services.accounting.publish.site.words import Wording, words_of
from shared.errors import NotFound
from shared.http import routes
from shared.http.openapi import problem_answer
from shared.identity.callers import public
from shared.kernel.codes import Language

NO_CHART = "This view has no such chart, or nothing to draw."

router = routes.router(prefix="/data", tags=["site"])

View = Annotated[str, Path(pattern="^[a-z-]{1,40}$", description="its name")]
Lang = Annotated[Language, Query(description="of the names and texts in it")]
Make = Callable[[Shown, About, Wording], bytes]


_TOLD: Final = {
    "type": "object",
    "required": ["view", "title", "method", "released", "sources", "citation", "licence", "sdmx", "columns"],
    "properties": {
        "invented": {"type": "boolean", "description": "whether the people counted are a demonstration's"},
        "notice": {"type": ["string", "null"], "description": "that, in words"},
        "view": {"type": "string"},
        "title": {"type": "string"},
        "method": {"type": "string", "description": "how the figures are made, in words"},
        "released": {"type": ["string", "null"], "format": "date"},
        "next_release": {"type": ["string", "null"], "format": "date"},
        "withheld": {"type": "boolean", "description": "whether a series of it is not released to everybody"},
        "sources": {"type": "array", "items": {"type": "string"}},
        "why_figures_differ": {
            "type": "array",
            "items": {"type": "object"},
            "description": "of a view that shows several figures of one thing: by cause, series, text and source",
        },
        "citation": {"type": "string"},
        "licence": {"type": "object", "properties": {"name": {"type": "string"}, "address": {"type": "string"}}},
        "sdmx": {"type": "array", "items": {"type": "string"}, "description": "addresses of the series"},
        "columns": {"type": "array", "items": {"type": "object"}},
        "rows": {"type": "array", "items": {"type": "object"}, "description": "by the names of the columns"},
    },
}


def _answers(form: str) -> dict[int | str, dict[str, Any]]:
    media_type = files.MEDIA_TYPES[form].partition(";")[0]
    schema = _TOLD if form.endswith("json") else {"type": "string", "format": "binary"}
    return {
        200: {"content": {media_type: {"schema": schema}}, "headers": HEADERS},
        **NOT_MODIFIED,
        404: problem_answer("There is no such view, or nothing to draw"),
    }


_FEED: Mapping[int | str, dict[str, Any]] = {
    200: {"content": {"application/atom+xml": {"schema": {"type": "string"}}}, "headers": HEADERS},
    **NOT_MODIFIED,
}


@router.get(
    "/changes.atom",
    operation_id="get_data_changes",
    summary="What became new: releases, views, methods",
    response_class=Response,
    responses={**_FEED},
    dependencies=[public()],
)
async def changes(request: Request, lang: Lang = "en") -> Response:
    """An Atom feed (RFC 4287), the newest first."""
    origin, invented = str(request.base_url).rstrip("/"), request.app.state.read_figures.invented
    text, changed = feed(await releases_of(request), lang, origin, invented=invented)
    return cacheable(request, text.encode(), "application/atom+xml; charset=utf-8", changed)


@router.get(
    "/{view}.metadata.json",
    operation_id="get_data_metadata",
    summary="What is to be known of a view's figures",
    response_class=Response,
    responses=_answers("metadata.json"),
    dependencies=[public()],
)
async def metadata_file(request: Request, view: View, asked: Asked, lang: Lang = "en") -> Response:
    """Columns, sources, method, release, next release, licence, citation, SDMX addresses."""
    return await _file(request, view, asked, lang, "metadata.json", files.as_metadata)


@router.get(
    "/{view}.json",
    operation_id="get_data_json",
    summary="A view's figures as JSON",
    response_class=Response,
    responses=_answers("json"),
    dependencies=[public()],
)
async def json_file(request: Request, view: View, asked: Asked, lang: Lang = "en") -> Response:
    """Rows as objects, with everything that the metadata say."""
    return await _file(request, view, asked, lang, "json", files.as_json)


@router.get(
    "/{view}.csv",
    operation_id="get_data_csv",
    summary="A view's figures as CSV",
    response_class=Response,
    responses=_answers("csv"),
    dependencies=[public()],
)
async def csv_file(request: Request, view: View, asked: Asked, lang: Lang = "en") -> Response:
    """A tidy table: a column per variable, under names that never change; codes with their names beside them."""
    return await _file(request, view, asked, lang, "csv", files.as_csv)


@router.get(
    "/{view}.xlsx",
    operation_id="get_data_xlsx",
    summary="A view's figures as a workbook",
    response_class=Response,
    responses=_answers("xlsx"),
    dependencies=[public()],
)
async def xlsx_file(request: Request, view: View, asked: Asked, lang: Lang = "en") -> Response:
    """A sheet of data and a sheet of what is to be known of them."""
    return await _file(request, view, asked, lang, "xlsx", files.as_xlsx)


@router.get(
    "/{view}.svg",
    operation_id="get_data_svg",
    summary="A view's chart",
    response_class=Response,
    responses=_answers("svg"),
    dependencies=[public()],
)
async def svg_file(
    request: Request,
    view: View,
    asked: Asked,
    lang: Lang = "en",
    chart: Annotated[int, Query(ge=1, le=9, description="which of the view's charts")] = 1,
) -> Response:
    """A picture of its own, with title, legend and citation in it."""

    def drawn(found: Shown, about: About, words: Wording) -> bytes:
        picture = files.as_svg(found, about, words, chart - 1)
        if picture is None:
            raise NotFound(NO_CHART)
        return picture

    return await _file(request, view, asked, lang, "svg", drawn)


async def _file(
    request: Request, view: str, asked: Mapping[str, str | None], language: Language, form: str, make: Make
) -> Response:
    found = await shown(request.app.state.read_figures, address_of(view, asked))
    about = await about_of(request, found)
    content = await asyncio.to_thread(make, found, about, words_of(view, language))
    return cacheable(request, content, files.MEDIA_TYPES[form], changed_of(found, about))
