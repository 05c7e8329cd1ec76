"""The regional quotas of kandas and of resettlers: what an order may set, and what a move may take.

A quota limits how many who settle within a year get state support, region by region; `KZ`, the whole country, is no
region of it: what the regions were not given waits there, and nobody is included by it. So one place is drawn from one
pool alone, that of the region. Source: law 477-IV of 22.07.2011 on migration, art. 1 (regional quotas of reception);
concept of migration policy, decree 602 of 29.09.2017, sections 4.2 and 4.3; orders of the labour minister by year.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from shared.kernel.decisions import Check, Decision
from shared.kernel.norms import Norm, NormsInForce

Kind = Literal["kandas", "resettler"]
"""Of whom a quota is."""

_NORMS: Mapping[Kind, str] = {"kandas": "quota_kandas", "resettler": "quota_resettlers"}
_TOTAL = "KZ"

Side = Literal["source", "target", "places"]
Name = tuple[Kind, str | None]
"""Kind and region: what tells one pool from another."""


@dataclass(frozen=True, slots=True)
class Pool:
    """One line of a year's quota; without a region the total of the country. `used` are places that were given."""

    kind: Kind
    region: str | None
    size: int
    used: int = 0

    @property
    def left(self) -> int:
        return self.size - self.used

    @property
    def names(self) -> Name:
        return (self.kind, self.region)

    @property
    def name(self) -> str:
        """As a decision calls it: `kandas region 55`."""
        return f"{self.kind} region {self.region}" if self.region else f"{self.kind}, whole country"


@dataclass(frozen=True, slots=True)
class Move:
    """`places` from one pool to another."""

    source: Name
    target: Name
    places: int


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a move cannot be: `number` is its place among the moves, `at` the member to mend."""

    number: int
    at: Side
    why: str


NO_SUCH_POOL = "There is no such pool in this quota."
NO_TOTAL = "The quota has no total of its kind: name a kind that has one."
ITSELF = "Is the pool that the places come from."


def named_regions(kind: Kind, norms: NormsInForce) -> frozenset[str]:
    """The regions that the published order in force names; none where only the country's total is known of it."""
    return frozenset(_published(norm_of(kind, norms))) - {_TOTAL}


def norm_of(kind: Kind, norms: NormsInForce) -> Norm:
    """The published quota that holds on the day."""
    return norms[_NORMS[kind]]


def decide_order(pools: Sequence[Pool], in_use: Sequence[Pool], norms: NormsInForce) -> Decision:
    """Whether `pools` can be a year's quota; `in_use` are the regions' pools with the places that were given."""
    kinds = sorted({pool.kind for pool in (*pools, *in_use)})
    return Decision.by(norms, (check for kind in kinds for check in _checks(kind, pools, in_use, norms)))


def _checks(kind: Kind, pools: Sequence[Pool], in_use: Sequence[Pool], norms: NormsInForce) -> Iterator[Check]:
    norm, of_kind = norm_of(kind, norms), [pool for pool in pools if pool.kind == kind]
    yield _as_published(kind, of_kind, norm, norms)
    yield _distributed(kind, of_kind, norm)
    yield enough(kind, of_kind, in_use, norms)


def _as_published(kind: Kind, pools: Sequence[Pool], norm: Norm, norms: NormsInForce) -> Check:
    """Whether the order says what was published of the year; another number is no fault, the act may be a newer one."""
    if norm.since.year != norms.day.year:
        return Check.unknown(norm, f"no published quota of {kind} is on record for {norms.day.year}")
    published = _published(norm)
    ordered = {pool.region or _TOTAL: pool.size for pool in pools}
    other = [
        f"{region} {ordered.get(region, 0)} instead of {size}"
        for region, size in sorted(published.items())
        if ordered.get(region, 0) != size
    ]
    if other:
        return Check.unknown(norm, f"differs from what was published of {kind}: {', '.join(other)}")
    return Check.passed(norm, f"{kind}: as published, {published[_TOTAL]} places")


def _distributed(kind: Kind, pools: Sequence[Pool], norm: Norm) -> Check:
    """Whether the regions together have no more than the country."""
    together = sum(pool.size for pool in pools if pool.region)
    total = next((pool.size for pool in pools if not pool.region), None)
    if total is None:
        return Check.failed(norm, f"{kind}: no total of the country is set", "name the country's total")
    if together <= total:
        return Check.passed(norm, f"{kind}: {together} of {total} places are distributed among regions")
    return Check.failed(
        norm,
        f"{kind}: {together} places in regions, {total} in the country",
        f"take {together - total} places from the regions",
    )


def enough(kind: Kind, pools: Sequence[Pool], in_use: Sequence[Pool], norms: NormsInForce) -> Check:
    """Whether every region keeps the places that were given."""
    norm, sizes = norm_of(kind, norms), {pool.names: pool.size for pool in pools}
    used = [pool for pool in in_use if pool.kind == kind and pool.used]
    short = [pool for pool in used if pool.used > sizes.get(pool.names, 0)]
    if not short:
        return Check.passed(norm, f"{kind}: {sum(pool.used for pool in used)} given places have room")
    found = "; ".join(f"{pool.name}: {pool.used} given, {sizes.get(pool.names, 0)} set" for pool in short)
    return Check.failed(norm, found, "; ".join(f"set at least {pool.used} for {pool.name}" for pool in short))


def moved(pools: Sequence[Pool], moves: Sequence[Move]) -> tuple[list[Pool], list[Obstacle]]:
    """The pools after all of `moves`, and why some cannot be done. What both kinds have together stays; within a kind
    the country's total stays too. A region without a pool is given one. Whether each region keeps what was given, and
    the country what its regions have, decide_order says."""
    sizes, obstacles = Counter({pool.names: pool.size for pool in pools}), list[Obstacle]()
    made = {pool.names: pool for pool in pools}
    for number, move in enumerate(moves):
        if found := _obstacle(number, move, made):
            obstacles.append(found)
            continue
        made.setdefault(move.target, Pool(*move.target, size=0))
        for name, places in _differences(move).items():
            sizes[name] += places
            if sizes[name] < 0:
                short = f"Takes {-sizes[name]} places more than {made[name].name} has."
                obstacles.append(Obstacle(number, "places", short))
    return [replace(pool, size=max(sizes[name], 0)) for name, pool in made.items()], obstacles


def _differences(move: Move) -> Counter[Name]:
    """What the move does to its two pools and to the totals of their kinds: nothing is lost or gained."""
    changed: Counter[Name] = Counter()
    for name, places in ((move.source, -move.places), (move.target, move.places)):
        for each in {name, (name[0], None)}:
            changed[each] += places
    return changed


def _obstacle(number: int, move: Move, pools: Mapping[Name, Pool]) -> Obstacle | None:
    if move.source == move.target:
        return Obstacle(number, "target", ITSELF)
    if move.source not in pools:
        return Obstacle(number, "source", NO_SUCH_POOL)
    sides: tuple[tuple[Side, Name], ...] = (("source", move.source), ("target", move.target))
    for at, name in sides:
        if (name[0], None) not in pools:
            return Obstacle(number, at, NO_TOTAL)
    return None


def _published(norm: Norm) -> dict[str, int]:
    return {str(region): int(size) for region, size in norm.table().items()}
