"""The versions of the 12/16-month method, and the years by two of them side by side, with bridge factors.

The factor of a year and direction is what a figure by the former version is multiplied by to be one by the present.
Entitled people read both versions as the newest rebuild counted them, of the same persons. Everybody else reads what
was released by each, after disclosure control: an exact count beside a published one would undo it.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from pydantic import BaseModel, Field

from services.accounting.cases.figures.read_figures import FigureReader
from services.accounting.rules.releases.versions import METHOD_VERSIONS, Bridge, MethodVersion, bridges
from services.accounting.store.releases import overlap, public
from services.accounting.store.releases import release as store

_KEYS: Final = {f"A.{side}.M1216.KZ._T._T._T._T._T": side for side in ("IMM", "EMI")}
_LISTED: Final = 1_000  # releases among which the last of a version is looked for: eighty years of them


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
        description="of the version in force: years that are final by both. With the role statistician as the newest "
        "rebuild counted them; else as the last release by each version shows them, after disclosure control"
    )


async def method_versions(
    reader: FigureReader, versions: tuple[MethodVersion, ...] = METHOD_VERSIONS, *, exact: bool
) -> list[MethodVersionNote]:
    """All of them, the oldest first."""
    present = versions[-1]
    read = _counted if exact else _released
    side_by_side = await read(reader, versions) if len(versions) > 1 else []
    return [_note(each, side_by_side if each == present else []) for each in versions]


async def _counted(reader: FigureReader, versions: tuple[MethodVersion, ...]) -> list[Bridge]:
    former, present = versions[-2:]
    async with reader.snapshot() as connection:
        counted = await overlap.read(connection)
    known = {former.id, present.id} == counted.keys()
    return bridges(counted[former.id], counted[present.id]) if known else []


async def _released(reader: FigureReader, versions: tuple[MethodVersion, ...]) -> list[Bridge]:
    """From the last release by each. One that names no version is by the first."""
    last: dict[str, int] = {}
    async with reader.strangers.snapshot() as connection:
        for each in await store.newest_of_all(connection, _LISTED):
            last.setdefault(each.method_version or versions[0].id, each.id)
        if not all(each.id in last for each in versions[-2:]):
            return []
        former, present = [_of_years(await public.national(connection, last[each.id])) for each in versions[-2:]]
    return [
        Bridge(*cell, former[cell], present[cell], Fraction(present[cell], former[cell]) if former[cell] else None)
        for cell in sorted(former.keys() & present.keys())
    ]


def _of_years(national: Mapping[tuple[str, str, str], int]) -> dict[tuple[int, str], int]:
    """Migrations by the method, of the figures of a release: year and indicator -> count."""
    return {
        (int(period), _KEYS[key]): count
        for (flow, key, period), count in national.items()
        if flow == "DF_FLOW" and key in _KEYS
    }


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
