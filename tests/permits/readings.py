"""What the regulation cases of foreign labour look at in a decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.permits.rules import business_trip as trip_rule
from services.permits.rules import qualification as qualification_rule
from services.permits.rules import quota
from services.permits.rules import work_permit as rule
from services.permits.rules.entry_ban import Barred
from services.permits.rules.work_permit_application import PermitsAsked, Staff
from shared.kernel.norms import Norm, NormsInForce


@dataclass(frozen=True)
class Line:
    """A pool as a case writes it: what it does not name it does not ask for."""

    kind: str
    size: int
    category: str | None = None
    region: str | None = None
    activity: str | None = None
    reserved: int = 0
    used: int = 0

    def as_pool(self, number: int) -> quota.Pool:
        return quota.Pool(UUID(int=number), **vars(self))


def work_permit(
    application: PermitsAsked, staff: Staff, pools: list[Line], norms: NormsInForce, barred: Sequence[Barred] = ()
) -> dict[str, Any]:
    """The outcome, and of each failed check the rule and its remedy."""
    decision = rule.decide(application, staff, [line.as_pool(n) for n, line in enumerate(pools)], barred, norms)
    failed = [{"rule": check.rule, "remedy": check.remedy} for check in decision.failed]
    return {"outcome": decision.outcome.value, "failed": failed}


def quota_order(
    pools: list[Line], labour_force: int, in_use: list[quota.QuotaSlot], norms: NormsInForce
) -> dict[str, Any]:
    """The same of a year's quota."""
    decision = quota.decide_order([line.as_pool(n) for n, line in enumerate(pools)], labour_force, in_use, norms)
    failed = [{"rule": check.rule, "remedy": check.remedy} for check in decision.failed]
    return {"outcome": decision.outcome.value, "failed": failed}


def qualification(application: PermitsAsked, norms: NormsInForce) -> list[dict[str, Any]]:
    """Of each check the rule, the outcome and what was found."""
    checks = qualification_rule.checks(application, norms)
    return [{"rule": check.rule, "outcome": check.outcome.value, "explanation": check.explanation} for check in checks]


def business_trip(trip: trip_rule.Trip, others: list[trip_rule.Trip], limit: Norm) -> list[str]:
    """The days too many of each calendar year, as `2026: 1`."""
    return [f"{year}: {days}" for year, days in trip_rule.beyond(trip, others, limit).items()]
