"""Every refusal as problem details (RFC 9457), `application/problem+json`.

`type` is `https://kosh.kz/problems/<name>` and never changes: it is an identifier, not necessarily a page.
`title` belongs to the type, `detail` to the occasion and says what to do next, `errors` names every wrong
field at once. Nothing of what was sent is repeated, and no failure of ours is described.
"""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared import errors
from shared.errors import DomainError, Fault
from shared.http.faults import faults_of, sentence
from shared.http.json_body import Malformed
from shared.http.routes import requirements
from shared.kernel.norms import NotInForce
from shared.telemetry.tracing import current_trace_id

BASE = "https://kosh.kz/problems/"
MEDIA_TYPE = "application/problem+json"

NO_RULE = "No rule is known for a day that this names; name a later one, or correct the record that names it."

# What each failure of the domain is in HTTP: decided here and nowhere else.
STATUS: Mapping[type[DomainError], tuple[int, str]] = {
    Malformed: (400, "The body is not JSON"),
    errors.Invalid: (422, "The input is not valid"),
    errors.Refused: (422, "A rule refuses this"),
    errors.NotFound: (404, "Not found"),
    errors.Conflict: (409, "This contradicts what is on record"),
    errors.VersionMismatch: (412, "The record has changed"),
    errors.VersionRequired: (428, "The version is missing"),
    errors.Forbidden: (403, "Forbidden"),
    errors.TooManyRequests: (429, "Too many requests"),
    errors.Unavailable: (503, "Not available at the moment"),
}

# What the framework itself refuses: status -> name, title, what to do next.
_REFUSALS: Mapping[int, tuple[str, str, str]] = {
    400: ("bad-request", "The request cannot be read", "Correct the request's form and send it again."),
    401: ("unauthenticated", "Unauthorized", "Send a valid bearer token in the Authorization header."),
    403: ("forbidden", "Forbidden", "Ask for a role that may do this."),
    404: ("not-found", "Not found", "Check the address against the API's description."),
    405: ("method-not-allowed", "Method not allowed", "Use one of the methods that the Allow header names."),
    406: ("not-acceptable", "Not acceptable", "Ask for one of the media types that the API describes."),
    408: ("too-slow", "The body came too slowly", "Send it again over a better connection, or in smaller parts."),
    413: ("body-too-large", "The body is too large", "Send less at once, or use the batch form."),
    415: ("unsupported-media-type", "Unsupported media type", "Send one of the media types that the API describes."),
    429: ("too-many-requests", "Too many requests", "Wait for as many seconds as Retry-After says, then send again."),
    431: ("headers-too-large", "The headers are too large", "Send fewer and shorter headers."),
    500: ("internal-error", "Internal error", "It is logged. Send the same request again later, with the same key."),
    503: (
        "unavailable",
        "Not available at the moment",
        "Wait for as many seconds as Retry-After says, then try again.",
    ),
}


class ProblemError(BaseModel):
    """One wrong field of the body (`pointer`) or one wrong parameter of the address or headers (`parameter`)."""

    pointer: str | None = Field(
        None, description="JSON pointer (RFC 6901) into the body", examples=["/person/birth_date"]
    )
    parameter: str | None = Field(None, description="name of the query, path or header parameter")
    detail: str = Field(examples=["Is required."])


