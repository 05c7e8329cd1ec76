"""The public process: what everybody may read, over a role that can read nothing else. Wiring only.

No token is read here, and no setting of it holds a secret but the password of its role. It can be run as often as
wanted, behind a cache, on a machine of its own (decision 0073).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy import text
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from services.accounting.api.figures.everybody import PUBLIC_ROUTERS
from services.accounting.api.figures.kept import KeptAnswers
from services.accounting.api.figures.looking import LOOK
from services.accounting.api.figures.reports import AT_ONCE
from services.accounting.cases.figures.read_released import ReleasedReader
from services.accounting.settings import PublicSettings
from shared.db.engine import make_engine
from shared.http.app import make_app as make_http_app


class WithoutTokens:
    """Whoever asks is a stranger: a token that is sent is not looked at."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["headers"] = [each for each in scope["headers"] if each[0] != b"authorization"]
        await self._app(scope, receive, send)


def make_app(settings: PublicSettings, look: float = LOOK) -> FastAPI:
    """The application over the released figures, which looks every so many seconds for what has changed."""
    engine = make_engine(settings.database_url, application="kosh-accounting-public")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    async def database() -> None:
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1 FROM public_figures.release LIMIT 1"))

    title = "Kosh accounting: what everybody may read"
    app = make_http_app(
        "accounting",
        title,
        settings,
        PUBLIC_ROUTERS,
        lifespan=lifespan,
        checks={"database": database},
        open_paths=("/",),
        reads_tokens=False,
    )
    app.add_middleware(WithoutTokens)
    app.state.engine = engine
    app.state.making_reports = asyncio.Semaphore(AT_ONCE)
    app.state.read_figures = reader = ReleasedReader(engine, invented=settings.invented_figures)
    # Next to the routes, but for the coding of what is sent: coded answers are kept, too.
    app.user_middleware.insert(-1, Middleware(KeptAnswers, look_up=reader.stand, look=look))
    return app
