"""Facts of the interior ministry's feed, which the portal takes in (P7): residence permits, protection, citizenship,
violations, expulsions. Residence registration stands with the portal's other facts.

Every `ended_on` is the first day on which a thing no longer holds; every `valid_until` the last day on which it does.
"""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.contradictions import contradiction, not_before, together
from shared.events.envelope import Fact
from shared.events.person import Document, Person
from shared.events.wire import Country, Date, Flag, PastDate, Region, SourceId, Text, during, on

RESIDENCE_ENDS = Literal["expiry", "citizenship", "departure", "revoked", "death"]
PROTECTION_ENDS = Literal["expiry", "cessation", "cancelled", "revoked", "citizenship", "departure", "death"]
VIOLATIONS = Literal["overstay", "illegal_crossing", "illegal_stay", "illegal_work", "late_registration", "other"]

FormerDocument = Annotated[
    Document | None,
    Field(description="the person's document before the present one, where it was replaced: it joins earlier records"),
]


class _PoliceFact(Fact, producer="portal", name="police", version=0):
    """What these facts have in common."""

    source_id: SourceId
    person: Person


class ResidencePermit(_PoliceFact, producer="portal", name="residence_permit", version=1):
    """A foreigner's or stateless person's permit to reside, temporary or permanent, in its present state."""

    residence: Literal["temporary", "permanent"]
    region: Region
    granted_on: PastDate
    valid_until: Date | None = Field(None, description="null for a permit without a term")
    ended_on: PastDate | None = None
    end_reason: RESIDENCE_ENDS | None = None
    former_document: FormerDocument = None

    DAYS = during("granted_on", "ended_on", "valid_until")
    CONTRADICTIONS = (
        not_before("valid_until", "granted_on"),
        not_before("ended_on", "granted_on"),
        together("ended_on", "end_reason"),
    )


class ProtectionStatus(_PoliceFact, producer="portal", name="protection_status", version=1):
    """Asylum, refugee status or statelessness in its present state.

    An asylum seeker is one until the final decision; refugee status is given for a year and reviewed yearly ([003]).
    A granted asylum is a new record of kind refugee.
    """

    kind: Literal["asylum_seeker", "refugee", "stateless"]
    country_of_origin: Country
    region: Region
    granted_on: PastDate = Field(description="asylum seekers: when they applied")
    reviewed_on: PastDate | None = Field(None, description="last yearly review of refugee status")
    ended_on: PastDate | None = None
    end_reason: PROTECTION_ENDS | Literal["refused", "granted"] | None = None

    DAYS = during("granted_on", "ended_on")
    CONTRADICTIONS = (
        together("ended_on", "end_reason"),
        contradiction(
            "reviewed_on is given for refugees only",
            "reviewed_on",
            "kind",
            found=lambda reviewed_on, kind: reviewed_on is not None and kind != "refugee",
        ),
        contradiction(
            "only an asylum seeker's record ends by being refused or granted",
            "end_reason",
            "kind",
            found=lambda end_reason, kind: end_reason in ("refused", "granted") and kind != "asylum_seeker",
        ),
        not_before("reviewed_on", "granted_on"),
        not_before("ended_on", "granted_on"),
    )


class CitizenshipChange(_PoliceFact, producer="portal", name="citizenship_change", version=1):
    """Citizenship of Kazakhstan acquired or lost. `person` is as after the change."""

    act: Literal["acquired", "lost"]
    date: PastDate
    other_country: Country | None = Field(None, description="citizenship before (acquired) or after (lost)")
    former_kandas: Flag = False
    former_document: FormerDocument = None

    DAYS = on("date")
    CONTRADICTIONS = (
        contradiction(
            "the person's citizenship is that after the change: KAZ when acquired, another when lost",
            "person",
            "act",
            found=lambda person, act: (person.citizenship == "KAZ") != (act == "acquired"),
            at=("person", "citizenship"),
        ),
    )


class Violation(_PoliceFact, producer="portal", name="violation", version=1):
    """A breach of migration law. What a run of the portal found is a finding until an officer confirms it; what an
    officer found needs no second one."""

    violation: VIOLATIONS
    found_on: PastDate
    since: PastDate | None = Field(None, description="first day of a stay without right")
    region: Region | None = None
    article: Text | None = Field(None, description="article of the code of administrative offences")
    penalty: Literal["warning", "fine", "arrest", "expulsion"] | None = None
    found_by: Literal["officer", "overstay_run"] = "officer"
    contested_on: PastDate | None = Field(None, description="when the person objected to a finding; an act of its own")
    confirmed_on: PastDate | None = Field(None, description="when an officer confirmed a finding; an act of its own")

    @property
    def is_finding(self) -> bool:
        """Found by a machine, and not confirmed by anybody: it has no effect, and counts as no violation."""
        return self.found_by != "officer" and self.confirmed_on is None

    DAYS = on("found_on")
    CONTRADICTIONS = (
        not_before("contested_on", "found_on"),
        not_before("confirmed_on", "found_on"),
        *(
            contradiction(
                f"{act} is of what a run has found",
                act,
                "found_by",
                found=lambda on, found_by: on is not None and found_by == "officer",
            )
            for act in ("contested_on", "confirmed_on")
        ),
        contradiction(
            "since must not lie after found_on",
            "since",
            "found_on",
            found=lambda since, found_on: since is not None and since > found_on,
        ),
    )


class Expulsion(_PoliceFact, producer="portal", name="expulsion", version=1):
    """A court's decision to expel, and whether the person has left."""

    decided_on: PastDate
    executed_on: PastDate | None = None
    to_country: Country | None = None
    barred_until: Date | None = Field(None, description="last day on which entry is barred")

    DAYS = during("decided_on", "executed_on", "decided_on")
    CONTRADICTIONS = (not_before("executed_on", "decided_on"), not_before("barred_until", "decided_on"))
