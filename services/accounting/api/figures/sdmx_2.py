"""`/sdmx/v2`: SDMX-REST 2.1, read by clients of SDMX 3.0."""

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
from services.accounting.publish.sdmx.filters import COMPONENT
from services.accounting.publish.sdmx.negotiate import DATA_2, STRUCTURE_2, STRUCTURE_JSON, STRUCTURE_OF_2, choose
from services.accounting.publish.sdmx.query_2 import ANY, VERSIONS, Context, parse_2
from services.accounting.publish.sdmx.refusals import NoData, NothingFound, NotImplementedHere
from services.accounting.publish.sdmx.selection import select
from services.accounting.publish.sdmx.structures import artefacts
from shared.http import routes

STANDARD: Final = frozenset(
    {"dataconstraint", "metadataconstraint", "metadataflow", "metadatastructure", "categoryscheme", "categorisation"}
    | {"categoryschememap", "conceptschememap", "organisationschememap", "reportingtaxonomymap", "structuremap"}
    | {"representationmap", "hierarchy", "hierarchyassociation", "valuelist", "provisionagreement", "process"}
    | {"metadataprovisionagreement", "dataproviderscheme", "metadataproviderscheme", "dataconsumerscheme"}
    | {"organisationunitscheme", "reportingtaxonomy", "transformationscheme", "rulesetscheme", "customtypescheme"}
    | {"userdefinedoperatorscheme", "vtlmappingscheme", "namepersonalisationscheme", "datastructuremap"}
)
"""Resources of the standard of which there are none here."""
CONSTRAINT: Final = (STRUCTURE_JSON, STRUCTURE_2)

router = routes.router(prefix="/sdmx/v2", tags=["sdmx"])

_FILTERS: Final = {
    "name": "c",
    "in": "query",
    "required": False,
    "description": "by component, c[SEX]=F: , is or, + is and; ge:2023 compares (eq ne lt le gt ge co nc sw ew)",
    "style": "deepObject",
    "explode": True,
    "schema": {"type": "object", "additionalProperties": {"type": "string"}, "examples": [{"FREQ": "A"}]},
}
_PARAMETERS: Final = [
    _FILTERS,
    query_parameter("asOf", "the figures that everybody could read then: a day, or a time with offset", "2026-03-01"),
    query_parameter("dimensionAtObservation", "TIME_PERIOD or AllDimensions", "TIME_PERIOD"),
    query_parameter("attributes", "dsd, none, or attributes by name", "dsd"),
    query_parameter("measures", "all or none", "all"),
    query_parameter("firstNObservations", "per series", "12"),
    query_parameter("lastNObservations", "per series", "12"),
    query_parameter("format", "csv, json or xml, instead of Accept; csv comes as a file for spreadsheets", "csv"),
    query_parameter("labels", "beside format=csv: both adds the names to the codes", "both"),
]
_NOTHING: Final = {204: {"description": "The question is good, and no figure answers it"}}


@get(
    router,
    "/data/{context}/{agency}/{id}",
    "/data/{context}/{agency}/{id}/{version}",
    "/data/{context}/{agency}/{id}/{version}/{key}",
    summary="Figures of a dataflow, by key and filters",
    openapi_extra={"parameters": _PARAMETERS},
    responses={200: {"content": content(*DATA_2), "headers": HEADERS}, **NOT_MODIFIED, **_NOTHING, **PROBLEMS},
)
async def data_by_filters(
    request: Request,
    caller: Anyone,
    context: str,
    agency: str,
    id: str,
    version: str = ANY,
    key: str = ANY,
) -> Response:
    """`/data/dataflow/KOSH/DF_FLOW/~/A.NET.*.KZ._T._T._T._T._T?c[TIME_PERIOD]=ge:2023`: one code or `*` per dimension,
    several keys with commas; filters narrow it. Who may read which figures is said at `/sdmx/v1/data`. No figure
    answers with 204.
    """
    parameters = single(request, several=COMPONENT.fullmatch)
    asked = parse_2(Context(context, agency, id, version), key, request.query_params.multi_items())
    form = choose(DATA_2, listed(request.headers, "accept"), parameters.get("format"), parameters.get("labels"))
    try:
        return await data_answer(request, caller, asked, form)
    except NoData:
        return Response(None, 204)


