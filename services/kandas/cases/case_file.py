"""The case file of a family, as the body of a record of kandas_application."""

from typing import Literal

from shared.events.wire import Day, Language, Region, SourceId, Text

PaperKind = Literal["application", "autobiography", "identity", "ethnicity"]
Member = Literal["applicant", "spouse", "child", "parent", "other"]


class Paper(Language):
    """A document that was received; the register keeps that it was, not the document."""

    kind: PaperKind
    received_on: Day


class MemberFile(Language):
    """The papers of one member. The person stands in the member's status record."""

    source_id: SourceId
    member: Member
    documents: tuple[Paper, ...] = ()


class Hearing(Language):
    """The hearing after a preliminary refusal: due `by` its last day, held or not."""

    invited_on: Day
    by: Day
    held_on: Day | None = None


class CaseFile(Language):
    """`source_id` is the case number; `mission` is where it was lodged, None at home."""

    source_id: SourceId
    lodged_on: Day
    mission: Text | None
    region: Region
    members: tuple[MemberFile, ...]
    hearing: Hearing | None = None
