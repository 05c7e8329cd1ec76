"""SDMX over a few invented figures in memory, served by a real server, so that real clients can read it."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

from deploy.local.issuer import ensure_issuer, environment, mint
from services.accounting.api.figures import sdmx, sdmx_2
from services.accounting.rules.figures.dataflows import FLOWS
from services.accounting.rules.figures.figures import (
    Figure,
    NotPublic,
    Query,
    Reading,
    TooMany,
    is_national,
    public_part,
)
from shared.errors import Forbidden
from shared.http.app import make_app
from shared.settings import ServiceSettings
from shared.testing.api import Api

CHANGED = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
RELEASED = date(2026, 7, 1)


@dataclass
class InMemory:
    """The port that publication reads through, over a list of figures. `asked` remembers the newest query."""

    figures: Sequence[Figure] = ()
    asked: Query | None = field(default=None, init=False)
    invented: bool = field(default=False, init=False)

    async def __call__(self, query: Query, *, exact: bool, limit: int) -> Reading:
        self.asked = query
        try:
            computed = query if exact else public_part(query)
        except NotPublic:
            raise Forbidden("This needs the role statistician.") from None
        found = [figure for figure in self.figures if self._matches(figure, computed, query)]
        if len(found) > limit:
            raise TooMany
        return Reading(tuple(sorted(found, key=lambda each: (each.key, each.period))), CHANGED)

    async def covered(self) -> None:
        return None

    @staticmethod
    def _matches(figure: Figure, computed: Query | None, query: Query) -> bool:
        wanted = query if figure.key[2] == "COUPON" else computed
        within = (query.start is None or figure.period[:4] >= str(query.start.year)) and (
            query.end is None or figure.period[:4] < str(query.end.year)
        )
        return wanted is not None and len(figure.key) == len(wanted.codes) and wanted.wants(figure.key) and within


def flow_figure(key: str, period: str, value: Decimal | int, status: str = "A", source: str | None = None) -> Figure:
    codes = tuple(key.split("."))
    public = is_national(FLOWS["DF_FLOW"], codes)
    return Figure(codes, period, value, status, public=public, released=RELEASED, source=source)


@pytest.fixture
def figures() -> list[Figure]:
    """Yearly figures of DF_FLOW by sex, nation-wide, and the official series with its source."""
    arrivals = {"_T": (1_200, 1_350), "F": (500, 610), "M": (700, 740)}
    return [
        *(
            flow_figure(f"A.IMM.M1216.KZ._T._T.{sex}._T._T", str(2023 + number), value, "AP"[number])
            for sex, values in arrivals.items()
            for number, value in enumerate(values)
        ),
        flow_figure("A.NET.M1216.KZ._T._T._T._T._T", "2023", -45),
        flow_figure("A.NET.COUPON.KZ._T._T._T._T._T", "2023", -9_293, source='Bureau <& "statistics">\'s table'),
    ]


@pytest.fixture(scope="session")
def sdmx_issuer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("issuer")
    ensure_issuer(directory)
    return directory


@pytest.fixture(scope="session")
def sdmx_settings(sdmx_issuer: Path) -> ServiceSettings:
    known = environment(sdmx_issuer)
    return ServiceSettings(
        database_url="postgresql://nowhere/none",
        port=0,
        oidc_issuer=known["KOSH_OIDC_ISSUER"],
        oidc_jwks_file=Path(known["KOSH_OIDC_JWKS_FILE"]),
    )


@pytest.fixture
def sdmx_app(sdmx_settings: ServiceSettings, figures: list[Figure]) -> FastAPI:
    app = make_app("accounting", "Kosh accounting", sdmx_settings, [sdmx.router, sdmx_2.router])
    app.state.read_figures = InMemory(figures)
    return app


@pytest.fixture
def statistician(sdmx_issuer: Path) -> dict[str, str]:
    return {"Authorization": f"Bearer {mint(sdmx_issuer, ['statistician'])}"}


@pytest.fixture
def sdmx_url(sdmx_app: FastAPI) -> Iterator[str]:
    """The address of a real server for clients that bring their own HTTP."""
    with served(sdmx_app) as url:
        yield url


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """`app` behind uvicorn in a thread of its own, on a free port."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="on"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
async def address(api: Api) -> AsyncIterator[str]:
    """Where accounting's API is served over HTTP, from the test's own loop."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(api.app, lifespan="off", log_level="warning"))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    await running
