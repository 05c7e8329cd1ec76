"""A small service of its own, with one route of each kind, and tokens for it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from starlette.requests import Request

from deploy.local.issuer import ensure_issuer, environment, mint
from shared.errors import Conflict, Fault, Invalid
from shared.http.answers import ExpectedVersion
from shared.http.app import make_app
from shared.http.openapi import problem_answer
from shared.http.routes import router
from shared.identity.callers import Caller, public, requires, requires_iin
from shared.identity.scope import no_record
from shared.settings import ServiceSettings

TokenFor = Callable[..., dict[str, str]]


class Document(BaseModel):
    number: str = Field(max_length=30)
    expires: int


class Submission(BaseModel, extra="forbid"):
    source_id: str = Field(max_length=50)
    document: Document
    notes: list[Document] = []


SAMPLES = no_record("samples are nobody's")
Border = Annotated[Caller, requires("border", "system", scope=SAMPLES)]

api = router()


@api.post("/v1/things/{thing}", status_code=201)
async def create(thing: int, body: Submission, caller: Border, limit: int = 3) -> Submission:
    return body


@api.get("/v1/whoami", dependencies=[requires_iin()])
async def whoami(caller: Annotated[Caller, requires_iin()]) -> dict[str, str | None]:
    return {"subject": caller.subject, "iin": caller.iin}


@api.get("/v1/figures")
async def figures(caller: Annotated[Caller | None, public()]) -> dict[str, str | None]:
    return {"subject": caller.subject if caller else None}


@api.put("/v1/things/{thing}")
async def change(thing: int, caller: Border, version: ExpectedVersion) -> dict[str, int]:
    return {"version": max(version)}


@api.get("/v1/failures/{kind}", dependencies=[public()], responses={409: problem_answer("Held already")})
async def fail(kind: str) -> None:
    if kind == "conflict":
        raise Conflict("This source id holds other content.", name="source-id-taken")
    if kind == "invalid":
        raise Invalid("Two fields contradict.", faults=[Fault("/a", "Before b."), Fault("/b", "After a.")])
    raise ZeroDivisionError("KARIMOV 900501300123")


@api.post(
    "/v1/streams",
    dependencies=[requires("border", scope=SAMPLES)],
    responses={413: problem_answer("The body is too large")},
)
async def stream(request: Request) -> dict[str, int]:
    return {"bytes": sum([len(chunk) async for chunk in request.stream()])}


@api.get("/v1/broken-stream", dependencies=[public()])
async def broken_stream() -> StreamingResponse:
    async def lines() -> AsyncIterator[bytes]:
        yield b"one\n"
        raise ZeroDivisionError("KARIMOV")

    return StreamingResponse(lines())


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("issuer")
    ensure_issuer(directory)
    return directory


@pytest.fixture
def settings_with(issuer: Path) -> Callable[..., ServiceSettings]:
    known = environment(issuer)

    def make(**changes: Any) -> ServiceSettings:
        common = {"database_url": "postgresql+asyncpg://nowhere/none", "port": 0}
        keys = {"oidc_issuer": known["KOSH_OIDC_ISSUER"], "oidc_jwks_file": Path(known["KOSH_OIDC_JWKS_FILE"])}
        return ServiceSettings(**{**common, **keys, **changes})

    return make


@pytest.fixture
def app(settings_with: Callable[..., ServiceSettings]) -> FastAPI:
    return make_app("sample", "Sample", settings_with(), [api])


@pytest.fixture
def as_role(issuer: Path) -> TokenFor:
    """`as_role("border", iin=...)`: the header of a caller with that role."""

    def headers(role: str | list[str] = "border", **claims: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {mint(issuer, role, **claims)}"}

    return headers


@pytest.fixture(scope="session")
def border(issuer: Path) -> dict[str, str]:
    return {"Authorization": f"Bearer {mint(issuer, 'border')}"}


def client_of(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sample")


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(app) as opened:
        yield opened
