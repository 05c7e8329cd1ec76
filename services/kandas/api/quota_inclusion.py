"""`/v1/quota-inclusions`: families decided on, their members' places read, corrected, ended."""

from typing import Annotated

from fastapi import Request, Response

from services.kandas.cases import quota_inclusion as cases
from services.kandas.cases.quota_inclusion import INCLUSIONS, EndOfInclusion, Included, InclusionRequest
from shared.events.kandas import QuotaInclusion
from shared.http.answers import model_response
from shared.identity.callers import Caller, requires
from shared.records.routes import Correction, reading_routes
from shared.records.state import RecordState
from shared.records.step import StepRequest, correct_record, step_by

router = reading_routes(INCLUSIONS, "quota inclusions")
Officer = Annotated[Caller, requires("kandas-officer", scope=INCLUSIONS.scope)]


@router.post("", status_code=201, response_model=Included, summary="Include a family in the quota of a region")
async def include(request: Request, asked: InclusionRequest, caller: Officer) -> Response:
    """A place for each member, or none for any: a refusal (422) names every failed check and what would make it pass.
    200 where the same members were included before; 409 where a source_id holds other content."""
    included, new = await cases.include(request.app.state.engine, asked, caller)
    return model_response(included, 201 if new else 200)


@router.put("/{id:uuid}", summary="Correct an inclusion")
async def correct(
    correction: Correction[QuotaInclusion],
    asked: Annotated[StepRequest, step_by(*INCLUSIONS.writers, scope=INCLUSIONS.scope, key_required=False)],
) -> RecordState[QuotaInclusion]:
    """Who the person is, `programme` and `competence`; everything else was decided and cannot be corrected."""
    return await correct_record(asked, INCLUSIONS, correction.record, correction.reason)


@router.post("/{id:uuid}:end", summary="End an inclusion")
async def end(
    body: EndOfInclusion, asked: Annotated[StepRequest, step_by("kandas-officer", scope=INCLUSIONS.scope)]
) -> RecordState[QuotaInclusion]:
    """The person left the region, or declined. Only who declined gives the place back: the quota limits how many are
    received within a year."""
    return await cases.end(asked, body)
