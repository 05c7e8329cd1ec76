"""What a notice is answered: the shapes of the API's description."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.events.portal import Channel
from shared.events.wire import SourceId
from shared.kernel.decisions import Check


class Receipt(BaseModel):
    """The receipt of one notice, given once: a repeat gets the same."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "number": "HN-2026-0000017",
                    "notification": "0199a0c0-0000-7000-8000-651796590365",
                    "source_id": "2026/000017",
                    "channel": "vmp",
                    "issued_at": "2026-03-27T06:10:00+00:00",
                    "given_on": "2026-03-27",
                    "counted_from": "2026-03-20",
                    "counted_of": "arrival",
                    "due_on": "2026-03-27",
                    "in_time": True,
                    "late_by": 0,
                    "counted_in": "working days",
                    "check": {
                        "rule": "host_notice_term",
                        "version": "2020-01-01",
                        "basis": "Situation analysis of the concept of migration policy (figures up to 01.11.2021)",
                        "outcome": "passed",
                        "explanation": "given on 2026-03-27, due on 2026-03-27",
                        "remedy": None,
                    },
                    "rulebook": "5f3a0c9d2b11",
                    "crossing": None,
                    "entered_on": None,
                    "joins": None,
                }
            ]
        }
    )

    number: str
    notification: UUID
    source_id: SourceId
    channel: Channel
    issued_at: datetime
    given_on: date = Field(description="the day that counts: of receipt, of the postmark, of the report")
    counted_from: date
    counted_of: Literal["arrival", "crossing"]
    due_on: date | None = Field(description="last day in time; null where no notice was asked for")
    in_time: bool
    late_by: int
    counted_in: str = Field(description="working days or days")
    check: Check = Field(description="which rule, in which version, found what")
    rulebook: str
    crossing: UUID | None = Field(description="the entry to which the notice belonged when it was given")
    entered_on: date | None
    joins: UUID | None = Field(description="the notification that reported the same stay first: both are one stay")


class SignedNotice(BaseModel):
    """A signed notice and the verdict on its signature."""

    id: UUID
    outcome: Literal["valid", "pending", "refused"]
    reason: str | None = Field(description="why it is refused, or what it waits for: the name of the problem")
    received_at: datetime
    judged_at: datetime
    receipt: Receipt | None = Field(description="where the signature is valid")
