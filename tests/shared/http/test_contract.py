"""The fixture that holds answers to the description notices what breaks it, and says nothing of what was sent."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Header, Request, Response
from pydantic import BaseModel

from shared.http.answers import json_response
from shared.http.app import make_app
from shared.http.routes import Lines, router
from shared.identity.callers import public
from shared.settings import ServiceSettings
from shared.testing import contract
from tests.shared.http.conftest import client_of

SETTINGS = Callable[..., ServiceSettings]


class Stay(BaseModel):
    name: str
    days: int


HEADERS = {"Kosh-Position": {"required": True, "schema": {"type": "integer"}}}
api = router(dependencies=[public()])


@api.get("/v1/stays/{form}", response_model=Stay, responses={200: {"headers": HEADERS}})
async def stays(form: str) -> Response:
    good, headers = {"name": "KARIMOV", "days": 3}, {"Kosh-Position": "1"}
    answers = {
        "good": json_response(good, headers=headers),
        "schema": json_response(good | {"days": "KARIMOV"}, headers=headers),
        "status": json_response(good, 206, headers),
        "media-type": Response("KARIMOV", headers=headers, media_type="text/plain"),
        "missing-header": json_response(good),
        "unknown-header": json_response(good, headers=headers | {"ETag": '"1"'}),
        "no-problem": json_response({"title": "KARIMOV"}, 404),
    }
    return answers[form]


@api.get("/v1/lines", response_class=Lines, responses={200: {"model": Stay}})
async def lines() -> Response:
    return Lines(iter(['{"name": "KARIMOV", "days": 3}\n', '{"name": "KARIMOV"}\n']))


@api.post("/v1/stays", openapi_extra={"requestBody": {"content": {"application/json": {"schema": {"type": "array"}}}}})
async def taken(
    request: Request, key: Annotated[str | None, Header(json_schema_extra={"x-required": True})] = None
) -> int:
    return len(await request.body())


@api.get("/v1/hidden", include_in_schema=False)
async def hidden() -> str:
    return "nobody says how"


@pytest.fixture
def broken() -> Iterator[list[str]]:
    """What was found so far; none of it is held against the test."""
    yield contract.broken
    contract.broken.clear()


@pytest.fixture
def sample(settings_with: SETTINGS, broken: list[str]) -> httpx.AsyncClient:
    return client_of(make_app("sample", "Held to the contract", settings_with(), [api]))


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ("good", []),
        ("schema", ["GET /v1/stays/{form} 200: /days breaks type: integer"]),
        ("status", ["GET /v1/stays/{form} 206: the status is not declared"]),
        ("media-type", ["GET /v1/stays/{form} 200: the media type text/plain is not declared"]),
        ("missing-header", ["GET /v1/stays/{form} 200: the header Kosh-Position is missing"]),
        ("unknown-header", ["GET /v1/stays/{form} 200: the header etag is not declared"]),
        ("no-problem", ["GET /v1/stays/{form} 404: the media type application/json is not declared"]),
    ],
)
async def test_answers(sample: httpx.AsyncClient, broken: list[str], form: str, found: list[str]) -> None:
    await sample.get(f"/v1/stays/{form}")
    assert broken == found


async def test_each_line_has_a_schema(sample: httpx.AsyncClient, broken: list[str]) -> None:
    await sample.get("/v1/lines")
    assert broken == ["GET /v1/lines 200: line 2: the body breaks required: ['name', 'days']"]


@pytest.mark.parametrize(
    ("body", "headers", "found"),
    [
        ([], {"key": "1"}, []),
        ({}, {"key": "1"}, ["was taken, but in the request the body breaks type: array"]),
        ([], {}, ["was taken without the header key, which is said to be required"]),
    ],
)
async def test_what_was_taken_was_asked_for(
    sample: httpx.AsyncClient, broken: list[str], body: Any, headers: dict[str, str], found: list[str]
) -> None:
    await sample.post("/v1/stays", json=body, headers=headers)
    assert broken == [f"POST /v1/stays 200: {fault}" for fault in found]


async def test_what_is_not_described_on_purpose_is_not_held_to_it(sample: httpx.AsyncClient, broken: list[str]) -> None:
    for path in ("/v1/hidden", "/openapi.json", "/v1/nothing"):
        await sample.get(path)
    await sample.delete("/v1/stays/good")
    assert broken == []
