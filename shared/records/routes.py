"""The HTTP side of a record kind: one, many, read, correct, withdraw, history, rejects."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Generic, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.group_commit import GroupCommit
from shared.db.records import FIRST, SubmitResult
from shared.errors import Conflict, Invalid
from shared.events.border_control import RaisedAlert
from shared.events.wire import Text
from shared.http import routes
from shared.http.answers import etag, json_response
from shared.http.languages import Speech
from shared.http.paging import Cursor, Limit
from shared.http.reading import DirectRoute
from shared.http.routes import NDJSON, Lines
from shared.identity.callers import Caller, requires
from shared.records import intake, rejects, search
from shared.records.batch import Batch, IntakeLines, LineStore
from shared.records.bulk_correction import CorrectionLine, CorrectionLines
from shared.records.record_type import F, RecordType
from shared.records.search import FoundRecords, RecordQuery
from shared.records.state import RecordState, RecordVersion, state_of, version_of
from shared.records.step import StepRequest, correct_record, step_by, withdraw_record
from shared.telemetry.tracing import current_traceparent


class Correction(BaseModel, Generic[F]):
    """The whole record as it should have been, and why it changes."""

    reason: Text
    record: F


class Withdrawal(BaseModel):
    """Why the record no longer counts."""

    reason: Text


class Receipt(BaseModel):
    """Where a submitted record is held."""

    id: UUID
    source_id: str
    version: int
    alerts: list[RaisedAlert] = Field([], description="of a crossing that raised any, when it was handed in or since")


class LineFault(BaseModel):
    """What is wrong with a line of a batch, and where in it."""

    pointer: str
    detail: str


class TakenLine(BaseModel):
    """The answer for a line of a batch whose record is held: since now, or since before."""

    line: int
    status: Literal["created", "repeated"]
    id: UUID
    alerts: list[RaisedAlert] = Field([], description="as in the answer to one record")


class RefusedLine(BaseModel):
    """The answer for a line of a batch that could not be taken."""

    line: int
    status: Literal["rejected"]
    problems: list[LineFault]


class BatchCounts(BaseModel):
    """How many lines of a batch came to what end."""

    created: int
    repeated: int
    rejected: int


class BatchSummary(BaseModel):
    """The last line of the answer to a batch."""

    summary: BatchCounts


class RevisedLine(BaseModel):
    """The answer for a line of a batch of corrections that stands: since now, or since before."""

    line: int
    status: Literal["corrected", "withdrawn", "repeated"]
    id: UUID


class RevisedCounts(BaseModel):
    """How many lines of a batch of corrections came to what end."""

    corrected: int
    withdrawn: int
    repeated: int
    rejected: int


class RevisedSummary(BaseModel):
    """The last line of the answer to a batch of corrections."""

    summary: RevisedCounts


class RejectedLine(BaseModel):
    """A line that is kept, with what is wrong with it."""

    line: int
    submitted: str
    problems: list[LineFault]


_LOCATION = {"Location": {"description": "the record's address", "required": True, "schema": {"type": "string"}}}
_BATCH = {"Kosh-Batch": {"description": "the batch's number", "required": True, "schema": {"type": "string"}}}


def record_routes(record_type: RecordType[Any], tag: str, *, single: bool = True) -> APIRouter:
    """All routes of a kind below `/v1/<path>`; without `single`, how one record is submitted is left to the caller."""
    router = routes.router(prefix=f"/v1/{record_type.path}", tags=[tag])
    if single:
        _add_single_intake(router, record_type)
    _add_bulk_intake(router, record_type)
    _add_reading(router, record_type)
    add_search(router, record_type)
    _add_correction(router, record_type)
    _add_withdrawal(router, record_type)
    _add_bulk_correction(router, record_type)
    return router


def reading_routes(record_type: RecordType[Any], tag: str) -> APIRouter:
    """Only those that read: for records that the service itself makes."""
    router = routes.router(prefix=f"/v1/{record_type.path}", tags=[tag])
    _add_reading(router, record_type)
    add_search(router, record_type)
    return router


def add_intake(router: APIRouter, record_type: RecordType[Any]) -> None:
    """Single and bulk intake, as part of `router`, whose other routes the kind may write by itself."""
    _add_single_intake(router, record_type)
    _add_bulk_intake(router, record_type)


def add_withdrawal(router: APIRouter, record_type: RecordType[Any]) -> None:
    """Withdrawal, and bulk correction and withdrawal, as part of `router`."""
    _add_withdrawal(router, record_type)
    _add_bulk_correction(router, record_type)


def _add_single_intake(router: APIRouter, record_type: RecordType[Any]) -> None:
    writer = requires(*record_type.writers, scope=record_type.scope)

    async def submit(request: Request, fact: record_type.fact, caller: Caller = writer) -> Response:  # type: ignore[name-defined]
        """201 when it is new; 200 with the same body when the same content is there already; 409 when its source_id
        holds other content."""
        if faults := record_type.refused(fact, caller):
            raise Invalid("You cannot hand in this record.", faults=faults)
        taken = await _group_commit(request, record_type).submit((fact, caller, current_traceparent()))
        if taken.outcome == "conflict":
            raise Conflict(intake.conflict_detail(taken))
        body = {"id": str(taken.id), "source_id": fact.source_id, "version": FIRST}
        body |= {"alerts": taken.alerts} if taken.alerts else {}
        headers = {"ETag": etag(FIRST), "Location": f"/v1/{record_type.path}/{taken.id}"}
        return json_response(body, 201 if taken.outcome == "created" else 200, headers)

    router.add_api_route(
        "",
        submit,
        methods=["POST"],
        status_code=201,
        response_model=Receipt,
        summary="Submit one record",
        responses={201: {"headers": _LOCATION}},
        route_class_override=DirectRoute,
    )


def _add_bulk_intake(router: APIRouter, record_type: RecordType[Any]) -> None:
    writer = requires(*record_type.writers, scope=record_type.scope)

    line = {"schema": {"$ref": f"#/components/schemas/{record_type.fact.__name__}"}}

    @router.post(
        ":batch",
        summary="Submit any number of records as NDJSON",
        openapi_extra={"requestBody": {"required": True, "content": {NDJSON: line}}},
        response_class=Lines,
        responses={200: {"model": TakenLine | RefusedLine | BatchSummary, "headers": _BATCH}},
    )
    async def submit_batch(request: Request, caller: Caller = writer) -> Lines:
        """One record a line; answers one line per input line in order, and a summary. A byte order mark before the
        lines and white space after them are no lines; an empty line between them is one. Rejected lines are kept:
        `Kosh-Batch` names the batch under which they can be downloaded, mended and sent again."""
        routes.expect_ndjson(request)
        return await _answered(request, IntakeLines(record_type, caller))

    @router.get(
        "/rejects/{batch}",
        summary="The rejected lines of a batch",
        response_class=Lines,
        responses={200: {"model": RejectedLine | Any}},
    )
    async def rejected(
        request: Request,
        batch: UUID,
        problems: Annotated[
            bool, Query(description="with line numbers and problems, instead of the bare lines")
        ] = False,
        caller: Caller = writer,
    ) -> Lines:
        """The lines as they were sent, ready to be mended; with `problems=true` each with its number and faults. Only
        who sent the batch may read them, and the reading is written to the access log. Batches are not remembered, only
        their rejected lines: 404 for a batch of which none was rejected, as for one that never was."""
        lines = await rejects.read(_engine(request), batch, record_type.name, caller)
        speech = Speech.of(request)
        return Lines(_shown(lines, speech), headers=speech.headers) if problems else Lines(_bare(lines))


async def _answered(request: Request, lines: LineStore[Any]) -> Lines:
    """What became of the lines of a batch, in the caller's language."""
    speech = Speech.of(request)
    batch = Batch(_engine(request), lines, request.app.state.metrics, speech)
    return Lines(await batch.run(request.stream()), headers={"Kosh-Batch": str(batch.id), **speech.headers})


