"""The application of a service: routers in, everything that every API of Kosh has around them."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute
from starlette.types import Lifespan

from shared.http import openapi, outages, problems
from shared.http.compression import Compression
from shared.http.cors import CrossOrigin
from shared.http.edge import Edge
from shared.http.head import Head
from shared.http.health import Check, health_router
from shared.http.languages import Languages
from shared.http.limits import Bounds, Limits
from shared.http.metrics_port import metrics_served
from shared.http.routes import requirements
from shared.identity.buckets import Buckets
from shared.identity.callers import RequiresRole
from shared.identity.keys import KeySet, from_discovery, from_file
from shared.identity.tokens import Tokens
from shared.settings import ServiceSettings
from shared.telemetry.metrics import Metrics
from shared.telemetry.tracing import Tracing

VERSION = "1.0"

# FastAPI's own telemetry would export query strings and exception texts, which may be personal data.
_NO_TELEMETRY: Any = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


class UndeclaredRoute(Exception):
    """A route that does not say who may call it, or whose records it shows. Give it `requires(..., scope=...)` or
    `public()`."""


def make_app(
    service: str,
    title: str,
    settings: ServiceSettings,
    routers: Iterable[APIRouter],
    *,
    lifespan: Lifespan[FastAPI] | None = None,
    checks: Mapping[str, Check] | None = None,
    description: str = "",
    tracing: Tracing | None = None,
    open_paths: tuple[str, ...] = (),
    reads_tokens: bool = True,
) -> FastAPI:
    """The service's application. `checks` are what readiness asks beside the identity provider's keys; `open_paths`
    begin the paths that pages of any origin may read. One that `reads_tokens` is ready once it has the provider's keys.

    In `app.state` are: settings, metrics, tracing, tokens, `subjects` (their buckets), `reference_pages` (made so far),
    and `stopping`, an event that is set as soon as the process is asked to stop. Raises UndeclaredRoute for a route
    that does not say who may call it, or whose records it shows.
    """
    keys, metrics = _keys(settings), Metrics(service)
    tracing = tracing or Tracing.to(settings.otlp_endpoint, service)
    app = FastAPI(
        title=title,
        version=VERSION,
        description=description,
        lifespan=_around(tracing, metrics, settings, lifespan),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
        generate_unique_id_function=openapi.operation_id,
    )
    app.state.service, app.state.settings, app.state.stopping = service, settings, asyncio.Event()
    app.state.metrics, app.state.tracing = metrics, tracing
    app.state.reference_pages = {}
    app.state.tokens = Tokens(keys, settings.oidc_issuer, settings.oidc_audience)
    app.state.subjects = Buckets(settings.max_rate)
    operations = [
        health_router({**({"keys": keys.ready} if reads_tokens else {}), **(checks or {})}),
        openapi.router_of(app),
    ]
    app.router.routes.extend(_included(tuple(routers)))
    for included in operations:
        app.include_router(included)
    refuse_undeclared(app)
    app.openapi = lambda: openapi.describe(app)  # type: ignore[method-assign]
    problems.install(app)
    outages.install(app)
    app.add_middleware(Compression)
    app.add_middleware(Head)
    app.add_middleware(Limits, bounds=Bounds(settings.max_body, settings.max_running, settings.max_rate))
    app.add_middleware(CrossOrigin, frontends=settings.frontend_origins, open_paths=open_paths)
    app.add_middleware(Edge, metrics=metrics, tracing=tracing)
    app.add_middleware(Languages, service=service)
    return app


_CARRIERS: dict[tuple[int, ...], APIRouter] = {}
"""What `_included` has made, by the identities of the routers; each lives as long as the carrier that holds it."""


def _included(routers: Sequence[APIRouter]) -> list[BaseRoute]:
    """The routes of `routers` as an application serves them, made once in a process: reading every signature and model
    costs more than all else that an application is made of, and the tests make thousands of applications."""
    key = tuple(map(id, routers))
    if key not in _CARRIERS:
        carrier = APIRouter(generate_unique_id_function=openapi.operation_id)
        for included in routers:
            carrier.include_router(included)
        _CARRIERS[key] = carrier
    return _CARRIERS[key].routes


def refuse_undeclared(app: FastAPI) -> None:
    """Deny by default: no route may be left open by forgetting."""
    if undeclared := sorted(
        f"{method} {path}" for (method, path), requirement in requirements(app.routes).items() if requirement is None
    ):
        raise UndeclaredRoute(f"these routes do not say who may call them: {', '.join(undeclared)}")
    if unscoped := sorted(
        f"{method} {path}"
        for (method, path), requirement in requirements(app.routes).items()
        if isinstance(requirement, RequiresRole) and requirement.scope is None
    ):
        raise UndeclaredRoute(f"these routes do not say to what belongs what they show: {', '.join(unscoped)}")


def _around(
    tracing: Tracing, metrics: Metrics, settings: ServiceSettings, inner: Lifespan[FastAPI] | None
) -> Lifespan[FastAPI]:
    """The service's own lifespan, with ours around it."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[Any]:
        try:
            async with metrics_served(metrics, settings.host, settings.api_metrics_port):
                if inner is None:
                    yield None
                else:
                    async with inner(app) as state:
                        yield state
        finally:
            await asyncio.to_thread(tracing.close)

    return lifespan


def _keys(settings: ServiceSettings) -> KeySet:
    file = settings.oidc_jwks_file
    return KeySet(from_file(file) if file else from_discovery(settings.oidc_issuer, settings.oidc_address))
