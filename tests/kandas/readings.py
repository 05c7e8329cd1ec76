"""What the regulation cases of the regional quotas ask: rules' answers as an official reads them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from services.kandas.rules import (
    centre_stay,
    leaving_finding,
    quota_inclusion,
    regional_quota,
    support_grant,
    support_payback,
)
from services.kandas.rules.centre_places import spans
from services.kandas.rules.centre_stay import CentreKind, Ground, Guest, Stay
from services.kandas.rules.leaving_finding import Evidence, Holder
from services.kandas.rules.quota_inclusion import Settler
from services.kandas.rules.regional_quota import Kind, Move, Pool
from services.kandas.rules.rulebook import rulebook
from services.kandas.rules.support_grant import HeldPlace, Received, Terms
from shared.kernel.decisions import Decision
from shared.kernel.norms import NormsInForce


@dataclass(frozen=True, slots=True)
class Side:
    """A pool by its name."""

    kind: Kind
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    """Places from one pool to another."""

    source: Side
    target: Side
    places: int


def decided(decision: Decision) -> dict[str, Any]:
    """The outcome, what each failed check says, and what would make it pass."""
    return {
        "outcome": decision.outcome.value,
        "found": [check.explanation for check in decision.failed],
        "remedies": [check.remedy for check in decision.failed],
        "unknown": [check.explanation for check in decision.checks if check.outcome.value == "unknown"],
    }


def quota_order(pools: list[Pool], norms: NormsInForce, in_use: list[Pool] | None = None) -> dict[str, Any]:
    """Whether these lines can be the quotas of a year."""
    return decided(regional_quota.decide_order(pools, in_use or [], norms))


def quota_moved(pools: list[Pool], moves: list[Moved]) -> dict[str, Any]:
    """The places of every pool after the moves, and why some cannot be done."""
    made = [Move((m.source.kind, m.source.region), (m.target.kind, m.target.region), m.places) for m in moves]
    after, obstacles = regional_quota.moved(pools, made)
    return {"pools": {pool.name: pool.size for pool in after}, "obstacles": [each.why for each in obstacles]}


def included(
    kind: Kind, region: str, settlers: list[Settler], norms: NormsInForce, pool: Pool | None = None
) -> dict[str, Any]:
    """The decision on a family's inclusion in the quota of a region; without `pool` the region has none."""
    left = pool.left if pool else 0
    return decided(quota_inclusion.decide(kind, region, settlers, pool, left, norms))


def support_owed(included_on: date, norms: NormsInForce, left_on: date | None = None) -> dict[str, Any] | None:
    """Whether the support is owed back; nothing where no rule of the day speaks of it."""
    if (check := support_payback.check(included_on, left_on, norms)) is None:
        return None
    said = {"outcome": check.outcome.value, "explanation": check.explanation}
    return said | ({"remedy": check.remedy} if check.remedy else {})


def support_granted(
    terms: Terms, place: HeldPlace, norms: NormsInForce, received: Received | None = None
) -> dict[str, Any]:
    """The decision on support of a settler."""
    of_inclusion = rulebook().on(place.included_on)
    return decided(support_grant.decide(terms, place, received or Received(), norms, of_inclusion))


def housed(
    stay: Stay,
    guests: list[Guest],
    norms: NormsInForce,
    places: int = 100,
    changes: dict[date, int] | None = None,
    ordered: dict[date, int] | None = None,
) -> dict[str, Any]:
    """The decision on a family's stay in a centre with so many places, of which others take more or fewer from a day
    on."""
    found = spans({date(2020, 1, 1): places} | (ordered or {}), changes or {}, stay.since)
    return decided(centre_stay.decide(stay, guests, found, norms))


def ground_gone(kind: CentreKind, ground: Ground, day: date) -> date | None:
    """The first day on which a stay has no ground any more."""
    return centre_stay.gone_on(kind, ground, day)


def left(holder: Holder, left_on: date, evidence: Evidence, norms: NormsInForce) -> dict[str, Any] | None:
    """What a departure says of a kandas; nothing where no rule of the day speaks of it."""
    if (check := leaving_finding.check(holder, left_on, evidence, norms)) is None:
        return None
    return {"outcome": check.outcome.value, "explanation": check.explanation, "remedy": check.remedy}
