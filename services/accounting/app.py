"""Accounting: the unified statistics. Wiring only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from services.accounting.api import parked, work
from services.accounting.api.estimates import explained, provisional
from services.accounting.api.figures import methods
from services.accounting.api.figures.everybody import OPEN_PATHS, PUBLIC_ROUTERS
from services.accounting.api.figures.reports import AT_ONCE
from services.accounting.api.persons import changes, identities, my_page, reviews, timeline
from services.accounting.api.reconciliation import reconcile, status
from services.accounting.api.residence import classification
from services.accounting.cases.figures.read_figures import FigureReader
from services.accounting.cases.persons.logged import hashed
from services.accounting.cases.reconciliation.status import progress
from services.accounting.rules.persons.identity import Hashes
from services.accounting.rules.rows import CONSUMER
from services.accounting.settings import AccountingSettings
from shared.db.engine import make_engine
from shared.http import my_access_log
from shared.http.app import make_app as make_http_app
from shared.inbox.sources import make_feeds, make_sources
from shared.service import check_database
from shared.telemetry.metrics import Metrics

ROUTERS = (
    methods.router,
    explained.router,
    provisional.router,
    status.router,
    reconcile.router,
    classification.router,
    timeline.router,
    changes.router,
    reviews.router,
    identities.router,
    parked.router,
    my_page.router,
    work.router,
    my_access_log.router,
    *PUBLIC_ROUTERS,
)


def make_app(settings: AccountingSettings) -> FastAPI:
    """The application over its database. The sources are asked only where they end: reading them is the intake's."""
    engine = make_engine(settings.database_url, application="kosh-accounting")
    review = make_engine(settings.review_url, connections=5, application="kosh-accounting-review")
    # Strangers' questions are answered by the role that can read nothing but what is for everybody.
    public = make_engine(settings.public_database_url or settings.database_url, application="kosh-accounting-public")
    sources, feeds = make_sources(settings, CONSUMER), make_feeds(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        for source in (*sources, *feeds):
            await source.close()
        await engine.dispose()
        await review.dispose()
        await public.dispose()

    async def database() -> None:
        await check_database(engine, "accounting")

    title = "Kosh accounting: the unified statistics"
    app = make_http_app(
        "accounting", title, settings, ROUTERS, lifespan=lifespan, checks={"database": database}, open_paths=OPEN_PATHS
    )
    _watch_sources(app.state.metrics, engine)
    app.state.engine = engine
    app.state.review = review  # for what names persons: the other role does not enter the linkage room
    app.state.sources = sources
    app.state.feeds = feeds
    app.state.reconciling = asyncio.Lock()
    app.state.making_reports = asyncio.Semaphore(AT_ONCE)
    app.state.named_in_log = hashed(Hashes(settings.identity_secret.get_secret_value().encode()))
    app.state.register_origins = settings.register_origins
    app.state.sign_in_issuer = settings.sign_in_issuer or settings.oidc_issuer
    app.state.read_figures = FigureReader(engine, public, invented=settings.invented_figures)
    return app


def _watch_sources(metrics: Metrics, engine: AsyncEngine) -> None:
    """The API tells how far the intake is: an intake that is down could not."""

    def watch(what: str, meaning: str) -> None:
        async def read() -> dict[str, float]:
            return (await progress(engine))[what]

        metrics.watch(f"kosh_source_{what}", meaning, read, "source")

    watch("position", "Newest event seen, by its place in the register's outbox")
    watch("parked", "Events that are set aside")
    watch("stopped", "1 where a source is not read until an operator resumes it")
    watch("went_back", "1 where a register does not hold what was read of it, until it was adopted")
