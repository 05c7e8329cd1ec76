"""The vintages of the figures: which releases there are, and why one was cut out of turn."""

from datetime import date, datetime
from typing import Final

from pydantic import BaseModel, Field

from services.accounting.cases.figures.read_figures import FigureReader, covered_by
from services.accounting.store.releases import release as store
from services.accounting.store.releases.release import Reason, Release

NEWEST: Final = 120
"""Releases that are listed: ten years of them, if none is cut by command."""


class ReleaseNote(BaseModel):
    """One vintage; `asOf` of a data query reads it by its `cut_at`."""

    id: int
    cut_at: datetime
    covered_from: date | None = Field(description="first day that the border feed had declared complete; null: none")
    covered_through: date | None = Field(description="the last such day")
    reason: Reason | None = Field(
        description="why it was cut out of turn. `coverage_shrank`: a source took back a part of the coverage by which "
        "figures of the release before were final; null: in turn, or by command"
    )


async def vintages(reader: FigureReader) -> list[ReleaseNote]:
    """The newest releases, the last first."""
    async with reader.snapshot() as connection:
        return [_note(each) for each in await store.newest_of_all(connection, NEWEST)]


def _note(release: Release) -> ReleaseNote:
    start, through = covered_by(release) or (None, None)
    return ReleaseNote(
        id=release.id, cut_at=release.cut_at, covered_from=start, covered_through=through, reason=release.reason
    )
