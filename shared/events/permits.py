"""Facts of the permits register: foreign labour."""

from typing import Annotated, Literal

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
    Text,
    WireModel,
    during,
    on,
)

PermitKind = Literal[
    "employer", "seasonal", "intra_corporate", "self_employed", "labour_immigrant", "business_immigrant"
]
Category = Literal["1", "2", "3", "4"]
ExemptGround = Literal[
    "kandas",
    "refugee",
    "asylum_seeker",
    "humanitarian",
    "convict_without_prison",
    "trafficking_victim",
    "head_of_foreign_company",
    "investment_project",
    "special_zone_project",
    "ethnic_kazakh",
]
"""Why a foreigner works without a permit (contracts/codes/exempt_grounds.csv says on which days each holds)."""


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
    further_regions: tuple[Region, ...] = Field((), max_length=19, description="in which the permit holds besides")

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


# The quota of a year, in a block of its own.

QuotaKind = Literal["employer", "seasonal", "labour_immigrant", "undistributed"]
QuotaPlaces = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]


class QuotaPool(Fact, producer="permits", name="quota_pool", version=1):
    """One pool of one version of a year's quota, as it stood on `as_of`: places, and no persons. `size` is what it has,
    of which moves since the last order brought `moved`."""

    source_id: SourceId
    year: Annotated[int, Field(strict=True, ge=2018, le=2100)]
    quota_version: Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
    act: Text
    holds_from: Date
    kind: QuotaKind
    category: Category | None = None
    region: Region | None = None
    activity: Activity | None = None
    country: Country | None = Field(None, description="whose citizens a treaty gives the pool to")
    size: QuotaPlaces
    moved: Annotated[int, Field(strict=True, ge=-10_000_000, le=10_000_000)]
    reserved: QuotaPlaces
    used: QuotaPlaces
    as_of: PastDate

    DAYS = on("holds_from")


class ExemptWorker(Fact, producer="permits", name="exempt_worker", version=1):
    """A foreigner who works without a permit on a ground other than the Union's treaty or business immigration, as
    declared by the employer (decree 1041 of 24.11.2023). `ground_document` numbers the paper that shows the ground."""

    source_id: SourceId
    person: Person
    employer_bin: Bin
    region: Region
    activity: Activity
    occupation: Occupation | None = None
    qualified: Flag
    ground: ExemptGround
    ground_document: SourceId
    works_from: Date
    works_until: Date | None = None

    DAYS = during("works_from", "works_until")


class BusinessImmigrant(Fact, producer="permits", name="business_immigrant", version=1):
    """A foreigner who does business here and needs no permit: the company, and the days on which the status holds.
    `ground` is `ethnic_kazakh` for ethnic Kazakhs from abroad, for whom it holds longer."""

    source_id: SourceId
    person: Person
    company_bin: Bin
    region: Region
    activity: Activity
    ground: Literal["entrepreneur", "ethnic_kazakh"]
    valid_from: Date
    valid_until: Date

    DAYS = during("valid_from", "valid_until")
    CONTRADICTIONS = (not_before("valid_until", "valid_from"),)


class BiometricRegistration(Fact, producer="permits", name="biometric_registration", version=1):
    """That fingerprints and a photo of a foreigner were taken: the day, the office, its reference. The biometrics
    themselves stay there: no member here could hold them (L7)."""

    source_id: SourceId
    person: Person
    region: Region
    office: SourceId
    reference: SourceId
    taken_on: PastDate

    DAYS = during("taken_on")


# An employer's staff, in a block of its own.

Heads = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


class EmployerStaff(Fact, producer="permits", name="employer_staff", version=1):
    """An employer's staff by category at the end of a year, or of the day for the year that runs: foreigners whose
    permits hold, without transfers within a company, and citizens of Kazakhstan by the newest report, of `reported_on`.
    Without a report that is null, and the citizens are unknown."""

    source_id: SourceId
    year: Annotated[int, Field(strict=True, ge=1900, le=2200)]
    reported_on: PastDate | None = None
    foreigners_1: Heads
    foreigners_2: Heads
    foreigners_3: Heads
    foreigners_4: Heads
    citizens_1: Heads | None = Field(None, description="category 1, heads")
    citizens_2: Heads | None = Field(None, description="category 2, heads of units")
    citizens_3: Heads | None = Field(None, description="category 3, specialists")
    citizens_4: Heads | None = Field(None, description="category 4, skilled workers")
