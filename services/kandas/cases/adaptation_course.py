"""The adaptation course of a person: offered, attended, passed; inclusion in the quota asks for a passed one (K2).

Who must take it says rules.quota_inclusion: only who wants into the quota of kandas, has neither secondary nor higher
education, and comes from a country with another legal system.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal

from services.kandas.store.tables import adaptation_course
from shared import clock
from shared.errors import Conflict, Fault, Invalid
from shared.events.centres import AdaptationCourse
from shared.events.wire import PastDate, WireModel
from shared.identity.scope import belongs_to
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.people import document_of
from shared.records.record_type import RecordType
from shared.records.state import RecordState
from shared.records.step import StepRequest, step

Act = Literal["attend", "pass"]

TRANSITIONS: dict[Act, tuple[str, str, str]] = {
    "attend": ("offered", "attended", "Only a course that was offered can be attended"),
    "pass": ("attended", "passed", "Only a course that is attended can be passed"),
}
"""Of each act: the state in which it is allowed, the state after it, and what is said where it is not."""


def _columns(course: AdaptationCourse) -> dict[str, Any]:
    return {
        "state": course.state,
        "passed_on": course.passed_on,
        "iin": course.person.iin,
        "document": document_of(course.person),
    }


def _immutable_faults(old: AdaptationCourse, new: AdaptationCourse) -> Sequence[Fault]:
    if new.state == old.state:
        return []
    return [Fault("/state", "Changes by its acts only: withdraw what was entered by mistake.")]


COURSES = RecordType(
    fact=AdaptationCourse,
    table=adaptation_course,
    path="adaptation-courses",
    writers=("kandas-officer",),
    readers=("kandas-officer",),
    scope=belongs_to(region="region"),
    time=lambda course: clock.start_of(course.passed_on or course.attended_on or course.offered_on),
    day="offered_on",
    columns=_columns,
    immutable_faults=_immutable_faults,
)


class CourseDay(WireModel):
    """The day of the act."""

    on: PastDate


async def attend(asked: StepRequest, day: CourseDay) -> RecordState[AdaptationCourse]:
    """The person attends since that day. Raises as `step`, Invalid, and Conflict where the course was not offered."""

    async def change(_unit: UnitOfWork, course: AdaptationCourse) -> AdaptationCourse:
        return _after("attend", course, day.on, course.offered_on, attended_on=day.on)

    return await step(asked, COURSES, change, reason="attended")


async def pass_(asked: StepRequest, day: CourseDay) -> RecordState[AdaptationCourse]:
    """The person has passed. Raises as `step`, Invalid, and Conflict where the course is not attended."""

    async def change(_unit: UnitOfWork, course: AdaptationCourse) -> AdaptationCourse:
        return _after("pass", course, day.on, course.attended_on or course.offered_on, passed_on=day.on)

    return await step(asked, COURSES, change, reason="passed")


def _after(act: Act, course: AdaptationCourse, on: date, earliest: date, **days: date) -> AdaptationCourse:
    """The course after `act` on a day from `earliest` to today. Raises Conflict, Invalid."""
    before, then, said = TRANSITIONS[act]
    if course.state != before:
        raise Conflict(f"{said}; this one is {course.state}.")
    if not earliest <= on <= clock.today():
        fault = Fault("/on", f"Lies before {earliest}, the day before which it cannot have been, or in the future.")
        raise Invalid("It cannot have been on that day.", faults=[fault])
    return AdaptationCourse.model_validate(dict(course) | days | {"state": then})
