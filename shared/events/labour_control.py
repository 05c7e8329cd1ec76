"""Facts of the permits register about employers: checks by the labour authority, and complaints."""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.contradictions import contradiction, not_before, together, twice
from shared.events.envelope import Fact
from shared.events.wire import Bin, PastDate, Region, SourceId, Text, WireModel, during, on

ViolationKind = Literal[
    "work_without_permit",
    "other_trade_than_permitted",
    "wage_below_promise",
    "no_contract",
    "working_conditions",
    "local_content",
    "not_declared",
    "other",
]
Measure = Literal["warning", "order_to_mend", "fine", "permits_revoked", "new_permits_blocked", "referred"]


class FoundViolation(WireModel):
    """What a check found, and how many foreign workers it concerns."""

    kind: ViolationKind
    workers: Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


class EmployerInspection(Fact, producer="permits", name="employer_inspection", version=1):
    """A check of an employer of foreign labour: when, by which office, what it found, what was done about it."""

    source_id: SourceId
    employer_bin: Bin
    region: Region
    inspected_on: PastDate
    office: Text = Field(description="authority that made the check")
    basis: Literal["planned", "unplanned", "complaint"]
    result: Literal["clean", "violations"]
    violations: tuple[FoundViolation, ...] = Field((), max_length=8)
    measures: tuple[Measure, ...] = Field((), max_length=6)

    DAYS = on("inspected_on")
    CONTRADICTIONS = (
        contradiction(
            "violations are named where, and only where, the check found some",
            "violations",
            "result",
            found=lambda violations, result: bool(violations) != (result == "violations"),
        ),
        contradiction(
            "measures follow violations alone",
            "measures",
            "result",
            found=lambda measures, result: bool(measures) and result == "clean",
        ),
        twice("the same violation stands there twice", "violations", lambda each: each.kind),
        twice("the same measure stands there twice", "measures", lambda each: each),
    )


class LabourComplaint(Fact, producer="permits", name="labour_complaint", version=1):
    """A complaint about an employer of foreign labour, and what it came to. Who complained is not kept: the authority
    that received it knows by `source_id`."""

    source_id: SourceId
    employer_bin: Bin
    region: Region
    kind: Literal[
        "unpaid_wages",
        "working_conditions",
        "no_contract",
        "documents_withheld",
        "discrimination",
        "illegal_work",
        "other",
    ]
    received_on: PastDate
    settled_on: PastDate | None = None
    outcome: Literal["confirmed", "unfounded", "settled"] | None = None

    DAYS = during("received_on", "settled_on")
    CONTRADICTIONS = (not_before("settled_on", "received_on"), together("settled_on", "outcome"))
