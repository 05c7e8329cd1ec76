"""The versions of the 12/16-month method, and the years by two of them side by side, with bridge factors.

The factor of a year and direction is what a figure by the former version is multiplied by to be one by the present.
"""

from datetime import date
from decimal import Decimal

from pydantic import BaseModel, Field

from services.accounting.cases.figures.read_figures import FigureReader
from services.accounting.rules.releases.versions import METHOD_VERSIONS, Bridge, MethodVersion, bridges
from services.accounting.store.releases import overlap


class BridgedYear(BaseModel):
    """National migrations of a year, final by both versions."""

    year: int
    indicator: str
    former: int
    present: int
    factor: Decimal | None = Field(description="present / former, to four places; null where the former is 0")


class MethodVersionNote(BaseModel):
    """A version of METHOD M1216, and how it compares with the one before it."""

    id: str
    since: date
    threshold_days: int
    window_days: int
    changed: str
    overlap: list[BridgedYear] = Field(
        description="of the version in force: years counted by both, as the newest rebuild has them; else empty"
    )


async def method_versions(
    reader: FigureReader, versions: tuple[MethodVersion, ...] = METHOD_VERSIONS
) -> list[MethodVersionNote]:
    """All of them, the oldest first."""
    async with reader.snapshot() as connection:
        counted = await overlap.read(connection)
    former, present = versions[-2:] if len(versions) > 1 else (versions[-1], versions[-1])
    known = former != present and {former.id, present.id} == counted.keys()
    side_by_side = bridges(counted[former.id], counted[present.id]) if known else []
    return [_note(each, side_by_side if each == present else []) for each in versions]


def _note(version: MethodVersion, side_by_side: list[Bridge]) -> MethodVersionNote:
    return MethodVersionNote(
        id=version.id,
        since=version.since,
        threshold_days=version.rule.threshold,
        window_days=version.rule.window,
        changed=version.changed,
        overlap=[_year(each) for each in side_by_side],
    )


def _year(bridge: Bridge) -> BridgedYear:
    factor = bridge.factor
    rounded = None if factor is None else round(Decimal(factor.numerator) / factor.denominator, 4)
    return BridgedYear(
        year=bridge.year, indicator=bridge.indicator, former=bridge.former, present=bridge.present, factor=rounded
    )
