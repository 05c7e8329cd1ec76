"""What the API answers about invitations, visas, stays and duties: the shapes of its description."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.portal.cases.visas.invitation_body import HostAddress, Invitation
from shared.events.person import Person
from shared.events.visa import Entries, VisaCategory, VisaNumber
from shared.events.wire import Region
from shared.kernel.decisions import Decision


class Answer(BaseModel):
    """An answer says no more than it declares."""

    model_config = ConfigDict(extra="forbid")


class Issued(Answer):
    """The decision with its every check; number and record only where it was granted."""

    id: UUID | None
    number: VisaNumber | None
    decision: Decision


class InvitationState(Answer):
    """An invitation as the register holds it, with the decision that granted it."""

    id: UUID
    version: int
    reason: str | None
    invitation: Invitation
    decision: Decision | None


class VisaInBrief(Answer):
    """What the border needs to know of a visa."""

    category: VisaCategory
    entries: Entries
    valid_from: date
    valid_until: date
    stay_days: int | None


class VisaLookedUp(Answer):
    """Whether a visa admits today, and if not, why."""

    number: VisaNumber
    valid: bool
    reasons: list[Literal["unknown", "withdrawn", "annulled", "not-yet-valid", "expired", "used-up", "another-person"]]
    visa: VisaInBrief | None


class DutyState(Answer):
    """One entry that a host has to report; host and region are known where an invitation names them."""

    entry: UUID = Field(description="record of the border crossing")
    person: Person
    visa_number: VisaNumber | None
    entered_on: date
    checkpoint: str
    region: Region | None
    host: str | None
    due_on: date = Field(description="last day in time")
    working_days_overdue: int


class Duties(Answer):
    """A page of duties, the longest overdue first; `next` is the cursor of the page after it."""

    duties: list[DutyState]
    next: str | None


class StayAddress(Answer):
    """The address at which a stay is registered automatically: that of the invitation."""

    invitation: VisaNumber
    host: str
    address: HostAddress
