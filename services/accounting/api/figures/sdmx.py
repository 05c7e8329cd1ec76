"""`/sdmx/v1`: SDMX-REST 1.5, read by every client of SDMX 2.1."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from functools import wraps
from typing import Annotated, Any, Final

from fastapi import Request, Response

from services.accounting.api.figures.cacheable import HEADERS, NOT_MODIFIED, cacheable, listed
from services.accounting.publish.languages import preferred
from services.accounting.publish.sdmx import data_csv, data_json, data_xml
from services.accounting.publish.sdmx.data_message import DataMessage
from services.accounting.publish.sdmx.negotiate import DATA, STRUCTURE, Form, choose
from services.accounting.publish.sdmx.query import parse
from services.accounting.publish.sdmx.refusals import (
    BadQuery,
    NothingFound,
    NotImplementedHere,
    NotOffered,
    Refusal,
    TooMuch,
)
from services.accounting.publish.sdmx.structure_message import RELEASED, structure_message
from services.accounting.publish.sdmx.structures import AGENCY, VERSION, artefacts
from services.accounting.rules.figures.figures import FigureSource, TooMany
from shared.http import routes
from shared.http.openapi import problem_answer
from shared.http.problems import problem
from shared.identity.callers import Caller, public

LIMIT: Final = 100_000  # observations in one answer
LARGE: Final = 2_000  # observations from which writing leaves the event loop
STANDARD: Final = frozenset(
    {"metadataflow", "metadatastructure", "categoryscheme", "categorisation", "contentconstraint", "actualconstraint"}
    | {"allowedconstraint", "attachmentconstraint", "availableconstraint", "provisionagreement", "process", "metadata"}
    | {"dataproviderscheme", "dataconsumerscheme", "organisationunitscheme", "organisationscheme", "structureset"}
    | {"hierarchicalcodelist", "reportingtaxonomy", "transformationscheme", "rulesetscheme", "schema"}
    | {"userdefinedoperatorscheme", "customtypescheme", "vtlmappingscheme", "namepersonalisationscheme"}
)
"""Resources of the standard of which there are none here."""

Anyone = Annotated[Caller | None, public()]
Handler = Callable[..., Awaitable[Response]]

router = routes.router(prefix="/sdmx/v1", tags=["sdmx"])

_STATUS: Final[Mapping[type[Refusal], tuple[int, str, str]]] = {
    BadQuery: (400, "bad-query", "The query cannot be read"),
    NothingFound: (404, "not-found", "There is no such thing"),
    NotOffered: (406, "not-acceptable", "Not in this form"),
    TooMuch: (413, "too-many-observations", "More than one answer may hold"),
    NotImplementedHere: (501, "not-implemented", "Not offered here"),
}
_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    403: problem_answer("The token's roles do not allow this, or none was sent"),
    **{status: problem_answer(title) for status, _, title in _STATUS.values()},
}


def _refusing(handler: Handler) -> Handler:
    """Let every refusal of SDMX answer as the problem that it is."""

    @wraps(handler)
    async def answering(*args: Any, **kwargs: Any) -> Response:
        try:
            return await handler(*args, **kwargs)
        except Refusal as refusal:
            status, name, title = _STATUS[type(refusal)]
            faults = [{"parameter": fault.parameter, "detail": fault.detail} for fault in refusal.faults]
            return problem(status, name, title, refusal.detail, faults)

    return answering


def _get(*paths: str, **options: Any) -> Callable[[Handler], Handler]:
    """A GET route under several addresses, each also with a slash at its end; the last one is the described one."""

    def added(handler: Handler) -> Handler:
        for path in paths:
            for address in (path + "/", path):
                described = address == paths[-1]
                router.add_api_route(
                    address,
                    _refusing(handler),
                    response_model=None,
                    response_class=Response,
                    include_in_schema=described,
                    **options,
                )
        return handler

    return added


def _query_parameter(name: str, description: str, example: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": {"type": "string", "examples": [example]},
    }


_PARAMETERS: Final = [
    _query_parameter("startPeriod", "only periods that lie wholly on or after it", "2023-Q1"),
    _query_parameter("endPeriod", "only periods that lie wholly before its end", "2024"),
    _query_parameter("asOf", "the figures that everybody could read then: a day, or a time with offset", "2026-03-01"),
    _query_parameter("updatedAfter", "what releases added, revised or deleted since", "2026-03-01T00:00:00Z"),
    _query_parameter("includeHistory", "true: the figures of every release", "true"),
    _query_parameter("detail", "full, dataonly, serieskeysonly or nodata", "full"),
    _query_parameter("dimensionAtObservation", "TIME_PERIOD or AllDimensions", "TIME_PERIOD"),
    _query_parameter("firstNObservations", "per series", "12"),
    _query_parameter("lastNObservations", "per series", "12"),
    _query_parameter("format", "csv, json or xml, instead of Accept", "csv"),
]


def _content(*forms: Form) -> dict[str, Any]:
    """For `responses=`: the messages' own schemas are those of the standard."""
    return {form.media_type: {"schema": {"type": "object" if form.writer == "json" else "string"}} for form in forms}