@get(
    router,
    "/availability/{context}/{agency}/{id}",
    "/availability/{context}/{agency}/{id}/{version}",
    "/availability/{context}/{agency}/{id}/{version}/{key}",
    "/availability/{context}/{agency}/{id}/{version}/{key}/{component}",
    summary="Which figures of a dataflow there are, by key and filters",
    openapi_extra={
        "parameters": [
            _FILTERS,
            query_parameter("mode", "exact", "exact"),
            query_parameter("references", "none, dataflow, datastructure, codelist, conceptscheme or all", "none"),
            query_parameter("format", "json or xml, instead of Accept", "json"),
        ]
    },
    responses={200: {"content": content(*CONSTRAINT), "headers": HEADERS}, **NOT_MODIFIED, **PROBLEMS},
)
async def available_by_filters(
    request: Request,
    caller: Anyone,
    context: str,
    agency: str,
    id: str,
    version: str = ANY,
    key: str = ANY,
    component: str = ANY,
) -> Response:
    """`/availability/dataflow/KOSH/DF_FLOW`: the codes with a figure in each dimension, the time that they span, and
    how many series and figures there are, of what the caller may read.
    """
    parameters = single(request, several=COMPONENT.fullmatch)
    items = [each for each in request.query_params.multi_items() if each[0] not in ("mode", "references")]
    asked = parse_2(Context(context, agency, id, version), key, items)
    form = choose(CONSTRAINT, listed(request.headers, "accept"), parameters.get("format"))
    exact_mode(parameters.get("mode", "exact"))
    components = None if component == ANY else frozenset(component.split(","))
    known_components(components, asked.query.flow)
    beside = referenced(asked.query.flow, parameters.get("references", "none").replace(",", "+"))
    return await availability_answer(request, caller, asked, form, components, beside)


@get(
    router,
    "/schema/{context}/{agency}/{id}",
    "/schema/{context}/{agency}/{id}/{version}",
    summary="The structure that data of a dataflow have, with all that it refers to",
    responses={200: {"content": content(*STRUCTURE_OF_2), "headers": HEADERS}, **NOT_MODIFIED, **PROBLEMS},
)
async def schema_of_context(
    request: Request, _: Anyone, context: str, agency: str, id: str, version: str = ANY
) -> Response:
    """`/schema/dataflow/KOSH/DF_FLOW/~`: as a message of structures."""
    form = choose(STRUCTURE_OF_2, listed(request.headers, "accept"), single(request).get("format"))
    _ours(agency, version)
    return structure_answer(request, select(in_context(context), id, "descendants"), form)


@get(
    router,
    "/structure",
    "/structure/{kind}",
    "/structure/{kind}/{agency}",
    "/structure/{kind}/{agency}/{id}",
    "/structure/{kind}/{agency}/{id}/{version}/{item}",
    "/structure/{kind}/{agency}/{id}/{version}",
    summary="Structures by kind: dataflow, datastructure, codelist, conceptscheme, agencyscheme",
    openapi_extra={
        "parameters": [
            query_parameter(
                "references", "none, children, descendants, parents, parentsandsiblings, ancestors or all", "all"
            ),
            query_parameter("detail", "full, allstubs, referencestubs, referencepartial", "full"),
        ]
    },
    responses={200: {"content": content(*STRUCTURE_OF_2), "headers": HEADERS}, **NOT_MODIFIED, **PROBLEMS},
)
async def structure_by_kind(
    request: Request,
    _: Anyone,
    kind: str = ANY,
    agency: str = ANY,
    id: str = ANY,
    version: str = ANY,
    item: str = ANY,
) -> Response:
    """`/structure/dataflow/KOSH/*/~`: several kinds, agencies and names stand with commas; `*` is every one.
    `/structure/codelist/KOSH/CL_SEX/~/F,M`: the list with these codes alone.
    """
    kinds = [] if kind in (ANY, "structure") else kind.split(",")
    if missing := set(kinds) & STANDARD:
        raise NotImplementedHere(f"There is no {min(missing)} here.")
    if not artefacts().keys() >= set(kinds):
        raise NothingFound("There is no such resource; dataflow, datastructure and codelist are some.")
    parameters = single(request)
    form = choose(STRUCTURE_OF_2, listed(request.headers, "accept"), parameters.get("format"))
    _ours(agency, version)
    selection = select(
        "+".join(kinds) or "structure",
        "all" if id == ANY else id.replace(",", "+"),
        parameters.get("references", "none").replace(",", "+"),
        parameters.get("detail", "full"),
        "all" if item == ANY else item.replace(",", "+"),
    )
    return structure_answer(request, selection, form)


def _ours(agency: str, version: str) -> None:
    agencies, versions = set(agency.split(",")), set(version.split(","))
    if not (agencies & {AGENCY, ANY} and versions & VERSIONS):
        raise NothingFound(f"All structures belong to agency {AGENCY} and have version {VERSION}.")
