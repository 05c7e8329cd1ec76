"""The case file of a family, as the body of a record of kandas_application."""

from typing import Literal

from shared.events.wire import Date, Region, SourceId, Text, WireModel

PaperKind = Literal["application", "autobiography", "identity", "ethnicity"]
Member = Literal["applicant", "spouse", "child", "parent", "other"]
Procedure = Literal["ordinary", "pilot"]
PilotStep = Literal["language_test", "questionnaire", "interview"]


class Paper(WireModel):
    """A document that was received; the register keeps that it was, not the document."""

    kind: PaperKind
    received_on: Date


class PaperReturn(WireModel):
    """A paper that was given back, and the day on which it was there again."""

    returned_on: Date
    reason: Text
    received_on: Date | None = None


class HeldPaper(Paper):
    """A document on file, which may have been given back meanwhile."""

    returns: tuple[PaperReturn, ...] = ()

    @property
    def given_back(self) -> PaperReturn | None:
        """The return after which the paper is not there again."""
        return self.returns[-1] if self.returns and self.returns[-1].received_on is None else None


class MemberFile(WireModel):
    """The papers of one member. The person stands in the member's status record."""

    source_id: SourceId
    member: Member
    documents: tuple[HeldPaper, ...] = ()

    @property
    def held(self) -> frozenset[PaperKind]:
        """What the register has in hand: without the papers that were given back."""
        return frozenset(paper.kind for paper in self.documents if paper.given_back is None)


class Hearing(WireModel):
    """The hearing after a preliminary refusal: due `by` its last day, held or not."""

    invited_on: Date
    by: Date
    held_on: Date | None = None


class StepTaken(WireModel):
    """A step of the pilot procedure that the applicant took, and what the officer who held it found."""

    step: PilotStep
    taken_on: Date
    result: Literal["sufficient", "insufficient"]


class CaseFile(WireModel):
    """`source_id` is the case number; `mission` is where it was lodged, None at home. `steps` are those of the pilot
    procedure in the order in which they were entered: of one that was taken again the last counts."""

    source_id: SourceId
    lodged_on: Date
    mission: Text | None
    region: Region
    members: tuple[MemberFile, ...]
    hearing: Hearing | None = None
    procedure: Procedure = "ordinary"
    steps: tuple[StepTaken, ...] = ()

    @property
    def results(self) -> dict[str, bool]:
        """By the steps that were taken, whether the last result was sufficient."""
        return {taken.step: taken.result == "sufficient" for taken in self.steps}
