"""Facts of border control (P6): who is barred from entry, which documents must not pass, and who met such a bar.

Every `..._until` is the last day on which a thing holds; `lifted_on` and `settled_on` are the first on which it no
longer does.
"""

from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.events.contradictions import not_before, together
from shared.events.envelope import Fact
from shared.events.person import Document, Person
from shared.events.wire import Date, PastDate, SourceId, Text, Timestamp, WireModel, during, on

AlertKind = Literal["ban", "lost_document", "others_document"]
Evidence = Literal["iin", "document", "name"]
Certainty = Literal["hit", "possible"]


class EntryBan(Fact, producer="portal", name="entry_ban", version=1):
    """A person who is barred from entry, in the ban's present state: imposed, or lifted before its end."""

    source_id: SourceId
    person: Person
    ground: Literal["expulsion", "overstay", "illegal_crossing", "false_documents", "security", "court", "other"]
    barred_from: Date
    barred_until: Date | None = Field(None, description="null for a ban without a term")
    lifted_on: Date | None = None
    lift_reason: Text | None = None

    DAYS = during("barred_from", "lifted_on", "barred_until")
    CONTRADICTIONS = (not_before("barred_until", "barred_from"), together("lifted_on", "lift_reason"))


class LostDocument(Fact, producer="portal", name="lost_document", version=1):
    """A travel document that must not pass: reported lost, stolen or invalid. `person` is its rightful holder, where
    known: whoever else shows it uses another's document."""

    source_id: SourceId
    document: Document
    person: Person | None = None
    report: Literal["lost", "stolen", "invalid"]
    reported_on: PastDate
    settled_on: PastDate | None = Field(None, description="found again, or reported by mistake")

    DAYS = during("reported_on", "settled_on")
    CONTRADICTIONS = (not_before("settled_on", "reported_on"),)


class RaisedAlert(WireModel):
    """What the border is told at once of an alert that its crossing has raised; the rest is read under its id."""

    id: UUID
    kind: AlertKind
    evidence: Evidence
    certainty: Certainty


class BorderAlert(Fact, producer="portal", name="border_alert", version=1):
    """A crossing that met a ban on entry, a document that must not pass, or cites another person's visa, which is
    another's document. The crossing happened: it stays on record.

    `person` is as the crossing shows them; `evidence` tells how they were recognised, the strongest first, `certainty`
    whether that is enough: a possible alert is for an officer, and decides nothing.
    """

    source_id: SourceId
    person: Person
    kind: AlertKind
    evidence: Evidence
    certainty: Certainty = Field("hit", description="possible where it may be another person")
    crossing: str = Field(description="record of the crossing")
    basis: str = Field(description="record of the ban, of the document or of the visa")
    direction: Literal["entry", "exit"]
    crossed_at: Timestamp
    checkpoint: Text

    DAYS = on("crossed_at")
