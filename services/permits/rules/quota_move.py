"""Moves between the pools of a year's quota: from what is not distributed to a region, region to region, pool to pool.

A move takes nothing from the country's total and adds nothing to it: a pool of a region, an activity or a country
limits within the national pool of its kind and category, so places that come to it from elsewhere come to that one too.
Source: the quota was moved within the year in 2023, 2024 (600 places of resettlers to kandas) and 2025, by order each;
no act that was read says how, so the rule is the arithmetic of the pools alone (decision 0040).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from services.permits.rules.quota import LABOUR_IMMIGRANT, Pool

Name = tuple[str, str | None, str | None, str | None, str | None]
"""Kind, category, region, activity, country: what tells one pool from another."""


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
    at: str
    why: str


OTHER_CEILING = "Lies under another ceiling: labour immigrants have a share of their own."
NO_SUCH_POOL = "There is no such pool in this quota."
NO_NATIONAL = "No national pool of its kind and category stands behind it: name a pool that has one."
ITSELF = "Is the pool that the places come from."


def name_of(pool: Pool) -> Name:
    return (pool.kind, pool.category, pool.region, pool.activity, pool.country)


def moved(pools: Sequence[Pool], moves: Sequence[Move]) -> tuple[list[Pool], list[Obstacle]]:
    """The pools after all of `moves`, and why some cannot be done; no pool of the answer is below nothing. Whether each
    keeps what is in use, rules.quota.decide_order says. A target that is not there yet is made, if it is no national
    one: a region can be given its first places."""
    sizes, obstacles = Counter({name_of(pool): pool.size for pool in pools}), list[Obstacle]()
    made = {name_of(pool): pool for pool in pools}
    for number, move in enumerate(moves):
        if found := _obstacle(number, move, made):
            obstacles.append(found)
            continue
        made.setdefault(move.target, _new(move.target, pools[0]))
        for name, places in differences(move, made).items():
            sizes[name] += places
            if sizes[name] < 0:
                short = f"Takes {-sizes[name]} places more than {made[name].name} has."
                obstacles.append(Obstacle(number, "places", short))
    return [replace(pool, size=max(sizes[name], 0)) for name, pool in made.items()], obstacles


def differences(move: Move, pools: Mapping[Name, Pool]) -> Counter[Name]:
    """What the move does to each pool's size: to its two, and to the national ones behind them. Together these lose and
    gain nothing."""
    changed: Counter[Name] = Counter()
    for name, places in ((move.source, -move.places), (move.target, move.places)):
        changed[name] += places
        behind = _national(name, pools)
        if behind is not None and behind != name:
            changed[behind] += places
    return changed


def _obstacle(number: int, move: Move, pools: Mapping[Name, Pool]) -> Obstacle | None:
    if move.source == move.target:
        return Obstacle(number, "target", ITSELF)
    if move.source not in pools:
        return Obstacle(number, "source", NO_SUCH_POOL)
    if move.target not in pools and not any(move.target[2:]):
        return Obstacle(number, "target", NO_SUCH_POOL)
    if (move.source[0] == LABOUR_IMMIGRANT) != (move.target[0] == LABOUR_IMMIGRANT):
        return Obstacle(number, "target", OTHER_CEILING)
    behind = _national(move.source, pools), _national(move.target, pools)
    if None in behind and behind != (None, None):
        return Obstacle(number, "source" if behind[0] is None else "target", NO_NATIONAL)
    return None


def _national(name: Name, pools: Mapping[Name, Pool]) -> Name | None:
    """The national pool of the same kind and category: itself, for one."""
    national: Name = (name[0], name[1], None, None, None)
    return national if national in pools else None


def _new(name: Name, like: Pool) -> Pool:
    kind, category, region, activity, country = name
    named = {"kind": kind, "category": category, "region": region, "activity": activity, "country": country}
    return replace(like, size=0, reserved=0, used=0, **named)  # type: ignore[arg-type]
