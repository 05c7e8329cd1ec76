"""Facts of the portal about visas and the stays that begin on them."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from shared.events.contradictions import contradiction, not_before
from shared.events.envelope import Fact
from shared.events.person import Person
from shared.events.wire import Date, Flag, Mission, PastDate, Region, SourceId, during
from shared.kernel.codes import code_list


def _category(value: str) -> str:
    if value not in code_list("visa_categories"):
        raise ValueError("is not a visa category: A1 to A6, B1 to B12-1 or C1 to C12 are expected")
    return value


VisaCategory = Annotated[str, AfterValidator(_category)]
VisaNumber = Annotated[str, Field(pattern=r"^[A-Z0-9-]{1,20}$")]
Entries = Literal["single", "multiple"]


class Visa(Fact, producer="portal", name="visa", version=1):
    """A visa in its present state. It admits on both `valid_from` and `valid_until`; `stay_days` is the longest stay
    after each entry, None where only the validity limits it. An annulled one no longer holds on `annulled_on`."""

    source_id: SourceId
    number: VisaNumber
    person: Person
    category: VisaCategory
    entries: Entries
    electronic: Flag = False
    valid_from: Date
    valid_until: Date
    stay_days: Annotated[int, Field(strict=True, ge=1, le=3_660)] | None = None
    invitation: VisaNumber | None = Field(None, description="number of the invitation that it was issued on")
    issued_on: PastDate
    mission: Mission | None = Field(None, description="the mission that issued it; null for one issued in the country")
    state: Literal["issued", "annulled"] = "issued"
    annulled_on: PastDate | None = None

    DAYS = during("issued_on", "annulled_on", "valid_until")
    CONTRADICTIONS = (
        not_before("valid_until", "valid_from"),
        contradiction(
            "annulled_on is given for an annulled visa, and for no other",
            "annulled_on",
            "state",
            found=lambda annulled_on, state: (annulled_on is not None) != (state == "annulled"),
        ),
    )


class StayRegistration(Fact, producer="portal", name="stay_registration", version=1):
    """The registered stay after one entry on a visa (decree 111 of 04.03.2022, point 4): automatically at the address
    of the invitation, or else by the host's notice. It ends with the exit."""

    source_id: SourceId = Field(description="record of the entry")
    person: Person
    region: Region
    basis: Literal["visa", "notification"]
    visa_number: VisaNumber | None = None
    since: Date
    until: Date | None = Field(None, description="last day that is allowed, as far as it is known")
    ended_on: Date | None = Field(None, description="day of the exit")

    DAYS = during("since", "ended_on", "until")