@_get(
    "/data/{flow}",
    "/data/{flow}/{key}/{provider}",
    "/data/{flow}/{key}",
    summary="Figures of a dataflow",
    openapi_extra={"parameters": _PARAMETERS},
    responses={200: {"content": _content(*DATA), "headers": HEADERS}, **NOT_MODIFIED, **_PROBLEMS},
)
async def data(request: Request, caller: Anyone, flow: str, key: str = "all", provider: str = "all") -> Response:
    """`/data/DF_FLOW/A.NET..KZ._T._T._T._T._T`: one code per dimension, `+` for or, nothing for every code, `all` for
    every series.

    Without a token the newest release is read: national totals of the years and quarters that were final when it was
    cut; `asOf` reads an older one, `includeHistory` all of them, each a data set with the time in which it held, and
    `updatedAfter` what changed since: a data set to replace by, and one to delete by, whose observations have no value
    (in CSV, too). Other bodies' figures stand once in a history, with the newest.

    Counts of registers' records below 5 are withheld, and others with them so that no
    sum gives them back: such a period is left out. An open place in the key then means the total, and naming a finer
    code, or months, of a computed series is refused. Figures that other bodies published (METHOD COUPON, PUBLISHED) are
    free in full. With the role statistician every series is read, exactly, as it is counted now. Series of which no
    figure differs from zero are left out, unless the key names them code by code; a month without a migrant inside the
    covered time is a zero, not a gap.
    """
    asked = parse(flow, key, request.query_params)
    form = choose(DATA, listed(request.headers, "accept"), request.query_params.get("format"))
    if provider not in ("all", AGENCY):
        raise NothingFound(f"All figures are provided by {AGENCY}.")
    exact = caller is not None and "statistician" in caller.roles
    source: FigureSource = request.app.state.read_figures
    try:
        reading = await source(asked.query, exact=exact, limit=LIMIT)
    except TooMany:
        raise TooMuch(f"More than {LIMIT:,} observations match; ask for fewer series or a shorter time.") from None
    if not reading.figures:
        raise NothingFound("No figure matches the query.")

    def answer() -> Response:
        message = DataMessage.of(asked, reading.figures, reading.changed_at, reading.vintages)
        body = "".join(_pieces(message, form, request)).encode()
        return cacheable(request, body, form.media_type, reading.changed_at, public=not exact)

    return await asyncio.to_thread(answer) if len(reading.figures) > LARGE else answer()


def _pieces(message: DataMessage, form: Form, request: Request) -> Iterator[str]:
    language = preferred(listed(request.headers, "accept-language"), "en")
    match form.writer:
        case "generic":
            return data_xml.generic(message)
        case "structure-specific":
            return data_xml.structure_specific(message)
        case "json":
            return data_json.json_message(message, language)
        case _:
            return data_csv.with_names(message, language) if form.labels == "both" else data_csv.codes_only(message)


@_get(
    "/{resource}",
    "/{resource}/{agency}",
    "/{resource}/{agency}/{id}",
    "/{resource}/{agency}/{id}/{version}",
    summary="Structures: dataflow, datastructure, codelist, conceptscheme, agencyscheme",
    openapi_extra={
        "parameters": [
            _query_parameter("references", "none, children, descendants, parents, parentsandsiblings or all", "all"),
            _query_parameter("detail", "full, allstubs or referencestubs", "full"),
        ]
    },
    responses={200: {"content": _content(*STRUCTURE), "headers": HEADERS}, **NOT_MODIFIED, **_PROBLEMS},
)
async def structure(
    request: Request, _: Anyone, resource: str, agency: str = "all", id: str = "all", version: str = "latest"
) -> Response:
    """`/dataflow/KOSH/all/latest`: every structure is named in Kazakh, Russian and English."""
    if resource in STANDARD:
        raise NotImplementedHere(f"There is no {resource} here.")
    if resource != "structure" and resource not in artefacts():
        raise NothingFound("There is no such resource; dataflow, datastructure and codelist are some.")
    form = choose(STRUCTURE, listed(request.headers, "accept"), request.query_params.get("format"))
    if agency not in ("all", AGENCY) or version not in ("all", "latest", VERSION):
        raise NothingFound(f"All structures belong to agency {AGENCY} and have version {VERSION}.")
    parameters = request.query_params
    body = structure_message(resource, id, parameters.get("references", "none"), parameters.get("detail", "full"))
    return cacheable(request, body, form.media_type, RELEASED)
