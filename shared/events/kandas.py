"""Facts of the kandas register: ethnic repatriates."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.events.contradictions import contradiction, not_before
from shared.events.envelope import Fact
from shared.events.person import Person
from shared.events.wire import Bin, Country, Date, Occupation, PastDate, Region, SourceId, Text, WireModel, during, on

_BACKWARDS = "a status must not end before it begins"


class KandasStatus(Fact, producer="kandas", name="kandas_status", version=1):
    """One family member's way through the kandas procedure in its present state.

    `source_id` is the member's own number; `case` is shared by the family, which applies as one. The status holds on
    `valid_until` too; `ended_on` is the first day on which it no longer holds.
    """

    source_id: SourceId
    case: SourceId
    member: Literal["applicant", "spouse", "child", "parent", "other"]
    person: Person
    country_of_origin: Country
    region: Region = Field(description="region of settlement")
    state: Literal["applied", "granted", "refused", "ended"]
    applied_on: PastDate
    decided_on: PastDate | None = None
    valid_until: Date | None = None
    ended_on: PastDate | None = None
    end_reason: Literal["citizenship", "expiry", "withdrawal", "leaving"] | None = None

    DAYS = during("applied_on", "ended_on", "valid_until", "decided_on")
    CONTRADICTIONS = (
        contradiction(
            "decided_on is given from the decision on, and not before",
            "decided_on",
            "state",
            found=lambda decided_on, state: (decided_on is None) != (state == "applied"),
        ),
        contradiction(
            "ended_on is given when the status has ended, and only then",
            "ended_on",
            "state",
            found=lambda ended_on, state: (ended_on is not None) != (state == "ended"),
        ),
        contradiction(
            "end_reason is given when the status has ended, and only then",
            "end_reason",
            "state",
            found=lambda end_reason, state: (end_reason is not None) != (state == "ended"),
        ),
        contradiction(
            "valid_until is given for a granted status only",
            "valid_until",
            "state",
            found=lambda valid_until, state: valid_until is not None and state not in ("granted", "ended"),
        ),
        not_before("decided_on", "applied_on"),
        not_before("valid_until", "decided_on", f"{_BACKWARDS}: valid_until lies before decided_on"),
        not_before("ended_on", "decided_on", f"{_BACKWARDS}: ended_on lies before decided_on"),
    )


# Settlement by quota, in a block of its own.

SettlerKind = Literal["kandas", "resettler"]


Education = Literal["below_secondary", "secondary", "vocational", "higher"]


class Competence(WireModel):
    """What a settler has learned and does, as stated: level of education, occupation, qualification by its paper."""

    education: Education | None = None
    occupation: Occupation | None = None
    qualification: Text | None = None


class QuotaInclusion(Fact, producer="kandas", name="quota_inclusion", version=1):
    """One person's place in the regional quota of kandas or of resettlers.

    A kandas comes from a country, a resettler from a region of this one. `ended_on` is the first day on which the
    person is no longer a settler of the region: `left_region`, or `declined`, who never became one.
    """

    source_id: SourceId
    kind: SettlerKind
    person: Person
    region: Region = Field(description="region of settlement, whose quota gives the place")
    country_of_origin: Country | None = None
    region_of_origin: Region | None = None
    state: Literal["included", "ended"]
    included_on: PastDate
    ended_on: PastDate | None = None
    end_reason: Literal["left_region", "declined"] | None = None
    programme: Text | None = Field(None, description="the state programme by which the person settles, by its name")
    competence: Competence | None = None

    DAYS = during("included_on", "ended_on")
    CONTRADICTIONS = (
        contradiction(
            "a kandas comes from a country and a resettler from a region",
            "country_of_origin",
            "region_of_origin",
            "kind",
            found=lambda country, region, kind: (
                (country is None, region is None) != ((False, True) if kind == "kandas" else (True, False))
            ),
        ),
        contradiction(
            "ended_on is given when the inclusion has ended, and only then",
            "ended_on",
            "state",
            found=lambda ended_on, state: (ended_on is not None) != (state == "ended"),
        ),
        contradiction(
            "end_reason is given when the inclusion has ended, and only then",
            "end_reason",
            "state",
            found=lambda end_reason, state: (end_reason is not None) != (state == "ended"),
        ),
        not_before("ended_on", "included_on"),
    )


# Support of settlers, in a block of its own.

SupportKind = Literal["one_off", "rent", "mobility_certificate", "other"]
ExpectedEmployment = Literal["temporary", "one_to_three_years", "long_term"]
Tenge = Annotated[int, Field(strict=True, ge=1, le=10**12)]
Mci = Annotated[int, Field(strict=True, ge=1, le=10_000, description="monthly calculation indices; of rent, a month")]
Months = Annotated[int, Field(strict=True, ge=1, le=120)]

SUPPORT_TERMS = (
    contradiction(
        "mci is given for a one-off payment and for rent, and for nothing else",
        "mci",
        "kind",
        found=lambda mci, kind: (mci is not None) != (kind in ("one_off", "rent")),
    ),
    contradiction(
        "months is given for rent, and for nothing else",
        "months",
        "kind",
        found=lambda months, kind: (months is not None) != (kind == "rent"),
    ),
    contradiction(
        "housing_price is given for a mobility certificate, and for nothing else",
        "housing_price",
        "kind",
        found=lambda price, kind: (price is not None) != (kind == "mobility_certificate"),
    ),
)


class SupportGrant(Fact, producer="kandas", name="support_grant", version=1):
    """State support that one settler was granted: once, for some months of rent, or towards housing.

    `inclusion` is the id of the person's place in a regional quota. `amount` is the whole of it in tenge: what is
    counted in monthly calculation indices is so by the index of `granted_on`.
    """

    source_id: SourceId
    inclusion: UUID
    person: Person
    region: Region = Field(description="region of settlement")
    kind: SupportKind
    expected_employment: ExpectedEmployment = Field(description="of whoever keeps the family")
    granted_on: PastDate
    mci: Mci | None = None
    months: Months | None = None
    housing_price: Tenge | None = Field(None, description="tenge")
    amount: Tenge = Field(description="tenge")

    DAYS = on("granted_on")
    CONTRADICTIONS = SUPPORT_TERMS


# Work asked for and found, in a block of its own.

CloseReason = Literal["taken_back", "no_work_found", "left_region"]


class EmploymentRequest(Fact, producer="kandas", name="employment_request", version=1):
    """One settler's request for work to the employment body, in its present state: who asked, and who found what.

    `status` or `inclusion` is the id of the record by which the person is a kandas or a resettler; region, origin and
    person are those of it. `occupation` is wanted, `position` was found; `expected_employment` is the term expected.
    """

    source_id: SourceId
    kind: SettlerKind
    status: UUID | None = None
    inclusion: UUID | None = None
    person: Person
    region: Region = Field(description="region of settlement, whose employment body is asked")
    country_of_origin: Country | None = None
    office: Text | None = Field(None, description="the employment centre that was asked")
    occupation: Occupation | None = Field(None, description="wanted; null: any")
    state: Literal["asked", "found", "closed"]
    asked_on: PastDate
    found_on: PastDate | None = None
    employer_bin: Bin | None = None
    position: Occupation | None = Field(None, description="group of the position that was found")
    expected_employment: ExpectedEmployment | None = None
    closed_on: PastDate | None = None
    close_reason: CloseReason | None = None

    DAYS = during("asked_on", "found_on", "closed_on")
    CONTRADICTIONS = (
        contradiction(
            "a request names a status or an inclusion, and not both",
            "inclusion",
            "status",
            found=lambda inclusion, status: (inclusion is None) == (status is None),
        ),
        contradiction(
            "a resettler asks by an inclusion",
            "status",
            "kind",
            found=lambda status, kind: status is not None and kind != "kandas",
        ),
        contradiction(
            "country_of_origin is given for a kandas, and for nobody else",
            "country_of_origin",
            "kind",
            found=lambda country, kind: (country is not None) != (kind == "kandas"),
        ),
        *(
            contradiction(
                f"{member} is given when work was found, and only then",
                member,
                "state",
                found=lambda given, state: (given is not None) != (state == "found"),
            )
            for member in ("found_on", "employer_bin", "position", "expected_employment")
        ),
        *(
            contradiction(
                f"{member} is given when the request was closed without work, and only then",
                member,
                "state",
                found=lambda given, state: (given is not None) != (state == "closed"),
            )
            for member in ("closed_on", "close_reason")
        ),
        not_before("found_on", "asked_on"),
        not_before("closed_on", "asked_on"),
    )


# Places of the regional quotas, in a block of their own.


class RegionalQuotaPool(Fact, producer="kandas", name="regional_quota_pool", version=1):
    """One pool of one version of a year's regional quotas, told when the version took effect: places, and no persons.

    Without a region it is the total of the country as the order names it, in which the regions lie.
    """

    source_id: SourceId
    year: Annotated[int, Field(strict=True, ge=2022, le=2100)]
    quota_version: Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
    act: Text
    holds_from: Date
    kind: SettlerKind
    region: Region | None = None
    size: Annotated[int, Field(strict=True, ge=0, le=10_000_000, description="persons")]

    DAYS = on("holds_from")
