"""Facts of the consular register: citizens abroad, and what host countries report about them."""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.contradictions import contradiction, not_before, together
from shared.events.envelope import Fact
from shared.events.person import Person
from shared.events.wire import (
    Bin,
    Country,
    Date,
    Mission,
    Occupation,
    PastDate,
    Region,
    SourceId,
    StatedPeriod,
    Text,
    during,
    on,
)

StayAbroad = Literal["work", "study", "treatment", "tourism", "family", "permanent", "other"]
EndOfRegistration = Literal["own_wish", "other_mission", "stay_over", "return", "citizenship", "death"]
Concept = Literal["registered", "working", "studying", "irregular"]
Reliability = Literal["official", "estimate", "press"]
Legality = Literal["regular", "irregular"]
Amount = Annotated[int, Field(strict=True, ge=0, le=10**15)]


HOST_COUNTRY = contradiction(
    "must be the host country, not Kazakhstan itself", "country", found=lambda country: country == "KAZ"
)


class ConsularRegistration(Fact, producer="consular", name="consular_registration", version=1):
    """A citizen's voluntary registration with a mission in its present state ([000] 3).

    `ended_on` is the first day on which the citizen is no longer registered.
    """

    source_id: SourceId
    mission: Mission
    person: Person
    country: Country
    city: Text | None = None
    purpose: StayAbroad
    occupation: Occupation | None = None
    employer: Text | None = Field(None, description="employer or trade abroad, as stated")
    legal_basis: Text | None = Field(None, description="visa class or permit of the host country, such as Korea's E-9")
    legality: Legality | None = Field(
        None, description="whether the citizen's stay and work there are lawful, as the citizen states it"
    )
    region_of_origin: Region | None = Field(None, description="region of Kazakhstan where the citizen lived last")
    registered_on: PastDate
    renewed_on: PastDate | None = Field(None, description="when the citizen last confirmed the entry")
    abroad_since: PastDate | None = None
    expected_until: Date | None = None
    ended_on: PastDate | None = None
    end_reason: EndOfRegistration | None = None

    DAYS = during("registered_on", "ended_on")
    CONTRADICTIONS = (
        contradiction(
            "the consular register is for citizens of Kazakhstan: citizenship KAZ is expected",
            "person",
            found=lambda person: person.citizenship != "KAZ",
            at=("person", "citizenship"),
        ),
        HOST_COUNTRY,
        together("ended_on", "end_reason"),
        not_before("ended_on", "registered_on"),
        not_before("ended_on", "renewed_on"),
        not_before("renewed_on", "registered_on"),
        not_before("expected_until", "abroad_since"),
    )


class HostCountryFigure(Fact, producer="consular", name="host_country_figure", version=1):
    """A figure that a host country reports about citizens of Kazakhstan ([000] 1): mirror data, no person."""

    source_id: SourceId
    country: Country
    concept: Concept
    period: StatedPeriod
    value: Annotated[int, Field(strict=True, ge=0, le=10_000_000_000)]
    source: Text
    reliability: Reliability
    reported_on: PastDate

    DAYS = on("period")
    CONTRADICTIONS = (HOST_COUNTRY,)


class StatisticsRequest(Fact, producer="consular", name="statistics_request", version=1):
    """A request of the competent body that a mission asks its host country for a figure, and what came of it ([000] 1:
    host countries give figures upon a competent body's request only). It names no person.

    `figure` is the source_id of the host-country figure that answers it.
    """

    source_id: SourceId
    mission: Mission
    country: Country
    concept: Concept
    period: StatedPeriod
    act: Text = Field(description="number and day of the competent body's letter")
    asked_on: PastDate
    answer_by: Date
    state: Literal["asked", "answered", "declined"] = "asked"
    settled_on: PastDate | None = None
    figure: SourceId | None = None
    declined_because: Text | None = None

    DAYS = on("asked_on")
    CONTRADICTIONS = (
        HOST_COUNTRY,
        contradiction(
            "settled_on is given once the mission has answered or the host country has declined, and not before",
            "settled_on",
            "state",
            found=lambda settled_on, state: (settled_on is None) != (state == "asked"),
        ),
        contradiction(
            "figure names what answers the request, and stands there once it is answered",
            "figure",
            "state",
            found=lambda figure, state: (figure is None) != (state != "answered"),
        ),
        contradiction(
            "declined_because says why the host country gave no figure, and stands there only then",
            "declined_because",
            "state",
            found=lambda reason, state: (reason is None) != (state != "declined"),
        ),
        not_before("answer_by", "asked_on"),
        not_before("settled_on", "asked_on"),
    )


