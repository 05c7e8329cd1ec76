"""The application of a service: routers in, everything that every API of Kosh has around them."""

from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.types import Lifespan

from shared.http import openapi, problems
from shared.http.health import Check, health_router
from shared.http.keys import KeySet, from_discovery, from_file
from shared.http.routes import gates
from shared.http.tokens import Tokens
from shared.settings import ServiceSettings

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
    """A route that does not say who may call it. Give it `requires(...)` or `public()`."""


def make_app(
    service: str,
    title: str,
    settings: ServiceSettings,
    routers: Iterable[APIRouter],
    *,
    lifespan: Lifespan[FastAPI] | None = None,
    checks: Mapping[str, Check] | None = None,
    description: str = "",
) -> FastAPI:
    """The service's application. `checks` are what readiness asks beside the identity provider's keys.

    Raises UndeclaredRoute for a route without a gate.
    """
    app = FastAPI(
        title=title,
        version=VERSION,
        description=description,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
    )
    keys = _keys(settings)
    app.state.service = service
    app.state.settings = settings
    app.state.tokens = Tokens(keys, settings.oidc_issuer, settings.oidc_audience)
    problems.install(app)
    for included in (*routers, health_router({"keys": keys.ready, **(checks or {})}), openapi.router_of(app)):
        app.include_router(included)
    refuse_undeclared(app)
    return app


def refuse_undeclared(app: FastAPI) -> None:
    """Deny by default: no route may be left open by forgetting."""
    if undeclared := sorted(f"{method} {path}" for (method, path), gate in gates(app.routes).items() if gate is None):
        raise UndeclaredRoute(f"these routes do not say who may call them: {', '.join(undeclared)}")


def _keys(settings: ServiceSettings) -> KeySet:
    file = settings.oidc_jwks_file
    return KeySet(from_file(file) if file else from_discovery(settings.oidc_issuer))
