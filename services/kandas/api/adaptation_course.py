"""`/v1/adaptation-courses`: courses of adaptation offered, attended and passed, by person."""

from typing import Annotated

from services.kandas.cases import adaptation_course as cases
from services.kandas.cases.adaptation_course import COURSES, CourseDay
from shared.events.centres import AdaptationCourse
from shared.records.routes import record_routes
from shared.records.state import RecordState
from shared.records.step import StepRequest, step_by

router = record_routes(COURSES, "adaptation courses")
OfficersStep = Annotated[StepRequest, step_by(*COURSES.writers, scope=COURSES.scope)]


@router.post("/{id:uuid}:attend", summary="A person attends the course")
async def attend(body: CourseDay, asked: OfficersStep) -> RecordState[AdaptationCourse]:
    """Since that day."""
    return await cases.attend(asked, body)


@router.post("/{id:uuid}:pass", summary="A person has passed the course")
async def pass_(body: CourseDay, asked: OfficersStep) -> RecordState[AdaptationCourse]:
    """Inclusion in the quota of kandas asks for it where the rule says so."""
    return await cases.pass_(asked, body)
