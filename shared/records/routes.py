"""The HTTP side of a record kind: one, many, read, correct, withdraw, history, rejects."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Generic
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.lane import Lane
from shared.db.records import FIRST, Taken
from shared.errors import Conflict, Invalid
from shared.events.language import Text
from shared.http import routes
from shared.http.answers import ExpectedVersion, etag, json_response
from shared.http.callers import Caller, requires
from shared.http.idempotency import AnyAttempt
from shared.http.reading import DirectRoute
from shared.http.routes import NDJSON
from shared.http.tracing import current_traceparent
from shared.records import intake, rejects
from shared.records.batch import Batch
from shared.records.kind import F, Kind
from shared.records.state import RecordState, as_json

_NDJSON_BODY = {"requestBody": {"required": True, "content": {NDJSON: {"schema": {"type": "string"}}}}}


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


def record_routes(kind: Kind[Any], tag: str, *, single: bool = True) -> APIRouter:
    """All routes of `kind` below `/v1/<path>`; without `single`, how one record is submitted is left to the caller."""
    router = routes.router(prefix=f"/v1/{kind.path}", tags=[tag])
    if single:
        _add_single_intake(router, kind)
    _add_bulk_intake(router, kind)
    _add_reading(router, kind)
    _add_correction(router, kind)
    _add_withdrawal(router, kind)
    return router


def reading_routes(kind: Kind[Any], tag: str) -> APIRouter:
    """Only those that read: for records that the service itself makes."""
    router = routes.router(prefix=f"/v1/{kind.path}", tags=[tag])
    _add_reading(router, kind)
    return router


def _add_single_intake(router: APIRouter, kind: Kind[Any]) -> None:
    writer = requires(*kind.writers)

    async def submit(request: Request, fact: kind.fact, caller: Caller = writer) -> Response:  # type: ignore[name-defined]
        """201 when it is new; 200 with the same body when the same content is there already; 409 when its source_id
        holds other content."""
        if faults := kind.refused(fact, caller):
            raise Invalid("You cannot hand in this record.", faults=faults)
        taken = await _lane(request, kind).submit((fact, caller, current_traceparent()))
        if taken.outcome == "conflict":
            raise Conflict("The same source_id holds other content; correct that record with PUT instead.")
        body = {"id": str(taken.id), "source_id": fact.source_id, "version": FIRST}
        headers = {"ETag": etag(FIRST), "Location": f"/v1/{kind.path}/{taken.id}"}
        return json_response(body, 201 if taken.outcome == "created" else 200, headers)

    router.add_api_route(
        "",
        submit,
        methods=["POST"],
        status_code=201,
        response_model=Receipt,
        summary="Submit one record",
        route_class_override=DirectRoute,
    )


def _add_bulk_intake(router: APIRouter, kind: Kind[Any]) -> None:
    writer = requires(*kind.writers)

    @router.post(":batch", summary="Submit any number of records as NDJSON", openapi_extra=_NDJSON_BODY)
    async def submit_batch(request: Request, caller: Caller = writer) -> StreamingResponse:
        """One record a line; answers one line per input line in order, and a summary. A byte order mark before the
        lines and white space after them are no lines; an empty line between them is one. Rejected lines are kept:
        `Kosh-Batch` names the batch under which they can be downloaded, mended and sent again."""
        routes.expect_ndjson(request)
        batch = Batch(_engine(request), kind, caller)
        answer = await batch.run(request.stream())
        return StreamingResponse(answer, media_type=NDJSON, headers={"Kosh-Batch": str(batch.id)})

    @router.get("/rejects/{batch}", summary="The rejected lines of a batch")
    async def rejected(
        request: Request,
        batch: UUID,
        problems: Annotated[
            bool, Query(description="with line numbers and problems, instead of the bare lines")
        ] = False,
        caller: Caller = writer,
    ) -> StreamingResponse:
        """The lines as they were sent, ready to be mended; with `problems=true` each with its number and faults. Only
        who sent the batch may read them, and the reading is written to the access log. Batches are not remembered, only
        their rejected lines: 404 for a batch of which none was rejected, as for one that never was."""
        lines = await rejects.read(_engine(request), batch, kind.name, caller)
        return StreamingResponse(_shown(lines, problems), media_type=NDJSON)


def _lane(request: Request, kind: Kind[Any]) -> Lane[tuple[Any, Caller, str | None], Taken]:
    lanes: dict[str, Lane[tuple[Any, Caller, str | None], Taken]] = request.app.state.lanes
    if kind.name not in lanes:
        engine = _engine(request)
        lanes[kind.name] = Lane(lambda together: intake.take_together(engine, kind, together))
    return lanes[kind.name]


def _engine(request: Request) -> AsyncEngine:
    engine: AsyncEngine = request.app.state.engine
    return engine


async def _shown(lines: AsyncIterator[rejects.Kept], explained: bool) -> AsyncIterator[bytes]:
    async for line, submitted, problems in lines:
        yield _explained(line, submitted, problems) if explained else submitted + b"\n"


def _explained(line: int, submitted: bytes, problems: str) -> bytes:
    text = submitted.decode("utf-8", "replace")
    return orjson.dumps({"line": line, "submitted": text, "problems": orjson.Fragment(problems)}) + b"\n"


def _add_reading(router: APIRouter, kind: Kind[Any]) -> None:
    reader = requires(*kind.readers)

    @router.get("/{id}", response_model=RecordState[kind.fact], summary="Read a record")  # type: ignore[name-defined]
    async def read(request: Request, id: UUID, caller: Caller = reader) -> Response:
        """Its present state. The reading is written to the access log, which the person can see."""
        return _state(as_json(await intake.read(_engine(request), kind, id, caller=caller)))

    @router.get("/{id}/history", response_model=list[RecordState[kind.fact]], summary="Read all versions of a record")  # type: ignore[name-defined]
    async def read_history(request: Request, id: UUID, caller: Caller = reader) -> Response:
        """Oldest first, the present state last."""
        versions = await intake.read_history(_engine(request), kind, id, caller=caller)
        return json_response([as_json(version) for version in versions])


def _add_correction(router: APIRouter, kind: Kind[Any]) -> None:
    writer = requires(*kind.writers)

    @router.put("/{id}", response_model=RecordState[kind.fact], summary="Correct a record")  # type: ignore[name-defined]
    async def correct(
        request: Request,
        id: UUID,
        correction: Correction[kind.fact],  # type: ignore[name-defined]
        version: ExpectedVersion,
        attempt: AnyAttempt,
        caller: Caller = writer,
    ) -> Response:
        """The whole record as it should have been; the replaced version stays in its history."""
        state = await intake.correct(
            _engine(request),
            kind,
            id,
            correction.record,
            version=version,
            reason=correction.reason,
            caller=caller,
            attempt=attempt,
        )
        return _state(state)


def _add_withdrawal(router: APIRouter, kind: Kind[Any]) -> None:
    writer = requires(*kind.writers)

    @router.post("/{id}:withdraw", response_model=RecordState[kind.fact], summary="Withdraw a record")  # type: ignore[name-defined]
    async def withdraw(
        request: Request,
        id: UUID,
        withdrawal: Withdrawal,
        version: ExpectedVersion,
        attempt: AnyAttempt,
        caller: Caller = writer,
    ) -> Response:
        """It no longer counts; its content and history stay readable."""
        state = await intake.withdraw(
            _engine(request),
            kind,
            id,
            version=version,
            reason=withdrawal.reason,
            caller=caller,
            attempt=attempt,
        )
        return _state(state)


def _state(state: dict[str, Any]) -> Response:
    return json_response(state, headers={"ETag": etag(state["version"])})
