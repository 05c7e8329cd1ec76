"""An invitation, as the body of a record of the register. It stays inside the portal: no event tells of it."""

from typing import Literal

from pydantic import AliasChoices, Field

from services.portal.cases.stays.notice import Host, Kato
from shared.events.contradictions import contradiction, not_before
from shared.events.person import Person
from shared.events.visa import VisaCategory
from shared.events.wire import Date, Purpose, ReckonedDate, Region, SourceId, Text, WireModel


class HostAddress(WireModel):
    """Where the invited will live: region, locality and the rest kept apart. Without locality or address nobody can be
    registered there; the host reports the arrival instead. `locality` and `address` are what records of before call
    `kato` and `text`."""

    region: Region
    kato: Kato | None = Field(
        None, validation_alias=AliasChoices("kato", "locality"), description="KATO code of the settlement, nine digits"
    )
    text: Text | None = Field(None, validation_alias=AliasChoices("text", "address"), description="street, house, flat")

    CONTRADICTIONS = (
        contradiction(
            "the locality lies in another region",
            "kato",
            "region",
            found=lambda kato, region: kato is not None and kato[:2] != region,
        ),
    )

    @property
    def complete(self) -> bool:
        return self.kato is not None and self.text is not None


class InvitationAsked(WireModel):
    """An invitation as it is asked for; `stay_until` is the last day of the period."""

    source_id: SourceId
    inviter: Host
    host_address: HostAddress
    person: Person
    purpose: Purpose
    category: VisaCategory
    stay_from: ReckonedDate
    stay_until: Date

    CONTRADICTIONS = (not_before("stay_until", "stay_from"),)


class Invitation(InvitationAsked):
    """A granted invitation. An annulled one no longer holds on `annulled_on`."""

    stay_from: Date
    number: str
    issued_on: Date
    state: Literal["issued", "annulled"] = "issued"
    annulled_on: Date | None = None
