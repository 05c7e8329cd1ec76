"""Facts of the kandas register: ethnic repatriates."""

from collections.abc import Iterator
from typing import Literal, Self

from pydantic import Field, model_validator

from shared.events.envelope import Fact
from shared.events.language import Country, Day, Region, SourceId
from shared.events.person import Person


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
    applied_on: Day
    decided_on: Day | None = None
    valid_until: Day | None = None
    ended_on: Day | None = None
    end_reason: Literal["citizenship", "expiry", "withdrawal", "leaving"] | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if contradictions := list(self._contradictions()):
            raise ValueError("; ".join(contradictions))
        return self

    def _contradictions(self) -> Iterator[str]:
        if (self.state == "applied") != (self.decided_on is None):
            yield "decided_on is given from the decision on, and not before"
        if not (self.state == "ended") == (self.ended_on is not None) == (self.end_reason is not None):
            yield "ended_on and end_reason are given when the status has ended, and only then"
        if self.valid_until is not None and self.state not in ("granted", "ended"):
            yield "valid_until is given for a granted status only"
        if self.decided_on is not None:
            if self.decided_on < self.applied_on:
                yield "decided_on must not lie before applied_on"
            for name in ("valid_until", "ended_on"):
                if (day := getattr(self, name)) is not None and day < self.decided_on:
                    yield f"a status must not end before it begins: {name} lies before decided_on"
