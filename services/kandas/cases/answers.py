"""What is answered about a family's case."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.kandas.cases.case_file import CaseFile
from shared.events.kandas import KandasStatus
from shared.events.wire import SourceId
from shared.http.answers import Versioned
from shared.kernel.decisions import Decision


class Answer(BaseModel):
    """An answer says no more than it declares."""

    model_config = ConfigDict(extra="forbid")


class MemberReceipt(Answer):
    """Where a member's status is held."""

    source_id: SourceId
    status_id: UUID


class Lodged(Answer):
    """Where the application and its members' statuses are held."""

    id: UUID
    source_id: SourceId
    members: list[MemberReceipt]


class Timing(Answer):
    """The deadline of the decision and the norm that set it."""

    documents_complete_on: date
    due_on: date = Field(description="last day in time")
    in_time: bool
    days_late: int = Field(description="calendar days; 0 in time")
    rule: str
    version: str = Field(description="the day since which the norm has this value")
    basis: str = Field(description="act and article")


class ClockSpan(Answer):
    """A span in which the clock of the decision ran or stood still. The day on which it begins does not count."""

    since: date
    until: date | None = Field(description="null at present")
    runs: bool
    ground: Literal["documents_missing", "review", "paper_returned", "hearing"]
    used: int = Field(description="how much of the term ran in it, in its unit")
    rule: str
    version: str = Field(description="the day since which the norm has this value")
    basis: str = Field(description="act and article")


class ClockReading(Answer):
    """Whether the clock of the decision runs, why, and how it came here: its spans up to today, oldest first. `used`
    and `left` are of the term that counts now."""

    runs: bool
    unit: str
    used: int
    left: int
    spans: list[ClockSpan]


class MemberState(Answer):
    """A member as the case has it."""

    status_id: UUID
    status_version: int
    withdrawn: bool
    missing_documents: list[str]
    status: KandasStatus


Stage = Literal["awaiting_documents", "under_review", "hearing", "decided", "withdrawn"]


class Case(Answer, Versioned):
    """A family's case as it stands. `timing` compares with today, and is null once nobody waits, before the
    clock runs, and while it stands still in time; `clock` says why."""

    id: UUID
    stage: Stage
    timing: Timing | None
    clock: ClockReading
    file: CaseFile
    missing_steps: list[str] = Field([], description="of the pilot procedure, which the applicant has not taken")
    members: list[MemberState]


class MemberDecision(Answer):
    """The ruling on one member: every check with its rule, version, finding and, where it failed, its remedy."""

    source_id: SourceId
    outcome: Literal["granted", "preliminary_refusal", "refused"]
    certificate: str | None
    valid_until: date | None = Field(description="last day of the status")
    hearing_by: date | None = Field(description="last day of the hearing after a preliminary refusal")
    timing: Timing | None
    decision: Decision


class CaseDecision(Answer, Versioned):
    """The decision of one day on every member who waited."""

    id: UUID
    decided_on: date
    timing: Timing | None
    members: list[MemberDecision]
