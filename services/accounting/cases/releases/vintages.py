"""The vintages of the figures: which releases there are, and why one was cut out of turn."""

from datetime import date, datetime
from typing import Final

from pydantic import BaseModel, Field

from services.accounting.cases.figures.read_released import Snapshots, covered_by
from services.accounting.rules.disclosure.cell_key import MOST, VARIANCE, WITHHELD
from services.accounting.rules.releases.sums import Gap, Why
from services.accounting.store.releases import gaps
from services.accounting.store.releases import release as store
from services.accounting.store.releases.release import Disclosure, Reason, Release
from shared import clock
from shared.errors import NotFound
from shared.kernel.calendar import add_months

NOT_ADDITIVE: Final = (
    f"Figures are not additive by design: each published count may differ from what was counted by up to {MOST}, so a "
    f"total may differ from the sum of n parts by up to {MOST} * (n + 1). Differences that are published as indicators "
    "(net migration) are those of the published counts."
)
NO_RELEASE: Final = "There is no release with this number."
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
    method_version: str | None = Field(
        description="the version of the method by which its flows are counted (`/v1/method-versions`); null: the first"
    )
    next_due: date = Field(description="first day on which the next release is due in turn, where one is cut monthly")


class SumThatDoesNotHold(BaseModel):
    """A figure that differs from the sum of its parts: `gap` is by how much it is more (less, below 0)."""

    flow: str
    key: str
    period: str
    parts: list[str] = Field(
        description="periods or indicators; with a minus those that are taken away, with the dataflow those of another"
    )
    gap: int | None = Field(
        description="of what was counted; null: for the role statistician alone, or one of the figures is withheld"
    )
    why: Why = Field(
        description="`counted_once`: the whole counts each person once, and persons are in several parts; "
        "`unexplained`: it should hold"
    )


class DisclosureControl(BaseModel):
    """What was done to published counts so that nobody is told by them (decision 0073)."""

    method: Disclosure = Field(description="`cell_key`: each cell has noise that its persons alone decide")
    largest_change: int = Field(description="no published count differs by more from what was counted")
    variance: int = Field(description="of the noise, whose mean is 0")
    smallest_count: int = Field(description="no published count is between 0 and this")
    not_additive: str = Field(description="why a published total need not be the sum of its published parts")


class ReleaseSums(ReleaseNote):
    """One vintage, and whether its tables add up."""

    sums_that_do_not_hold: list[SumThatDoesNotHold] | None = Field(
        description="between figures as they were counted; all others hold; null: it was cut before they were kept"
    )
    disclosure_control: DisclosureControl | None = Field(
        description="null: it was cut before; small counts were withheld, all others shown as they were counted"
    )


async def vintages(reader: Snapshots) -> list[ReleaseNote]:
    """The newest releases, the last first."""
    async with reader.snapshot() as connection:
        return [_note(each) for each in await store.newest_of_all(connection, NEWEST)]


async def sums(reader: Snapshots, id: int, *, exact: bool) -> ReleaseSums:
    """One release, with the sums in it that do not hold; without `exact` not by how much. Raises NotFound."""
    async with reader.snapshot() as connection:
        release = await store.numbered(connection, id)
        if release is None:
            raise NotFound(NO_RELEASE)
        found = await gaps.read(connection, id)
    shown = [_sum(gap, told=not gap.withheld and (exact or release.disclosure is None)) for gap in found]
    return ReleaseSums(
        **dict(_note(release)),
        sums_that_do_not_hold=shown if release.method_version is not None else None,
        disclosure_control=_control(release.disclosure) if release.disclosure else None,
    )


def _control(method: Disclosure) -> DisclosureControl:
    return DisclosureControl(
        method=method,
        largest_change=MOST,
        variance=VARIANCE,
        smallest_count=WITHHELD + 1,
        not_additive=NOT_ADDITIVE,
    )


def _note(release: Release) -> ReleaseNote:
    start, through = covered_by(release) or (None, None)
    return ReleaseNote(
        id=release.id,
        cut_at=release.cut_at,
        covered_from=start,
        covered_through=through,
        reason=release.reason,
        method_version=release.method_version,
        next_due=add_months(clock.date_of(release.cut_at).replace(day=1), 1),
    )


def _sum(gap: Gap, *, told: bool) -> SumThatDoesNotHold:
    """By the gap and the published figures one that is not told could be."""
    return SumThatDoesNotHold(
        flow=gap.flow,
        key=gap.key,
        period=gap.period,
        parts=gap.parts.split(","),
        gap=gap.gap if told else None,
        why=gap.why,
    )
