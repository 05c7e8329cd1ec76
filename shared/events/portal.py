"""Facts of the portal: border, visa and stay data."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from shared.events.contradictions import contradiction, not_before
from shared.events.envelope import Fact
from shared.events.person import Person
from shared.events.wire import (
    CountedDate,
    Country,
    Date,
    Flag,
    PastCountedTimestamp,
    PastDate,
    Purpose,
    Region,
    SourceId,
    Text,
    during,
    on,
)


class BorderCrossing(Fact, producer="portal", name="border_crossing", version=1):
    """One crossing of the state border. The statistical date is the calendar date as written in `crossed_at`."""

    source_id: SourceId
    direction: Literal["entry", "exit"]
    crossed_at: PastCountedTimestamp
    checkpoint: Text
    person: Person
    visa_number: Annotated[str, Field(pattern=r"^[A-Z0-9-]{1,20}$")] | None = None
    purpose: Purpose | None = None
    country: Country | None = Field(None, description="coming from (entry) or going to (exit)")
    resident_at_start: Flag | None = Field(
        None, description="historical loads: was the person a resident when the register began"
    )

    DAYS = on("crossed_at")


class ResidenceRegistration(Fact, producer="portal", name="residence_registration", version=1):
    """Residence registration or de-registration with the migration police (interior ministry's feed, P7).

    `former_kandas` marks ethnic repatriates who leave for permanent residence abroad (decree 602, plan 22).
    """

    source_id: SourceId
    act: Literal["registration", "deregistration"]
    date: PastDate
    person: Person
    region: Region
    residence: Literal["permanent", "temporary"] = "permanent"
    counterpart_region: Region | None = Field(None, description="region of origin or destination inside the country")
    counterpart_country: Country | None = Field(None, description="country of origin or destination")
    former_kandas: Flag = False

    DAYS = on("date")
    CONTRADICTIONS = (
        contradiction(
            "name either counterpart_region or counterpart_country, not both",
            "counterpart_country",
            "counterpart_region",
            found=lambda country, region: country is not None and region is not None,
        ),
    )


class FeedCoverage(Fact, producer="portal", name="feed_coverage", version=1):
    """The period that a source declares to have delivered completely; both days are included."""

    feed: Literal["berkut"]
    register_start: CountedDate
    complete_through: CountedDate

    CONTRADICTIONS = (not_before("complete_through", "register_start"),)


Channel = Literal["vmp", "egov", "eqonaq", "office", "post", "self"]
"""How a host's notice comes in (decree 111, point 4); `self` is the foreigner's own registration (order 923)."""

HostKind = Literal["person", "organisation"]
NoticeState = Literal["awaiting_host", "refused_by_host", "notified", "checked_out", "cancelled"]


class HostNotification(Fact, producer="portal", name="host_notification", version=1):
    """A foreigner's stay at a host in its present state (decree 111, point 4).

    Only `notified` and `checked_out` are stays. `joins` names the record of the same stay that was notified first,
    through another channel or once more: both together are one stay. The host stays in the portal.
    """

    source_id: SourceId
    channel: Channel
    state: NoticeState
    person: Person
    host_kind: HostKind
    region: Region
    stay_from: PastDate
    stay_until: Date | None = Field(None, description="last day as planned")
    checked_out_on: PastDate | None = None
    purpose: Purpose | None = None
    joins: UUID | None = None

    DAYS = during("stay_from", "checked_out_on", "stay_until")