def _group_commit(
    request: Request, record_type: RecordType[Any]
) -> GroupCommit[tuple[Any, Caller, str | None], SubmitResult]:
    group_commits: dict[str, GroupCommit[tuple[Any, Caller, str | None], SubmitResult]] = (
        request.app.state.group_commits
    )
    if record_type.name not in group_commits:
        engine = _engine(request)
        group_commits[record_type.name] = GroupCommit(
            lambda together: intake.ingest_together(engine, record_type, together)
        )
    return group_commits[record_type.name]


def _engine(request: Request) -> AsyncEngine:
    engine: AsyncEngine = request.app.state.engine
    return engine


async def _bare(lines: AsyncIterator[rejects.Kept]) -> AsyncIterator[bytes]:
    async for _, submitted, _ in lines:
        yield submitted + b"\n"


async def _shown(lines: AsyncIterator[rejects.Kept], speech: Speech) -> AsyncIterator[bytes]:
    async for line, submitted, problems in lines:
        text = submitted.decode("utf-8", "replace")
        told = orjson.Fragment(rejects.spoken(problems, speech))
        yield orjson.dumps({"line": line, "submitted": text, "problems": told}) + b"\n"


def _add_reading(router: APIRouter, record_type: RecordType[Any]) -> None:
    reader = requires(*record_type.readers, scope=record_type.scope)

    @router.get("/{id:uuid}", summary="Read a record")
    async def read(request: Request, id: UUID, caller: Caller = reader) -> RecordState[record_type.fact]:  # type: ignore[name-defined]
        """Its present state. The reading is written to the access log, which the person can see."""
        return state_of(record_type, await intake.read(_engine(request), record_type, id, caller=caller))

    @router.get("/{id:uuid}/history", summary="Read all versions of a record")
    async def read_history(
        request: Request, id: UUID, caller: Caller = reader
    ) -> list[RecordVersion[record_type.fact]]:  # type: ignore[name-defined]
        """Oldest first, the present state last; each with who made it."""
        versions = await intake.read_history(_engine(request), record_type, id, caller=caller)
        return [version_of(record_type, version) for version in versions]


