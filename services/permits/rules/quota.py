"""The quota of foreign labour: which pools a worker draws on, and whether they have room.

A pool limits what it names: the whole country's workers of a kind and category, or only those of a region or an
activity. A worker draws one place from every pool that covers the place of work, so no breakdown of the quota can be
exceeded. Source: law 477-IV of 22.07.2011 on migration, art. 11, 36-1; decree 111 of 04.03.2022, para. 14.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP
from uuid import UUID

from services.permits.rules.dated_figures import LabourForce
from shared.kernel.decisions import Check, Decision
from shared.kernel.norms import Norm, NormsInForce

LABOUR_IMMIGRANT = "labour_immigrant"
"""The kind of the pool for labour immigrants at private households."""
UNDISTRIBUTED = "undistributed"
"""The kind of the pool of what is not distributed: it counts towards the ceiling of employers' and seasonal permits,
and no worker draws on it, since none has its kind. Places leave it by a move (rules.quota_move)."""


@dataclass(frozen=True, slots=True)
class QuotaSlot:
    """Where and as what one worker would work; `category` is None for seasonal work, `country` is the citizenship."""

    kind: str
    category: str | None
    region: str
    activity: str
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """One line of a year's quota; None means that the pool does not ask for it. `used` and `reserved` are places;
    `country` is whose citizens a treaty gives the pool to."""

    id: UUID
    kind: str
    category: str | None
    region: str | None
    activity: str | None
    size: int
    reserved: int = 0
    used: int = 0
    country: str | None = None

    @property
    def left(self) -> int:
        return self.size - self.used - self.reserved

    @property
    def name(self) -> str:
        """As a decision calls it: `employer category 1 region 75`."""
        named = (
            ("category", self.category),
            ("region", self.region),
            ("activity", self.activity),
            ("country", self.country),
        )
        return " ".join([self.kind, *(f"{what} {code}" for what, code in named if code)])

    @property
    def national(self) -> bool:
        """True for the lines that the national ceiling is about: the whole country, all activities, everybody."""
        return self.region is None and self.activity is None and self.country is None

    def covers(self, place: QuotaSlot) -> bool:
        asked = (
            (self.category, place.category),
            (self.region, place.region),
            (self.activity, place.activity),
            (self.country, place.country),
        )
        return self.kind == place.kind and all(named is None or named == has for named, has in asked)


@dataclass(frozen=True, slots=True)
class Shortage:
    """A pool that has fewer places left than are asked for."""

    pool: Pool
    asked: int


def demand(pools: Iterable[Pool], places: Sequence[QuotaSlot]) -> dict[Pool, int]:
    """How many of `places` each pool must give; pools that give none are left out."""
    alike = Counter(places)
    counted = {pool: sum(number for place, number in alike.items() if pool.covers(place)) for pool in pools}
    return {pool: number for pool, number in counted.items() if number}


def shortages(asked: dict[Pool, int]) -> list[Shortage]:
    """The pools that cannot give what is asked of them."""
    return [Shortage(pool, number) for pool, number in asked.items() if number > pool.left]


def without_quota(pools: Iterable[Pool], places: Iterable[QuotaSlot]) -> list[QuotaSlot]:
    """The places that no national pool covers: for them there is no quota at all, which is not the same as no limit."""
    national = [pool for pool in pools if pool.national]
    return [place for place in dict.fromkeys(places) if not any(pool.covers(place) for pool in national)]


def needs_place(kind: str, norms: NormsInForce) -> bool:
    return kind in norms["quota_kinds"].codes()


def check(kind: str, places: Sequence[QuotaSlot], pools: Sequence[Pool], norms: NormsInForce) -> Check:
    """Whether every pool concerned has room for all `places`. `pools` are those of the year of the decision."""
    norm = norms["quota_kinds"]
    if not needs_place(kind, norms):
        return Check.not_applicable(norm, f"{kind} permits stand outside the quota")
    if bare := without_quota(pools, places):
        return Check.failed(norm, f"no quota of {norms.day.year} is set for {_named(bare)}", "apply when it is set")
    asked = demand(pools, places)
    short = shortages(asked)
    if not short:
        return Check.passed(norm, "; ".join(f"{pool.name}: {n} of {pool.left} left" for pool, n in asked.items()))
    found = "; ".join(f"{lack.pool.name}: {lack.asked} asked, {lack.pool.left} left" for lack in short)
    return Check.failed(
        norm, found, "; ".join(f"ask for at most {lack.pool.left} in {lack.pool.name}" for lack in short)
    )


def held(norms: NormsInForce) -> Check:
    """The check of a permit that has a place of the year already: whoever works takes one a year."""
    return Check.passed(norms["quota_kinds"], f"the permit holds a place in the quota of {norms.day.year} already")


def decide_order(
    lines: Sequence[Pool], labour_force: LabourForce | None, in_use: Sequence[QuotaSlot], norms: NormsInForce
) -> Decision:
    """Whether `lines` can be a year's quota: below the ceilings, and not below what is in use already."""
    return Decision.by(norms, (*_ceilings(lines, labour_force, norms), enough(lines, in_use, norms)))


