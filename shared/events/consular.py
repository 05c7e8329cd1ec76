"""Facts of the consular register: citizens abroad, and what host countries report about them."""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.contradictions import contradiction, not_before, together
from shared.events.envelope import Fact
from shared.events.person import Person
from shared.events.wire import Country, Date, Mission, Occupation, PastDate, SourceId, StatedPeriod, Text, during, on

StayAbroad = Literal["work", "study", "treatment", "tourism", "family", "permanent", "other"]
EndOfRegistration = Literal["own_wish", "other_mission", "stay_over", "return", "citizenship", "death"]


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
    legal_basis: Text | None = Field(None, description="visa class or permit of the host country, such as Korea's E-9")
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
        contradiction(
            "must be the host country, not Kazakhstan itself", "country", found=lambda country: country == "KAZ"
        ),
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
    concept: Literal["registered", "working", "studying", "irregular"]
    period: StatedPeriod
    value: Annotated[int, Field(strict=True, ge=0, le=10_000_000_000)]
    source: Text
    reliability: Literal["official", "estimate", "press"]
    reported_on: PastDate

    DAYS = on("period")