def add_search(router: APIRouter, record_type: RecordType[Any]) -> None:
    """Record search, as part of `router`, whose other routes the kind may write by itself."""
    reader = requires(*record_type.readers, scope=record_type.scope)

    @router.post(":find", summary="Find records by source id, person, or day and location")
    async def find(
        request: Request, wanted: RecordQuery, caller: Caller = reader, limit: Limit = 100, cursor: Cursor = None
    ) -> FoundRecords[record_type.fact]:  # type: ignore[name-defined]
        """Newest first, withdrawn ones included, and only what you reach; a page that ends at the limit names the
        `next`. The search and everyone whom it shows are written to the access log, which the persons can see."""
        return await search.find(_engine(request), record_type, wanted, cursor, limit, caller)


def _add_correction(router: APIRouter, record_type: RecordType[Any]) -> None:
    asking = step_by(*record_type.writers, scope=record_type.scope, key_required=False)

    @router.put("/{id:uuid}", summary="Correct a record")
    async def correct(
        correction: Correction[record_type.fact],  # type: ignore[name-defined]
        asked: StepRequest = asking,
    ) -> RecordState[record_type.fact]:  # type: ignore[name-defined]
        """The whole record as it should have been; the replaced version stays in its history."""
        return await correct_record(asked, record_type, correction.record, correction.reason)


def _add_withdrawal(router: APIRouter, record_type: RecordType[Any]) -> None:
    asking = step_by(*record_type.writers, scope=record_type.scope, key_required=False)

    @router.post("/{id:uuid}:withdraw", summary="Withdraw a record")
    async def withdraw(
        withdrawal: Withdrawal,
        asked: StepRequest = asking,
    ) -> RecordState[record_type.fact]:  # type: ignore[name-defined]
        """It no longer counts; its content and history stay readable."""
        return await withdraw_record(asked, record_type, withdrawal.reason)


def _add_bulk_correction(router: APIRouter, record_type: RecordType[Any]) -> None:
    writer = requires(*record_type.writers, scope=record_type.scope)
    line = CorrectionLine[record_type.fact].model_json_schema(ref_template="#/components/schemas/{model}")  # type: ignore[name-defined]
    line.pop("$defs")  # among the components for the sake of the single form

    @router.post(
        ":correct-batch",
        summary="Correct or withdraw any number of records as NDJSON",
        openapi_extra={"requestBody": {"required": True, "content": {NDJSON: {"schema": line}}}},
        response_class=Lines,
        responses={200: {"model": RevisedLine | RefusedLine | RevisedSummary, "headers": _BATCH}},
    )
    async def correct_batch(request: Request, caller: Caller = writer) -> Lines:
        """One correction or withdrawal a line, each for itself: one that is refused takes none with it. Answers and
        rejected lines are as those of `:batch`. What was done before answers `repeated`: after a broken connection the
        same file is sent again."""
        routes.expect_ndjson(request)
        return await _answered(request, CorrectionLines(record_type, caller))
