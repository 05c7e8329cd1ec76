"""`/sdmx/v1`: SDMX-REST 1.5, read by every client of SDMX 2.1."""

from typing import Final

from fastapi import Request, Response

from services.accounting.api.figures.cacheable import HEADERS, NOT_MODIFIED, listed
from services.accounting.api.figures.sdmx_answers import (
    PROBLEMS,
    Anyone,
    availability_answer,
    content,
    data_answer,
    exact_mode,
    get,
    in_context,
    known_components,
    query_parameter,
    referenced,
    single,
    structure_answer,
)
from services.accounting.publish.sdmx.agency import AGENCY, VERSION
from services.accounting.publish.sdmx.negotiate import DATA, STRUCTURE, STRUCTURE_2, STRUCTURE_JSON, choose
from services.accounting.publish.sdmx.query import parse
from services.accounting.publish.sdmx.refusals import NothingFound, NotImplementedHere
from services.accounting.publish.sdmx.selection import select
from services.accounting.publish.sdmx.structures import artefacts
from shared.http import routes

STANDARD: Final = frozenset(
    {"metadataflow", "metadatastructure", "categoryscheme", "categorisation", "contentconstraint", "actualconstraint"}
    | {"allowedconstraint", "attachmentconstraint", "provisionagreement", "process", "metadata"}
    | {"dataproviderscheme", "dataconsumerscheme", "organisationunitscheme", "organisationscheme", "structureset"}
    | {"hierarchicalcodelist", "reportingtaxonomy", "transformationscheme", "rulesetscheme"}
    | {"userdefinedoperatorscheme", "customtypescheme", "vtlmappingscheme", "namepersonalisationscheme"}
)
"""Resources of the standard of which there are none here."""

router = routes.router(prefix="/sdmx/v1", tags=["sdmx"])

_PERIODS: Final = [
    query_parameter("startPeriod", "only periods that lie wholly on or after it", "2023-Q1"),
    query_parameter("endPeriod", "only periods that lie wholly before its end", "2024"),
]
_AVAILABLE: Final = [
    query_parameter("mode", "exact", "exact"),
    query_parameter("references", "none, dataflow, datastructure, codelist, conceptscheme or all", "none"),
    query_parameter("format", "json or xml, instead of Accept", "xml"),
]
_PARAMETERS: Final = [
    *_PERIODS,
    query_parameter("asOf", "the figures that everybody could read then: a day, or a time with offset", "2026-03-01"),
    query_parameter("updatedAfter", "what releases added, revised or deleted since", "2026-03-01T00:00:00Z"),
    query_parameter("includeHistory", "true: the figures of every release", "true"),
    query_parameter("detail", "full, dataonly, serieskeysonly or nodata", "full"),
    query_parameter("dimensionAtObservation", "TIME_PERIOD or AllDimensions", "TIME_PERIOD"),
    query_parameter("firstNObservations", "per series", "12"),
    query_parameter("lastNObservations", "per series", "12"),
    query_parameter("format", "csv, json or xml, instead of Accept; csv comes as a file for spreadsheets", "csv"),
    query_parameter("labels", "beside format=csv: both adds the names to the codes", "both"),
]


@get(
    router,
    "/data/{flow}",
    "/data/{flow}/{key}/{provider}",
    "/data/{flow}/{key}",
    summary="Figures of a dataflow",
    openapi_extra={"parameters": _PARAMETERS},
    responses={200: {"content": content(*DATA), "headers": HEADERS}, **NOT_MODIFIED, **PROBLEMS},
)
async def data(request: Request, caller: Anyone, flow: str, key: str = "all", provider: str = "all") -> Response:
    """`/data/DF_FLOW/A.NET..KZ._T._T._T._T._T`: one code per dimension, `+` for or, nothing for every code, `all` for
    every series.

    Without a token the newest release is read, after disclosure control (the cell key method: a published count is
    within 4 of what was counted and never 1 or 2, and totals need not be the sums of their parts): of what was final or
    estimated when it was cut the released cubes, by year, quarter or month. A place of the key names codes or stands
    for the total, an open frequency for years and quarters; what is in no released cube is refused, and the refusal
    says which there are. `asOf` reads an older release, `includeHistory` all of them, each a data set with the time in
    which it held, and `updatedAfter` what changed since: a data set to replace by, and one to delete by, whose
    observations have no value (in CSV, too). Other bodies' figures stand once in a history, with the newest.

    Figures that other bodies published (METHOD COUPON, PUBLISHED) are free in full. With the role statistician every
    series is read, exactly, as it is counted now. Series of which no figure differs from zero are left out, unless the
    key names them code by code; a month without a migrant inside the covered time is a zero, not a gap.
    """
    asked = parse(flow, key, parameters := single(request))
    form = choose(DATA, listed(request.headers, "accept"), parameters.get("format"), parameters.get("labels"))
    _of_agency(provider)
    return await data_answer(request, caller, asked, form)


