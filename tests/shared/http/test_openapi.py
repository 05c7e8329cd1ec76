"""The description says of every operation who may call it and how it refuses."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from shared.http.openapi import describe, problem_answer


@pytest.fixture
def document(app: FastAPI) -> dict[str, Any]:
    return describe(app)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"


def test_every_error_is_a_declared_problem(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert {"400", "429", "500", "503"} <= operation["responses"].keys(), name
        for status, answer in operation["responses"].items():
            if status >= "400" and name != "GET /health/ready":  # there the body tells which check fails
                own = problem_answer(answer.get("description", ""))
                assert answer in ({"$ref": f"#/components/responses/Problem{status}"}, own), (name, status)
    for answer in document["components"]["responses"].values():
        schema = answer["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}
    assert {"Problem", "ProblemError"} <= document["components"]["schemas"].keys()
    assert "HTTPValidationError" not in str(document)


def test_gated_operations_name_their_roles(document: dict[str, Any]) -> None:
    found = dict(operations(document))
    assert found["POST /v1/things/{thing}"]["security"] == [{"bearer": ["border"]}, {"bearer": ["system"]}]
    assert {"401", "403", "413", "415", "422"} <= found["POST /v1/things/{thing}"]["responses"].keys()
    assert found["GET /v1/figures"]["security"] == [{}, {"bearer": []}], "without a token, or with one"
    assert "401" in found["GET /health/live"]["responses"], "a token that is sent must be good"
    assert "403" not in found["GET /health/live"]["responses"]
    assert document["components"]["securitySchemes"]["bearer"]["bearerFormat"] == "JWT"


def test_it_says_where_it_is_served_and_under_what_licence(document: dict[str, Any]) -> None:
    assert [server["url"] for server in document["servers"]] == ["/"]
    assert document["info"]["license"]["identifier"] == "Apache-2.0"


def test_every_shared_answer_is_used(document: dict[str, Any]) -> None:
    used = {answer.get("$ref") for _, operation in operations(document) for answer in operation["responses"].values()}
    assert {f"#/components/responses/{name}" for name in document["components"]["responses"]} <= used


async def test_it_is_served_to_everybody(client: httpx.AsyncClient, document: dict[str, Any]) -> None:
    answer = await client.get("/openapi.json")
    assert answer.json() == document
