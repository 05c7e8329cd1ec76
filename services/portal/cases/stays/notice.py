"""A notice of a foreigner's stay, as the body of a record of host_notification."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from shared.audit.access_log import Subject
from shared.events.contradictions import contradiction, not_before
from shared.events.person import Iin, Person
from shared.events.portal import Channel, HostKind, NoticeState
from shared.events.wire import REGION, Bin, Date, PastDate, PastTimestamp, Purpose, SourceId, Text, WireModel, during
from shared.kernel import codes

SIGNED = ("vmp", "egov")
ON_PAPER = ("office", "post")
STAYS = ("notified", "checked_out")
"""States in which a notice tells of a stay that there is or was."""


def _kato(value: str) -> str:
    if not codes.is_region(value[:2]):
        raise ValueError("is not a place: the nine digits of its KATO code are expected")
    return value


Kato = Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$"), AfterValidator(_kato), REGION]


class Host(WireModel):
    """Who takes the foreigner in: a person by IIN, or an organisation by BIN."""

    kind: HostKind
    iin: Iin | None = None
    bin: Bin | None = None

    CONTRADICTIONS = (
        contradiction(
            "a person is named by iin, and nobody else",
            "iin",
            "kind",
            found=lambda iin, kind: (iin is not None) != (kind == "person"),
        ),
        contradiction(
            "an organisation is named by bin, and nobody else",
            "bin",
            "kind",
            found=lambda bin, kind: (bin is not None) != (kind == "organisation"),
        ),
    )

    @property
    def number(self) -> str:
        return str(self.iin or self.bin)

    @property
    def subjects(self) -> list[Subject]:
        """As the access log names the host: a person, or nobody."""
        return [Subject.beside(self.iin)] if self.iin else []


class Address(WireModel):
    """Where the foreigner stays."""

    kato: Kato
    text: Text = Field(description="street, house, flat")

    @property
    def region(self) -> str:
        return self.kato[:2]


class Paper(WireModel):
    """The paper that a clerk enters: its number, and the day on which the office received it or the postmark says."""

    number: Text
    on: PastDate


class Notice(WireModel):
    """What a host reports of one foreigner (decree 111, point 4); signed channels sign exactly this as JSON.

    `source_id` is the channel's own number. `reported_at` is when an e-Qonaq user reported, if not just now.
    """

    source_id: SourceId
    channel: Channel
    host: Host
    person: Person
    address: Address
    stay_from: PastDate = Field(description="the day on which the foreigner arrived at the host")
    stay_until: Date | None = Field(None, description="last day as planned")
    purpose: Purpose | None = None
    paper: Paper | None = None
    reported_at: PastTimestamp | None = None
    state: NoticeState = "notified"
    checked_out_on: PastDate | None = None

    DAYS = during("stay_from", "checked_out_on", "stay_until")
    CONTRADICTIONS = (
        not_before("stay_until", "stay_from"),
        not_before("checked_out_on", "stay_from"),
        contradiction(
            "checked_out_on belongs to the state checked_out",
            "checked_out_on",
            "state",
            found=lambda checked_out_on, state: (
                state != "cancelled" and (checked_out_on is not None) != (state == "checked_out")
            ),
        ),
        contradiction(
            "paper is given by the office and the post, and by them only",
            "paper",
            "channel",
            found=lambda paper, channel: (paper is not None) != (channel in ON_PAPER),
        ),
        contradiction(
            "reported_at is given through e-Qonaq only",
            "reported_at",
            "channel",
            found=lambda reported_at, channel: reported_at is not None and channel != "eqonaq",
        ),
    )

    @property
    def ends_on(self) -> Date | None:
        """Last day, as far as it is known."""
        return self.checked_out_on or self.stay_until
