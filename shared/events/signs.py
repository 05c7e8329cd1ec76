"""Signs of life that agencies report which are no migration register: health, school, pension, telecom (5.4b, A5c)."""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.contradictions import contradiction
from shared.events.envelope import Fact
from shared.events.person import Person
from shared.events.wire import Date, PastDate, Region, SourceId, on

SignOfLifeKind = Literal["health", "school", "pension", "telecom"]
AgencyCode = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]


def _is_inside_a_month(seen_on: Date, precision: str) -> bool:
    return precision == "month" and seen_on.day != 1


class SignOfLife(Fact, producer="portal", name="sign_of_life", version=1):
    """An agency's register met a person on a day, or in a month: that they were there, and nothing of why.

    Nothing else is asked for: no visit, no class, no sum. What a sign weighs is not told to who sends it. A total that
    names nobody is no sign.
    """

    source_id: SourceId
    person: Person
    kind: SignOfLifeKind
    seen_on: PastDate = Field(description="the day, or the first day of the month")
    precision: Literal["day", "month"] = "day"
    region: Region | None = Field(None, description="where, by the agency's register; null where it does not know")
    agency: AgencyCode = Field(description="whose register it is: the agency that the token names")

    DAYS = on("seen_on")
    CONTRADICTIONS = (
        contradiction(
            "of a month the first day is expected",
            "seen_on",
            "precision",
            found=_is_inside_a_month,
        ),
    )
