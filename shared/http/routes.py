"""Routes of Kosh: who may call first, then the body; and JSON read by our own reader.

Use `router(...)` instead of FastAPI's APIRouter, so that every route is one of these.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Callable, Coroutine, Iterable
from functools import wraps
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from shared.http.answers import model_response
from shared.http.head import without_stream
from shared.http.json_body import parse_json
from shared.identity.callers import OpenToAll, RequiresRole, requirement_of

NDJSON = "application/x-ndjson"
LINES = (NDJSON, "application/jsonl", "application/ndjson")
"""The names under which bodies are sent that are read line by line."""


class JsonRequest(Request):
    """A request whose JSON is read by `parse_json`; a byte order mark before it is passed over (RFC 8259, 8.1)."""

    async def json(self) -> Any:
        return parse_json((await self.body()).removeprefix(BOM_UTF8))


class ApiRoute(APIRoute):
    """Asks who may call before anything of the body is read; a model that its handler returns is the answer."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _answering(endpoint, options.get("status_code") or 200), **options)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle, requirement = super().get_route_handler(), requirement_of(self.dependant)

        async def gated(request: Request) -> Response:
            if requirement is not None:
                await requirement(request)
            if self.body_field is not None:
                expect_json(request)
            return without_stream(request, await handle(JsonRequest(request.scope, request.receive)))

        return gated


def _answering(handler: Callable[..., Any], status: int) -> Callable[..., Any]:
    """A handler's model is valid by its making: it is written once, without the framework's second validation."""
    if getattr(handler, "answers_models", False):
        return handler  # FastAPI makes a route anew where its router is included

    @wraps(handler)
    async def answering(*arguments: Any, **named: Any) -> Any:
        answer = await handler(*arguments, **named)
        return model_response(answer, status) if isinstance(answer, BaseModel) else answer

    answering.answers_models = True  # type: ignore[attr-defined]
    return answering


def expect_json(request: Request) -> None:
    """415 unless a body that is there is said to be JSON, as it is."""
    headers = request.headers
    empty = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
    media_type = media_type_of(headers.get("content-type"))
    if not empty and media_type != "application/json" and not media_type.endswith("+json"):
        detail = "Send the body as application/json, with this Content-Type."
        raise HTTPException(415, detail, {"Accept": "application/json"})
    _expect_uncoded(headers)


def expect_ndjson(request: Request) -> None:
    """415 unless the body is said to be lines of JSON, as they are."""
    if media_type_of(request.headers.get("content-type")) not in LINES:
        detail = f"Send the body as {NDJSON}, one JSON text a line, with this Content-Type."
        raise HTTPException(415, detail, {"Accept": ", ".join(LINES)})
    _expect_uncoded(request.headers)


def _expect_uncoded(headers: Headers) -> None:
    """What is compressed could be anything by its size: nothing is unpacked here (RFC 9110, 15.5.16)."""
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        detail = "Send the body as it is, without a Content-Encoding."
        raise HTTPException(415, detail, {"Accept-Encoding": "identity"})


def media_type_of(content_type: str | None) -> str:
    """A Content-Type without its parameters, in small letters; empty where there is none."""
    return (content_type or "").partition(";")[0].strip().lower()


class Lines(StreamingResponse):
    """An answer in lines of JSON; `responses={200: {"model": ...}}` of its route is the model of a line."""

    media_type = NDJSON


def router(**options: Any) -> APIRouter:
    """An APIRouter whose routes are gated; `options` are FastAPI's own."""
    return APIRouter(route_class=ApiRoute, **options)


def requirements(routes: Iterable[BaseRoute]) -> dict[tuple[str, str], RequiresRole | OpenToAll | None]:
    """(method, path) of every route with the requirement that it declares, None where it declares none."""
    found: dict[tuple[str, str], RequiresRole | OpenToAll | None] = {}
    for context in iter_route_contexts(list(routes)):
        route = context.original_route
        requirement = requirement_of(route.dependant) if isinstance(route, ApiRoute) else None
        for method in context.methods or {"*"}:
            found[method, _written(str(context.path))] = requirement
    return found


def _written(path: str) -> str:
    """A path as OpenAPI writes it: `{id}` for `{id:uuid}`."""
    return re.sub(r"\{(\w+):\w+\}", r"{\1}", path)


def route_at(routes: Iterable[BaseRoute], path: str) -> BaseRoute | None:
    """The one that answers a GET of a path: for who answers in its place."""
    for context in iter_route_contexts(list(routes)):
        route = context.original_route
        if isinstance(route, Route) and "GET" in (route.methods or ()) and route.path_regex.match(path):
            return route
    return None


def template(scope: Scope) -> str:
    """The path template of the route that answers, for logs, metrics and spans: the path itself may name a person."""
    context = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return getattr(context, "path_format", None) or "(none)"
