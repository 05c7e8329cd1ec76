"""Facts of the consular register: citizens abroad, and what host countries report about them."""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.envelope import Fact
from shared.events.language import Country, Day, Occupation, SourceId, Text
from shared.events.person import Person

StayAbroad = Literal["work", "study", "treatment", "tourism", "family", "permanent", "other"]


class ConsularRegistration(Fact, producer="consular", name="consular_registration", version=1):
    """A citizen's voluntary registration with a mission in its present state ([000] 3)."""

    source_id: SourceId
    mission: Text
    person: Person
    country: Country
    city: Text | None = None
    purpose: StayAbroad
    occupation: Occupation | None = None
    legal_basis: Text | None = Field(None, description="visa class or permit of the host country, such as Korea's E-9")
    registered_on: Day
    abroad_since: Day | None = None
    expected_until: Day | None = None
    ended_on: Day | None = None


class HostCountryFigure(Fact, producer="consular", name="host_country_figure", version=1):
    """A figure that a host country reports about citizens of Kazakhstan ([000] 1): mirror data, no person."""

    source_id: SourceId
    country: Country
    concept: Literal["registered", "working", "studying", "irregular"]
    period: Annotated[
        str, Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2]|Q[1-4]))?$", description="year, quarter or month (SDMX)")
    ]
    value: Annotated[int, Field(ge=0)]
    source: Text
    reliability: Literal["official", "estimate", "press"]
    reported_on: Day
