"""Facts of the permits register: foreign labour."""

from typing import Literal

from pydantic import Field

from shared.events.contradictions import not_before
from shared.events.envelope import Fact
from shared.events.person import Person
from shared.events.wire import (
    Activity,
    Bin,
    Country,
    Date,
    Flag,
    Occupation,
    PastDate,
    Region,
    SourceId,
    WireModel,
    during,
)

PermitKind = Literal[
    "employer", "seasonal", "intra_corporate", "self_employed", "labour_immigrant", "business_immigrant"
]
Category = Literal["1", "2", "3", "4"]


class BusinessTrip(WireModel):
    """Work in another region than the permit's, on both days and those between."""

    region: Region
    starts_on: Date
    ends_on: Date

    CONTRADICTIONS = (not_before("ends_on", "starts_on"),)


class WorkPermit(Fact, producer="permits", name="work_permit", version=1):
    """A permit for one foreign worker in its present state. Valid on both `valid_from` and `valid_until`;
    `ended_on` is the first day on which a revoked permit no longer holds, `suspended_on` the first of a suspension that
    still lasts."""

    source_id: SourceId
    kind: PermitKind
    category: Category | None = Field(None, description="1 heads, 2 heads of units, 3 specialists, 4 skilled workers")
    status: Literal["issued", "revoked"]
    person: Person
    employer_bin: Bin | None = None
    region: Region
    activity: Activity
    occupation: Occupation | None = None
    qualified: Flag
    issued_on: PastDate
    valid_from: Date
    valid_until: Date
    ended_on: PastDate | None = None
    suspended_on: PastDate | None = None
    business_trips: tuple[BusinessTrip, ...] = Field((), max_length=1000, description="to other regions, by their days")

    DAYS = during("valid_from", "ended_on", "valid_until")
    CONTRADICTIONS = (not_before("valid_until", "valid_from"),)


class EaeuWorker(Fact, producer="permits", name="eaeu_worker", version=1):
    """A worker from the Eurasian Economic Union, who needs no permit, as declared by the employer (plan 21)."""

    source_id: SourceId
    person: Person
    employer_bin: Bin
    region: Region
    activity: Activity
    occupation: Occupation | None = None
    qualified: Flag
    country: Country = Field(description="member state whose citizenship frees the worker from the permit")
    works_from: Date
    works_until: Date | None = None

    DAYS = during("works_from", "works_until")
