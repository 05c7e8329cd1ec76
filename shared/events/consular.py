"""Facts of the consular register: citizens abroad, and what host countries report about them."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from shared.events.envelope import Fact
from shared.events.language import Country, Day, Occupation, SourceId, Text
from shared.events.person import Person

StayAbroad = Literal["work", "study", "treatment", "tourism", "family", "permanent", "other"]
EndOfRegistration = Literal["own_wish", "other_mission", "stay_over", "return", "citizenship", "death"]


class ConsularRegistration(Fact, producer="consular", name="consular_registration", version=1):
    """A citizen's voluntary registration with a mission in its present state ([000] 3).

    `ended_on` is the first day on which the citizen is no longer registered.
    """

    source_id: SourceId
    mission: Text
    person: Person
    country: Country
    city: Text | None = None
    purpose: StayAbroad
    occupation: Occupation | None = None
    legal_basis: Text | None = Field(None, description="visa class or permit of the host country, such as Korea's E-9")
    registered_on: Day
    renewed_on: Day | None = Field(None, description="when the citizen last confirmed the entry")
    abroad_since: Day | None = None
    expected_until: Day | None = None
    ended_on: Day | None = None
    end_reason: EndOfRegistration | None = None

    @field_validator("person")
    @classmethod
    def _citizen(cls, person: Person) -> Person:
        if person.citizenship != "KAZ":
            raise ValueError("the consular register is for citizens of Kazakhstan: citizenship KAZ is expected")
        return person

    @field_validator("country")
    @classmethod
    def _abroad(cls, country: str) -> str:
        if country == "KAZ":
            raise ValueError("must be the host country, not Kazakhstan itself")
        return country

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if contradictions := list(self._contradictions()):
            raise ValueError("; ".join(contradictions))
        return self

    def _contradictions(self) -> Iterator[str]:
        if (self.ended_on is None) != (self.end_reason is None):
            yield "ended_on and end_reason are given together"
        if self.ended_on is not None and self.ended_on < (self.renewed_on or self.registered_on):
            yield "ended_on must not lie before registered_on or renewed_on"
        if self.renewed_on is not None and self.renewed_on < self.registered_on:
            yield "renewed_on must not lie before registered_on"
        if self.expected_until and self.abroad_since and self.expected_until < self.abroad_since:
            yield "expected_until must not lie before abroad_since"


class HostCountryFigure(Fact, producer="consular", name="host_country_figure", version=1):
    """A figure that a host country reports about citizens of Kazakhstan ([000] 1): mirror data, no person."""

    source_id: SourceId
    country: Country
    concept: Literal["registered", "working", "studying", "irregular"]
    period: Annotated[
        str, Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2]|Q[1-4]))?$", description="year, quarter or month (SDMX)")
    ]
    value: Annotated[int, Field(ge=0, le=10_000_000_000)]
    source: Text
    reliability: Literal["official", "estimate", "press"]
    reported_on: Day
