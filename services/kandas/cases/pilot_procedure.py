"""The pilot procedure of an application: the steps that the applicant took, with their results (K1)."""

from services.kandas.cases.answers import Case
from services.kandas.cases.case_file import CaseFile, StepTaken
from services.kandas.cases.family_case import keep, open_case, perform_on, view
from shared import clock
from shared.errors import Conflict, Fault, Invalid
from shared.outbox.unit_of_work import UnitOfWork
from shared.records.step import StepRequest

MOST_STEPS = 30
"""Of one case: more than anybody takes, and a file stays small."""


async def record_step(asked: StepRequest, taken: StepTaken) -> Case:
    """Enters a step; of one that was taken again the last result counts. Raises as `open_case`, Invalid, and Conflict
    for an application that was not made under the pilot procedure."""

    async def act(unit: UnitOfWork) -> Case:
        case = await open_case(unit, asked, "record_step")
        if case.file.procedure != "pilot":
            raise Conflict("The application was not made under the pilot procedure.")
        if len(case.file.steps) >= MOST_STEPS:
            raise Conflict("No more steps can be entered: decide on the case.")
        if faults := _faults(case.file, taken):
            raise Invalid("The step cannot have been taken on that day.", faults=faults)
        file = case.file.model_copy(update={"steps": (*case.file.steps, taken)})
        return view(await keep(unit, case, file, asked.caller, "step of the pilot procedure"))

    return await perform_on(asked, Case, act)


def _faults(file: CaseFile, taken: StepTaken) -> list[Fault]:
    before = max((each.taken_on for each in file.steps if each.step == taken.step), default=file.lodged_on)
    if before <= taken.taken_on <= clock.today():
        return []
    return [Fault("/taken_on", f"Lies before {before}, the lodging or the last time, or in the future.")]
