"""What both trees of SDMX-REST share: how a question is refused, read and answered."""

import asyncio
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from functools import wraps
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response

from services.accounting.api.figures.cacheable import cacheable, listed
from services.accounting.cases.figures.beside_the_loop import LARGE
from services.accounting.publish.languages import preferred
from services.accounting.publish.sdmx import data_csv, data_json, data_xml
from services.accounting.publish.sdmx.availability import Availability, availability_json, availability_xml
from services.accounting.publish.sdmx.data_message import DataMessage
from services.accounting.publish.sdmx.negotiate import Form
from services.accounting.publish.sdmx.query import FLAT, TIME, DataQuery
from services.accounting.publish.sdmx.refusals import (
    BadQuery,
    NoData,
    NothingFound,
    NotImplementedHere,
    NotOffered,
    QueryFault,
    Refusal,
    TooMuch,
)
from services.accounting.publish.sdmx.selection import Selection, select
from services.accounting.publish.sdmx.structure_json import json_structures
from services.accounting.publish.sdmx.structure_message import RELEASED, structure_message
from services.accounting.publish.sdmx.structures import artefacts
from services.accounting.rules.figures.dataflows import Flow
from services.accounting.rules.figures.figures import FigureSource, Reading, TooMany
from shared.http.compression import compressed
from shared.http.openapi import problem_answer
from shared.http.problems import problem
from shared.identity.callers import Caller, public
from shared.kernel.codes import Language

LIMIT: Final = 100_000  # observations in one answer
READ: Final = 5 * LIMIT  # figures read for an answer that holds fewer of them
FAULTS: Final = 20  # faults named in one refusal

Anyone = Annotated[Caller | None, public()]
Handler = Callable[..., Awaitable[Response]]

_STATUS: Final[Mapping[type[Refusal], tuple[int, str, str]]] = {
    BadQuery: (400, "bad-query", "The query cannot be read"),
    NothingFound: (404, "not-found", "There is no such thing"),
    NoData: (404, "not-found", "There is no such thing"),
    NotOffered: (406, "not-acceptable", "Not in this form"),
    TooMuch: (413, "too-many-observations", "More than one answer may hold"),
    NotImplementedHere: (501, "not-implemented", "Not offered here"),
}
PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
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
            faults = [{"parameter": each.parameter, "detail": each.detail} for each in refusal.faults[:FAULTS]]
            return problem(status, name, title, refusal.detail, faults)

    return answering


def get(router: APIRouter, *paths: str, **options: Any) -> Callable[[Handler], Handler]:
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


def query_parameter(name: str, description: str, example: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": {"type": "string", "examples": [example]},
    }


def content(*forms: Form) -> dict[str, Any]:
    """For `responses=`: the messages' own schemas are those of the standard."""
    return {form.media_type: {"schema": {"type": "object" if "json" in form.writer else "string"}} for form in forms}


def single(request: Request, *, several: Callable[[str], object] = lambda _: False) -> Mapping[str, str]:
    """The query's parameters, each given once but those that `several` says may come again. Raises BadQuery."""
    counted = Counter(name for name, _ in request.query_params.multi_items() if not several(name))
    if repeated := [name for name, count in counted.items() if count > 1]:
        faults = [QueryFault(name, "is given more than once.") for name in repeated]
        raise BadQuery("A parameter is given once; several values stand in one.", faults)
    return request.query_params


def language_of(request: Request) -> Language:
    return preferred(listed(request.headers, "accept-language"), "en")


async def data_answer(request: Request, caller: Caller | None, asked: DataQuery, form: Form) -> Response:
    """The figures that a caller may see, written in a form. Raises NoData, TooMuch."""
    if form.of_time and asked.flat:
        raise BadQuery(
            "A message of time series is ordered by time.",
            [QueryFault("dimensionAtObservation", f"cannot be {FLAT} in this form.")],
        )
    exact, reading = await _read(request, caller, asked)

    def answer() -> Response:
        message = replace(_message(asked, reading), test=request.app.state.read_figures.invented)
        if message.size > LIMIT:
            raise _too_much()
        for_people = form.writer == "csv" and request.query_params.get("format") == "csv"
        # A spreadsheet takes a file for Unicode by its first three bytes, and for a file by its name.
        mark, headers = (BOM_UTF8, _as_file(message)) if for_people else (b"", {})
        body = mark + "".join(_pieces(message, form, request)).encode()
        return cacheable(request, body, form.media_type, reading.changed_at, public=not exact, headers=headers)

    return await _off_the_loop(request, answer, reading)


