"""The description of an API (OpenAPI 3.1): every operation with its problems and the roles that may call it."""

from typing import Any

from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from shared.http.answers import json_response
from shared.http.problems import MEDIA_TYPE, Problem
from shared.http.routes import requirements, router
from shared.identity.callers import MAX_PURPOSE, RequiresRole, public

_REFERENCE = "#/components/schemas/{model}"

_ALWAYS = {
    "400": "The request cannot be read",
    "429": "Too many requests; Retry-After says how long to wait",
    "500": "Internal error; the answer's trace_id finds it in the log",
    "503": "Not available at the moment; Retry-After says how long to wait",
}
_PURPOSE = {
    "name": "Kosh-Purpose",
    "in": "header",
    "description": "why you ask, for the access log that the person sees; percent-encoded UTF-8",
    "schema": {"type": "string", "maxLength": MAX_PURPOSE},
}
_GATED = {"401": "No token, or one that is not accepted", "403": "The token's roles do not allow this"}
_WITH_INPUT = {"422": "The input is not valid; every wrong field is named"}
_WITH_BODY = {
    "408": "The body came too slowly",
    "413": "The body is too large",
    "415": "The body is not of a media type that is read here",
}
_WITH_PATH = {"404": "There is no such thing, or none that you may know of"}
_WRITING = {"409": "This contradicts what is on record"}
_WITH_VERSION = {
    "412": "The record has changed since you read it",
    "428": "Send the version that you change as If-Match",
}

_MEANINGS = _ALWAYS | _GATED | _WITH_INPUT | _WITH_BODY | _WITH_PATH | _WRITING | _WITH_VERSION


def router_of(app: FastAPI) -> APIRouter:
    """`/openapi.json` of `app`."""
    api = router(dependencies=[public()], include_in_schema=False)

    @api.get("/openapi.json", response_model=None)
    async def description() -> Response:
        return json_response(describe(app))

    return api


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of `app`, built once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            openapi_version="3.1.0",
        )
        _add_problems(document, app)
        app.openapi_schema = document
    return app.openapi_schema


def _add_problems(document: dict[str, Any], app: FastAPI) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    _, defined = models_json_schema([(Problem, "serialization")], ref_template=_REFERENCE)
    schemas.update(defined["$defs"])
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    document["components"]["responses"] = {
        f"Problem{status}": problem_answer(meaning) for status, meaning in sorted(_MEANINGS.items())
    }
    for (method, path), requirement in requirements(app.routes).items():
        operation = document["paths"].get(path, {}).get(method.lower())
        if operation is not None:
            _complete(operation, method, requirement)


def _complete(operation: dict[str, Any], method: str, requirement: Any) -> None:
    expected = _expected(operation, method)
    if isinstance(requirement, RequiresRole):
        expected |= _GATED.keys()
        # OpenAPI 3.1 lets a bearer requirement name roles; each alternative stands alone.
        operation["security"] = [{"bearer": [role]} for role in sorted(requirement.roles)]
        operation["parameters"] = [*operation.get("parameters", []), _PURPOSE]
    answers = operation["responses"]
    for status in expected:
        if status == "422" or status not in answers:
            answers[status] = {"$ref": f"#/components/responses/Problem{status}"}
    operation["responses"] = dict(sorted(answers.items()))


def _expected(operation: dict[str, Any], method: str) -> set[str]:
    """The statuses of the problems that an operation of this form can have."""
    parameters = operation.get("parameters", [])
    forms = (
        (bool(parameters) or "requestBody" in operation, _WITH_INPUT),
        ("requestBody" in operation, _WITH_BODY),
        (any(parameter["in"] == "path" for parameter in parameters), _WITH_PATH),
        (any(parameter["name"].lower() == "if-match" for parameter in parameters), _WITH_VERSION),
        (method != "GET", _WRITING),
    )
    return _ALWAYS.keys() | {status for has, problems in forms if has for status in problems}


def problem_answer(meaning: str) -> dict[str, Any]:
    """A response object for a problem, for `responses=` of a route that has problems of its own."""
    return {"description": meaning, "content": {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(model="Problem")}}}}