@get(
    router,
    "/availableconstraint/{flow}",
    "/availableconstraint/{flow}/{key}",
    "/availableconstraint/{flow}/{key}/{provider}",
    "/availableconstraint/{flow}/{key}/{provider}/{component}",
    summary="Which figures of a dataflow there are",
    openapi_extra={"parameters": [*_PERIODS, *_AVAILABLE]},
    responses={200: {"content": content(STRUCTURE_2, STRUCTURE_JSON), "headers": HEADERS}, **NOT_MODIFIED, **PROBLEMS},
)
async def available(
    request: Request, caller: Anyone, flow: str, key: str = "all", provider: str = "all", component: str = "all"
) -> Response:
    """`/availableconstraint/DF_FLOW/A.NET.......`: the codes with a figure in each dimension, the time that they span,
    and how many series and figures there are, of what the caller may read.
    """
    parameters = single(request)
    asked = parse(flow, key, {name: text for name, text in parameters.items() if name not in ("mode", "references")})
    form = choose((STRUCTURE_2, STRUCTURE_JSON), listed(request.headers, "accept"), parameters.get("format"))
    _of_agency(provider)
    exact_mode(parameters.get("mode", "exact"))
    components = None if component == "all" else frozenset(component.replace(" ", "+").split("+"))
    known_components(components, asked.query.flow)
    beside = referenced(asked.query.flow, parameters.get("references", "none"))
    return await availability_answer(request, caller, asked, form, components, beside)


@get(
    router,
    "/schema/{context}/{agency}/{id}",
    "/schema/{context}/{agency}/{id}/{version}",
    summary="The structure that data of a dataflow have, with all that it refers to",
    responses={200: {"content": content(*STRUCTURE), "headers": HEADERS}, **NOT_MODIFIED, **PROBLEMS},
)
async def schema(request: Request, _: Anyone, context: str, agency: str, id: str, version: str = "latest") -> Response:
    """`/schema/dataflow/KOSH/DF_FLOW`: as a message of structures."""
    form = choose(STRUCTURE, listed(request.headers, "accept"), single(request).get("format"))
    _ours(agency, version)
    return structure_answer(request, select(in_context(context), id, "descendants"), form)


@get(
    router,
    "/{resource}",
    "/{resource}/{agency}",
    "/{resource}/{agency}/{id}",
    "/{resource}/{agency}/{id}/{version}/{item}",
    "/{resource}/{agency}/{id}/{version}",
    summary="Structures: dataflow, datastructure, codelist, conceptscheme, agencyscheme",
    openapi_extra={
        "parameters": [
            query_parameter("references", "none, children, descendants, parents, parentsandsiblings or all", "all"),
            query_parameter("detail", "full, allstubs, referencestubs, referencepartial", "full"),
        ]
    },
    responses={200: {"content": content(*STRUCTURE), "headers": HEADERS}, **NOT_MODIFIED, **PROBLEMS},
)
async def structure(
    request: Request,
    _: Anyone,
    resource: str,
    agency: str = "all",
    id: str = "all",
    version: str = "latest",
    item: str = "all",
) -> Response:
    """`/dataflow/KOSH/all/latest`: every structure is named in Kazakh, Russian and English.
    `/codelist/KOSH/CL_SEX/1.0/F`: the list with this code alone.
    """
    if resource in STANDARD:
        raise NotImplementedHere(f"There is no {resource} here.")
    if resource != "structure" and resource not in artefacts():
        raise NothingFound("There is no such resource; dataflow, datastructure and codelist are some.")
    parameters = single(request)
    form = choose(STRUCTURE, listed(request.headers, "accept"), parameters.get("format"))
    _ours(agency, version)
    selection = select(
        resource,
        id,
        parameters.get("references", "none"),
        parameters.get("detail", "full"),
        item.replace(" ", "+"),
    )
    return structure_answer(request, selection, form)


def _of_agency(provider: str) -> None:
    if provider not in ("all", AGENCY):
        raise NothingFound(f"All figures are provided by {AGENCY}.")


def _ours(agency: str, version: str) -> None:
    if agency not in ("all", AGENCY) or version not in ("all", "latest", VERSION):
        raise NothingFound(f"All structures belong to agency {AGENCY} and have version {VERSION}.")
