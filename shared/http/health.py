"""What operators ask of a process: liveness, a readiness that is true (200 only when everything the service needs
works, asked anew each time)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

from fastapi import Response
from pydantic import BaseModel

from shared.http.answers import json_response
from shared.http.routes import router
from shared.identity.callers import public

Check = Callable[[], Awaitable[None]]
"""Returns when the thing works, raises when it does not. The exception's text is for the log alone."""

TIMEOUT = 3.0  # seconds for all checks together: a probe that hangs is a failure too

log = logging.getLogger(__name__)

Condition = Literal["ok", "failing"]


class Liveness(BaseModel):
    """The process answers."""

    status: Literal["ok"]


class Readiness(BaseModel):
    """Whether all is well, and what of it is not."""

    status: Condition
    checks: dict[str, Condition]


def health_router(checks: Mapping[str, Check]) -> Any:
    """`/health/live` and `/health/ready` for a service that needs `checks` to pass."""
    api = router(tags=["operations"], prefix="/health", dependencies=[public()])

    @api.get("/live", summary="Whether the process runs", response_model=Liveness)
    async def live() -> Response:
        return json_response({"status": "ok"})

    @api.get(
        "/ready",
        summary="Whether the service can really work",
        response_model=Readiness,
        responses={503: {"model": Readiness, "description": "A check fails"}},
    )
    async def ready() -> Response:
        """200 if every check passes, else 503; the body says which."""
        results = dict(zip(checks, await asyncio.gather(*map(_passes, checks.items())), strict=True))
        well = all(results.values())
        answer = {
            "status": "ok" if well else "failing",
            "checks": {n: "ok" if r else "failing" for n, r in results.items()},
        }
        return json_response(answer, 200 if well else 503)

    return api


async def _passes(named: tuple[str, Check]) -> bool:
    name, check = named
    try:
        async with asyncio.timeout(TIMEOUT):
            await check()
    except Exception as error:  # whatever it is, the answer is that we are not ready
        log.warning("not ready: %s: %s", name, type(error).__name__)
        return False
    return True