class Problem(BaseModel):
    """RFC 9457 problem details."""

    type: str = Field(examples=[f"{BASE}invalid-input"])
    title: str = Field(examples=["The input is not valid"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["1 field is not valid; correct it and send again."])
    errors: list[ProblemError] | None = None
    trace_id: str | None = Field(None, description="quote it when asking for help")


def problem(
    status: int,
    name: str | None = None,
    title: str | None = None,
    detail: str | None = None,
    faults: Iterable[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer for one problem; what is not given comes from the status."""
    usual = _REFUSALS.get(status, _REFUSALS[500 if status >= 500 else 400])
    content: dict[str, Any] = {
        "type": BASE + (name or usual[0]),
        "title": title or usual[1],
        "status": status,
        "detail": detail or usual[2],
    }
    if listed := list(faults):
        content["errors"] = listed
    if trace_id := current_trace_id():
        content["trace_id"] = trace_id
    return Response(orjson.dumps(content), status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let every foreseen failure of `app` answer as a problem; the unforeseen are the Edge's."""
    app.add_exception_handler(DomainError, _domain_error)
    app.add_exception_handler(NotInForce, _no_rule)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_error)


def as_json(faults: Iterable[Fault]) -> list[dict[str, str]]:
    """Faults as they stand in problems and in the answers of a batch."""
    return [_in_body(fault) for fault in faults]


def _in_body(fault: Fault) -> dict[str, str]:
    return {"pointer": fault.pointer, "detail": fault.detail}


def domain_problem(error: DomainError, parameters: Container[str] = ()) -> Response:
    """The answer for a failure of the domain; its faults lie in the body, but those that `parameters` name."""
    status, title = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    wait = error.retry_after if isinstance(error, errors.TooManyRequests) else 5 if status == 503 else None
    headers = None if wait is None else {"Retry-After": str(wait)}
    return problem(status, error.name, title, error.detail, _placed(error.faults, parameters), headers)


def _placed(faults: Iterable[Fault], parameters: Container[str]) -> list[dict[str, str]]:
    return [
        {"parameter": name, "detail": fault.detail} if (name := fault.pointer[1:]) in parameters else _in_body(fault)
        for fault in faults
    ]


async def _no_rule(_request: Request, _error: Exception) -> Response:
    """What was asked, or is on file, names a day on which no rule is known."""
    return domain_problem(errors.Refused(NO_RULE, name="no-rule-known"))


async def _domain_error(request: Request, error: Exception) -> Response:
    """A case names what is wrong without knowing where it stood: where there is no body, in the address."""
    return domain_problem(cast(DomainError, error), request.query_params if request.method == "GET" else ())


async def _invalid_request(_: Request, error: Exception) -> Response:
    found = _request_faults(cast(RequestValidationError, error))
    count = "1 field is" if len(found) == 1 else f"{len(found)} fields are"
    return domain_problem_of_input(f"{count} not valid; correct and send again.", found)


def domain_problem_of_input(detail: str, found: Sequence[Mapping[str, str]]) -> Response:
    """The answer for input of the wrong form, in the body or in parameters."""
    status, title = STATUS[errors.Invalid]
    return problem(status, errors.Invalid.name, title, detail, found)


def _request_faults(error: RequestValidationError) -> list[Mapping[str, str]]:
    listed = error.errors()
    in_body = [{**each, "loc": each["loc"][1:]} for each in listed if each["loc"][0] == "body"]
    elsewhere = [each for each in listed if each["loc"][0] != "body"]
    parameters = [{"parameter": str(each["loc"][-1]), "detail": sentence(each)} for each in elsewhere]
    return [*as_json(faults_of(in_body, error.body)), *parameters]


async def _http_error(request: Request, error: Exception) -> Response:
    # FastAPI turns whatever our reading of the body raises into a bare 400 and keeps it as the cause.
    if isinstance(error.__cause__, DomainError):
        return domain_problem(error.__cause__)
    refused = cast(HTTPException, error)
    own = refused.detail if refused.detail != HTTPStatus(refused.status_code).phrase else None
    headers = {"Allow": _allowed(request)} if refused.status_code == 405 else refused.headers
    return problem(refused.status_code, detail=own, headers=headers)


def _allowed(request: Request) -> str:
    """Every method of the address that was asked; the framework names those of one of its routes, and never HEAD.

    `/v1/visas/{id}` fits `/v1/visas/1:withdraw` too: where a template with a verb fits, it is the address.
    """
    routes = requirements(request.app.routes)
    fitting = {path for _, path in routes if _fits(path, request.scope["path"])}
    here = {path for path in fitting if ":" in path} or fitting
    methods = {method for method, path in routes if path in here}
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))


def _fits(path_template: str, path: str) -> bool:
    """Whether an address is of a template, as OpenAPI writes it."""
    literal = re.split(r"\{\w+\}", path_template)
    return re.fullmatch("[^/]+".join(map(re.escape, literal)), path) is not None
