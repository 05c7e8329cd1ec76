"""`/v1/centres`: centres of temporary placement and of adaptation, and the orders of their places."""

from typing import Annotated

from services.kandas.cases import centre as cases
from services.kandas.cases.centre import CENTRES
from shared.events.centres import Centre, CentreOrder
from shared.records.routes import record_routes
from shared.records.state import RecordState
from shared.records.step import StepRequest, step_by

router = record_routes(CENTRES, "centres")


@router.post("/{id:uuid}:order", summary="Order the places of a centre from a day on")
async def order(
    ordered: CentreOrder, asked: Annotated[StepRequest, step_by(*CENTRES.writers, scope=CENTRES.scope)]
) -> RecordState[Centre]:
    """It holds until the day before the next order; 0 places close the centre."""
    return await cases.order(asked, ordered)
