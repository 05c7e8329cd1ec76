"""An invitation, as the body of a record of the register. It stays inside the portal: no event tells of it."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from shared.events.language import Bin, Day, Language, Purpose, Region, SourceId, Text
from shared.events.person import Iin, Person
from shared.events.visa import VisaCategory
from shared.kernel import codes


def _kato(value: str) -> str:
    if not codes.is_region(value[:2]):
        raise ValueError("is not a place: the nine digits of its KATO code are expected")
    return value


Kato = Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$"), AfterValidator(_kato)]


class Inviter(Language):
    """The inviting party: a person by IIN, or an organisation by BIN."""

    iin: Iin | None = None
    bin: Bin | None = None

    @model_validator(mode="after")
    def _one_number(self) -> Self:
        if (self.iin is None) == (self.bin is None):
            raise ValueError("name the inviting party by iin or by bin, and by one of them only")
        return self

    @property
    def number(self) -> str:
        return str(self.iin or self.bin)


class HostAddress(Language):
    """Where the invited will live: region, locality and the rest kept apart. Without locality or address nobody can be
    registered there; the host reports the arrival instead."""

    region: Region
    locality: Kato | None = Field(None, description="KATO code of the settlement, nine digits")
    address: Text | None = Field(None, description="street, house, flat")

    @model_validator(mode="after")
    def _in_the_region(self) -> Self:
        if self.locality is not None and self.locality[:2] != self.region:
            raise ValueError("the locality lies in another region")
        return self

    @property
    def complete(self) -> bool:
        return self.locality is not None and self.address is not None


class InvitationAsked(Language):
    """An invitation as it is asked for; `stay_until` is the last day of the period."""

    source_id: SourceId
    inviter: Inviter
    host_address: HostAddress
    person: Person
    purpose: Purpose
    category: VisaCategory
    stay_from: Day
    stay_until: Day

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.stay_until < self.stay_from:
            raise ValueError("stay_until must not lie before stay_from")
        return self


class Invitation(InvitationAsked):
    """A granted invitation. An annulled one no longer holds on `annulled_on`."""

    number: str
    issued_on: Day
    state: Literal["issued", "annulled"] = "issued"
    annulled_on: Day | None = None
