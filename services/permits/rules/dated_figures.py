"""Published figures that a quota is weighed by, as dated data with the source of each row (`services/permits/data/`).

Labour force by region and year (Bureau of National Statistics), quotas of foreign labour and of kandas and resettlers
as they were published. A region is its KATO code, KZ the whole country. What no row says is not known, and not zero.
Source of what is to be weighed: concept of migration policy, decree 602 of 29.09.2017, section 4.1.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.kernel.codes import COUNTRY_TOTAL
from shared.kernel.norms import NormsInForce

FOLDER = Path(__file__).parents[1] / "data"


@dataclass(frozen=True, slots=True)
class LabourForce:
    """Persons of 15 and older who work or look for work, of a year; `stated` where no row of ours says it."""

    year: int
    persons: int
    source: str
    stated: bool = False


@dataclass(frozen=True, slots=True)
class PublishedQuota:
    """One published figure of a year's quota. `pool` is employer or labour_immigrant, `category` 1-4, seasonal or _T;
    `since` is a day or a month, empty where it was not read; `unit` says what `value` counts."""

    since: str
    pool: str
    category: str
    value: str
    unit: str
    act: str
    source: str
    note: str


def labour_force(year: int, region: str = COUNTRY_TOTAL) -> LabourForce | None:
    """Of one year; None where it is not on record."""
    return _labour_force().get((year, region))


def labour_force_for(year: int, norms: NormsInForce, region: str = COUNTRY_TOTAL) -> LabourForce | None:
    """By which the quota of a year is judged: of that year, or of the newest of the years before it that may still
    stand for it (norm quota_labour_force_age). None where none of them is on record."""
    oldest = norms["quota_labour_force_age"].whole()
    return next((found for back in range(oldest + 1) if (found := labour_force(year - back, region))), None)


@cache
def published_quotas(year: int) -> tuple[PublishedQuota, ...]:
    """What was published about a year's quota of foreign labour, contradictions between sources included."""
    names = ("from", "pool", "category", "value", "unit", "act", "source", "note")
    return tuple(
        PublishedQuota(*[row[n] for n in names]) for row in _rows("published_quotas") if row["year"] == str(year)
    )


def resettlement_quota(year: int, kind: str, region: str = COUNTRY_TOTAL) -> tuple[int, str] | None:
    """Persons of the quota of `kandas` or of `resettler`s as it was published last, and the source. None where nothing
    was: of a region of which no row speaks while others do, that is not known to be zero either."""
    return _resettlement().get((year, kind, region))


@cache
def _labour_force() -> Mapping[tuple[int, str], LabourForce]:
    return {
        (year := int(row["year"]), row["region"]): LabourForce(year, int(row["persons"]), row["source"])
        for row in _rows("labour_force")
    }


@cache
def _resettlement() -> Mapping[tuple[int, str, str], tuple[int, str]]:
    """The last row of a year, kind and region counts: rows stand in the order of publication."""
    return {
        (int(row["year"]), row["kind"], row["region"]): (int(row["persons"]), row["source"])
        for row in _rows("resettlement_quotas")
    }


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