async def availability_answer(
    request: Request,
    caller: Caller | None,
    asked: DataQuery,
    form: Form,
    components: frozenset[str] | None,
    selection: Selection,
) -> Response:
    """What there is of the figures that a caller may see. Raises NoData, TooMuch."""
    exact, reading = await _read(request, caller, asked, always=READ)

    def answer() -> Response:
        available = Availability.of(_message(asked, reading), components)
        body = (
            availability_json(available, selection, language_of(request))
            if form.writer == "structure-json"
            else availability_xml(available, selection)
        )
        return cacheable(request, body, form.media_type, reading.changed_at, public=not exact)

    return await _off_the_loop(request, answer, reading)


def structure_answer(request: Request, selection: Selection, form: Form) -> Response:
    """The chosen structures, written in a form."""
    if form.writer == "structure-json":
        body = json_structures(selection, language_of(request))
    else:
        body = structure_message(selection, "3.0.0" if form.version == "3.0.0" else "2.1")
    return cacheable(request, body, form.media_type, RELEASED)


def exact_mode(mode: str) -> None:
    """Raises BadQuery, and NotImplementedHere for the other mode of the standard."""
    if mode == "available":
        raise NotImplementedHere("mode is offered as exact: what there is for the very query.")
    if mode != "exact":
        raise BadQuery("mode is not understood.", [QueryFault("mode", "is none of exact, available.")])


def known_components(components: frozenset[str] | None, flow: Flow) -> None:
    """Raises BadQuery for what is neither a dimension nor the time."""
    known = [*(each.id for each in flow.dimensions), TIME]
    if components and not components.issubset(known):
        raise BadQuery("A component is not known.", [QueryFault("component", f"is none of {', '.join(known)}.")])


def in_context(context: str) -> str:
    """The kind of structure that a schema is asked by. Raises NotImplementedHere."""
    if context in ("dataflow", "datastructure"):
        return context
    raise NotImplementedHere("A schema is offered of a dataflow or a datastructure.")


def referenced(flow: Flow, references: str) -> Selection:
    """What stands beside a constraint: the dataflow, and what it refers to. Raises BadQuery."""
    kinds = {"all": set(artefacts()), "none": set()}.get(references, set(references.replace(" ", "+").split("+")))
    if kinds - artefacts().keys():
        offered = ", ".join(["none", "all", *artefacts()])
        fault = QueryFault("references", f"is none of {offered}.")
        raise BadQuery("references is not understood.", [fault])
    every = select("dataflow", flow.id, "descendants")
    return Selection(frozenset(each for each in every.chosen if each[0] in kinds), frozenset())


async def _read(
    request: Request, caller: Caller | None, asked: DataQuery, always: int | None = None
) -> tuple[bool, Reading]:
    """The figures asked for, and whether they are exact. What is written counts, so that more may be read."""
    exact = caller is not None and "statistician" in caller.roles
    source: FigureSource = request.app.state.read_figures
    if frozenset() in asked.query.codes:
        raise NoData("No code passes the filters of one dimension.")
    try:
        reading = await source(asked.query, exact=exact, limit=always or (READ if asked.narrows else LIMIT))
    except TooMany:
        raise _too_much() from None
    if not reading.figures:
        raise NoData("No figure matches the query.")
    return exact, reading


def _too_much() -> TooMuch:
    return TooMuch(f"More than {LIMIT:,} observations match; ask for fewer series or a shorter time.")


def _message(asked: DataQuery, reading: Reading) -> DataMessage:
    message = DataMessage.of(asked, reading.figures, reading.changed_at, reading.vintages)
    if not message.series:
        raise NoData("No figure passes the filters.")
    return message


async def _off_the_loop(request: Request, answer: Callable[[], Response], reading: Reading) -> Response:
    """A large answer is written, and coded where its reader takes that, beside the loop that serves all others."""
    if len(reading.figures) <= LARGE:
        return answer()
    return await asyncio.to_thread(lambda: compressed(request.headers.get("accept-encoding"), answer()))


def _as_file(message: DataMessage) -> Mapping[str, str]:
    return {"Content-Disposition": f'attachment; filename="{message.flow.id}.csv"'}


def _pieces(message: DataMessage, form: Form, request: Request) -> Iterator[str]:
    language = language_of(request)
    version: data_csv.Version = "2.0.0" if form.version == "2.0.0" else "1.0.0"
    match form.writer:
        case "generic":
            return data_xml.generic(message, form.of_time)
        case "structure-specific" if form.version == "3.0.0":
            return data_xml.structure_specific_3(message)
        case "structure-specific":
            return data_xml.structure_specific(message, form.of_time)
        case "json":
            return data_json.json_message(message, version, language)
        case _ if form.labels == "both":
            return data_csv.with_names(message, version, language)
        case _:
            return data_csv.codes_only(message, version)
