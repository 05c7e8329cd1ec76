"""Facts of the kandas register: ethnic repatriates."""

from typing import Literal

from pydantic import Field

from shared.events.envelope import Fact
from shared.events.language import Country, Day, Region, SourceId
from shared.events.person import Person


class KandasStatus(Fact, producer="kandas", name="kandas_status", version=1):
    """One family member's way through the kandas procedure in its present state.

    `source_id` is the member's own number; `case` is shared by the family, which applies as one.
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