def _ceilings(lines: Sequence[Pool], labour_force: LabourForce | None, norms: NormsInForce) -> Iterator[Check]:
    """Labour immigrants have a pool of their own, and a ceiling of their own where one was set."""
    immigrants = [line for line in lines if line.kind == LABOUR_IMMIGRANT]
    yield _ceiling([line for line in lines if line.kind != LABOUR_IMMIGRANT], labour_force, norms["quota_ceiling"])
    if not immigrants:
        return
    if "quota_ceiling_labour_immigrants" in norms:
        yield _ceiling(immigrants, labour_force, norms["quota_ceiling_labour_immigrants"])
    else:
        yield Check.unknown(norms["quota_ceiling"], f"no share of labour immigrants is known on {norms.day}")


def _ceiling(lines: Sequence[Pool], labour_force: LabourForce | None, norm: Norm) -> Check:
    """Whether the national pools among `lines`, with what is not distributed, stay within a share of the labour
    force. The share is rounded to whole places as the published totals are: 24,424 of 9,769,536 in 2026."""
    together = sum(line.size for line in lines if line.national)
    if labour_force is None:
        why = f"{together} places in national pools; the labour force is not on record: state it with its source"
        return Check.unknown(norm, why)
    most = int((labour_force.persons * norm.share()).to_integral_value(ROUND_HALF_UP))
    stated = ", as stated" if labour_force.stated else ""
    found = (
        f"{together} places in national pools; at most {norm.share():.2%} of {labour_force.persons}, {most} "
        f"(labour force of {labour_force.year}{stated}: {labour_force.source})"
    )
    if together <= most:
        return Check.passed(norm, found)
    return Check.failed(norm, found, f"take {together - most} places from the national pools")


def enough(lines: Sequence[Pool], in_use: Sequence[QuotaSlot], norms: NormsInForce) -> Check:
    """Whether `lines` have room for every place in use."""
    norm = norms["quota_kinds"]
    if bare := without_quota(lines, in_use):
        return Check.failed(norm, f"places are in use for {_named(bare)}", "name national pools for them")
    short = shortages(demand(lines, in_use))
    if not short:
        return Check.passed(norm, f"{len(in_use)} places in use have room")
    found = "; ".join(f"{lack.pool.name}: {lack.asked} in use, {lack.pool.size} set" for lack in short)
    return Check.failed(norm, found, "; ".join(f"set at least {lack.asked} for {lack.pool.name}" for lack in short))


def _named(places: Iterable[QuotaSlot]) -> str:
    return ", ".join(
        sorted({f"{place.kind} category {place.category}" if place.category else place.kind for place in places})
    )


def gives_back(valid_from: date, ended_on: date) -> bool:
    """Whether a revoked permit's place can be given to another.

    Only where the permit never was in force. The quota limits how many are admitted within a year: if every revoked
    permit gave its place back, one place could admit any number of workers one after the other. The law is silent;
    this reading is ours and is the strict one.
    """
    return ended_on <= valid_from
