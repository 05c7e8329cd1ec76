"""The description of an API (OpenAPI 3.1): every operation with its problems and the roles that may call it."""

from typing import Any

import orjson
from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic.json_schema import models_json_schema

from shared.http.answers import json_response
from shared.http.examples import add_examples
from shared.http.problems import MEDIA_TYPE, Problem
from shared.http.routes import NDJSON, requirements, router
from shared.identity.callers import MAX_PURPOSE, RequiresRole, public

REQUIRED = "x-required"
"""Marks the schema of a header without which a dependency of ours refuses: the description says it is required."""

_SERVERS = [{"url": "/", "description": "where this description was read"}]
_LICENCE = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
_REFERENCE = "#/components/schemas/{model}"

_ALWAYS = {
    "400": "The request cannot be read",
    "429": "Too many requests; Retry-After says how long to wait",
    "431": "The headers are too many",
    "500": "Internal error; the answer's trace_id finds it in the log",
    "503": "Not available at the moment; Retry-After says how long to wait",
}
_PURPOSE = {
    "name": "Kosh-Purpose",
    "in": "header",
    "description": "why you ask, unless the token says it; for the access log that the person sees; percent-encoded "
    "UTF-8",
    "schema": {"type": "string", "maxLength": MAX_PURPOSE},
}
_GATED = {
    "401": "No token, or one that is not accepted",
    "403": "The token's roles do not allow this, or it names no agency, or no purpose is stated",
}
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

_ETAG = {"description": "the record's version", "schema": {"type": "string"}}
_LOCATION = {"description": "the address of what was made", "schema": {"type": "string"}}

_LANGUAGE = {
    "description": "kk, ru or en, by the request's Accept-Language; en beside it where a sentence has no other form",
    "schema": {"type": "string"},
}

_MEANINGS = _ALWAYS | _GATED | _WITH_INPUT | _WITH_BODY | _WITH_PATH | _WRITING | _WITH_VERSION


def router_of(app: FastAPI) -> APIRouter:
    """`/openapi.json` of `app`."""
    api = router(dependencies=[public()], include_in_schema=False)

    @api.get("/openapi.json", response_model=None)
    async def description() -> Response:
        return json_response(describe(app))

    return api


def operation_id(route: APIRoute) -> str:
    """A name made of method and address alone, which are promised anyway: `get_visas_by_id`, `withdraw_visas`."""
    path, _, verb = route.path_format.removeprefix("/v1").partition(":")
    words = [verb or min(route.methods or ()).lower()]
    words += [step for step in path.split("/") if step and not step.startswith("{")] or ["root"]
    if path.endswith("}") and not verb:
        words += ["by", path.rpartition("{")[2].rstrip("}")]
    return "_".join(words).replace("-", "_").replace(".", "_")


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of `app`, built once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            openapi_version="3.1.0",
            servers=_SERVERS,
            license_info=_LICENCE,
        )
        _add_problems(document, app)
        _name_schemas(document["components"]["schemas"])
        add_examples(document, app.state.service)
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
            _describe_lines(operation, schemas)
            _add_headers(operation["responses"], schemas)
    referred = orjson.dumps(document["paths"]).decode()
    answers = document["components"]["responses"]
    for name in [name for name in answers if f'#/components/responses/{name}"' not in referred]:
        del answers[name]


def _name_schemas(schemas: dict[str, Any]) -> None:
    """A schema is called as it is referred to, and no inline one as another: of two with one name, generators leave one
    out."""
    for name, schema in schemas.items():
        schema["title"] = name
        for member in schema.get("properties", {}).values():
            if "title" in member and f"{name}{member['title'].replace(' ', '')}" in schemas:
                member["title"] += " Code"


def _complete(operation: dict[str, Any], method: str, requirement: Any) -> None:
    for parameter in operation.get("parameters", []):
        _require(parameter)
    expected = _expected(operation, method)
    expected.add("401")  # where no token is needed, one that is sent must be good all the same
    if isinstance(requirement, RequiresRole):
        expected |= _GATED.keys()
        # OpenAPI 3.1 lets a bearer requirement name roles; each alternative stands alone.
        operation["security"] = [{"bearer": [role]} for role in sorted(requirement.roles)]
        operation["parameters"] = [*operation.get("parameters", []), _PURPOSE]
    else:
        operation["security"] = [{}, {"bearer": []}]
    answers = operation["responses"]
    if "201" in answers and not any(
        given["name"].lower() == "idempotency-key" for given in operation.get("parameters", [])
    ):
        # Without a key of its own, the content is the key: sent again it finds what it made.
        answers.setdefault("200", answers["201"] | {"description": "The same is on record already"})
    for status in expected:
        if status == "422" or status not in answers:
            answers[status] = {"$ref": f"#/components/responses/Problem{status}"}
    operation["responses"] = dict(sorted(answers.items()))


def _require(parameter: dict[str, Any]) -> None:
    """What is asked for by a dependency of ours, with a refusal of its own, is required as well."""
    schema = parameter["schema"]
    if schema.pop(REQUIRED, False):
        del schema["anyOf"]
        schema["type"] = "string"
        parameter["required"] = True


def _describe_lines(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Where a schema is given for NDJSON, it is that of a line: the whole is a text (JSON Schema 2020-12, 8.5)."""
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for content in (body["content"][NDJSON] for body in bodies if NDJSON in body.get("content", {})):
        line = {key: value for key, value in content["schema"].items() if key != "type"}
        name = line.get("$ref", "").rpartition("/")[2]
        if f"{name}-Input" in schemas:  # sent and answered it is not the same, and lines that are answered are ours
            line = {"$ref": _REFERENCE.format(model=f"{name}-Input")}
        content["schema"] = {
            "type": "string",
            "format": "binary",
            "contentMediaType": NDJSON,
            "contentSchema": {"type": "array", "items": line},
        }


def _add_headers(answers: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Where a version is answered it is the ETag too; what is made has one, and an address, told where it can be
    read."""
    for status in {"200", "201", "202"} & answers.keys():
        headers = dict(answers[status].get("headers", {}))
        schema = answers[status].get("content", {}).get("application/json", {}).get("schema", {})
        if "version" in schemas.get(schema.get("$ref", "").rpartition("/")[2], {}).get("required", ()):
            headers.setdefault("ETag", _ETAG | {"required": True})
        if "201" in answers:
            headers = {"ETag": _ETAG, "Location": _LOCATION} | headers
        if headers:
            answers[status] = answers[status] | {"headers": headers}


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
    content = {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(model="Problem")}}}
    return {"description": meaning, "headers": {"Content-Language": _LANGUAGE}, "content": content}