class Remittance(Fact, producer="consular", name="remittance", version=1):
    """Personal transfers between Kazakhstan and a country in a period, as a source reports them ([001]; [003]):
    indirect evidence of work abroad, about no person. `amount` in whole units of `currency` (ISO 4217)."""

    source_id: SourceId
    country: Country
    direction: Literal["in", "out"] = Field(description="to Kazakhstan, or from it")
    period: StatedPeriod
    currency: Literal["KZT", "USD"]
    amount: Amount
    source: Text
    reported_on: PastDate

    DAYS = on("period")
    CONTRADICTIONS = (
        contradiction(
            "must be the other country, not Kazakhstan itself", "country", found=lambda country: country == "KAZ"
        ),
    )


class AssistanceCase(Fact, producer="consular", name="assistance_case", version=1):
    """A citizen in trouble abroad whom a mission assists, and how it ended ([001] 2)."""

    source_id: SourceId
    mission: Mission
    person: Person
    country: Country
    kind: Literal["unpaid_wages", "injury", "death", "exploitation", "detention", "other"]
    opened_on: PastDate
    closed_on: PastDate | None = None
    outcome: Literal["solved", "returned_home", "handed_over", "unsolved"] | None = None

    DAYS = during("opened_on", "closed_on")
    CONTRADICTIONS = (
        contradiction(
            "a mission assists citizens of Kazakhstan: citizenship KAZ is expected",
            "person",
            found=lambda person: person.citizenship != "KAZ",
            at=("person", "citizenship"),
        ),
        HOST_COUNTRY,
        together("closed_on", "outcome"),
        not_before("closed_on", "opened_on"),
    )


class PlacementAgency(Fact, producer="consular", name="placement_agency", version=1):
    """A private employment agency of Kazakhstan that places workers abroad ([003])."""

    source_id: SourceId
    agency_bin: Bin
    name: Text
    countries: tuple[Country, ...] = Field(min_length=1, max_length=50, description="where it places workers")
    listed_on: PastDate
    ended_on: PastDate | None = None

    CONTRADICTIONS = (
        contradiction(
            "countries are host countries, each named once, and not Kazakhstan itself",
            "countries",
            found=lambda countries: "KAZ" in countries or len(set(countries)) < len(countries),
        ),
        not_before("ended_on", "listed_on"),
    )


class PlacementContract(Fact, producer="consular", name="placement_contract", version=1):
    """A contract of a placement agency with an employer abroad, for a number of workers ([003]). It names no worker."""

    source_id: SourceId
    agency_bin: Bin
    country: Country
    employer: Text = Field(description="the employer abroad")
    occupation: Occupation | None = None
    workers: Annotated[int, Field(strict=True, ge=1, le=100_000)]
    signed_on: PastDate
    valid_until: Date | None = None

    DAYS = during("signed_on", "valid_until")
    CONTRADICTIONS = (
        HOST_COUNTRY,
        not_before("valid_until", "signed_on"),
    )


class PlacementComplaint(Fact, producer="consular", name="placement_complaint", version=1):
    """A complaint against a placement agency ([003]). Who complained is not on record here."""

    source_id: SourceId
    agency_bin: Bin
    country: Country
    kind: Literal["other_work", "unpaid_wages", "fee", "no_contract", "papers_withheld", "other"]
    received_on: PastDate
    settled_on: PastDate | None = None
    outcome: Literal["upheld", "rejected", "settled"] | None = None

    DAYS = during("received_on", "settled_on")
    CONTRADICTIONS = (
        HOST_COUNTRY,
        together("settled_on", "outcome"),
        not_before("settled_on", "received_on"),
    )


class RegisterTotal(Fact, producer="consular", name="register_total", version=1):
    """What the foreign ministry told the labour ministry, on its request, of the voluntary register as it stood on a
    day ([000] 2): how many citizens were on it, and how many of these by their purpose work. It names no person."""

    source_id: SourceId
    act: Text = Field(description="number and day of the labour ministry's request")
    day: PastDate
    registered: Annotated[int, Field(strict=True, ge=0)]
    working: Annotated[int, Field(strict=True, ge=0)]
    stale: Annotated[int, Field(strict=True, ge=0, description="of those registered, no longer to be believed")]
