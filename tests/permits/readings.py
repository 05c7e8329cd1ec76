"""What the regulation cases of foreign labour look at in a decision."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any
from uuid import UUID

from services.permits.rules import business_trip as trip_rule
from services.permits.rules import conditions as conditions_rule
from services.permits.rules import exempt_worker as exempt
from services.permits.rules import labour_immigrant as household
from services.permits.rules import qualification as qualification_rule
from services.permits.rules import quota, quota_move
from services.permits.rules import self_employment as points_rule
from services.permits.rules import unread_lists as unread_rule
from services.permits.rules import work_permit as rule
from services.permits.rules import work_permit_extension as extension_rule
from services.permits.rules.dated_figures import LabourForce, labour_force_for
from services.permits.rules.entry_ban import Barred
from services.permits.rules.work_permit_application import Known, PermitsAsked, Staff
from shared.kernel.decisions import CheckOutcome
from shared.kernel.norms import Norm, NormsInForce, Rulebook


@dataclass(frozen=True)
class Named:
    """A pool by its name alone."""

    kind: str
    category: str | None = None
    region: str | None = None
    activity: str | None = None
    country: str | None = None


@dataclass(frozen=True)
class Moved:
    """A move as a case writes it."""

    source: Named
    target: Named
    places: int

    def as_move(self) -> quota_move.Move:
        return quota_move.Move(astuple(self.source), astuple(self.target), self.places)


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
    country: str | None = None

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
    pools: list[Line], in_use: list[quota.QuotaSlot], norms: NormsInForce, labour_force: int | None = None
) -> dict[str, Any]:
    """The same of a year's quota, by the labour force on record where the case states none."""
    year = norms.day.year
    known = LabourForce(year, labour_force, "invented") if labour_force else labour_force_for(year, norms)
    decision = quota.decide_order([line.as_pool(n) for n, line in enumerate(pools)], known, in_use, norms)
    failed = [{"rule": check.rule, "remedy": check.remedy} for check in decision.failed]
    unknown = [check.rule for check in decision.checks if check.outcome is CheckOutcome.UNKNOWN]
    return {"outcome": decision.outcome.value, "failed": failed, "unknown": unknown}


def quota_moved(pools: list[Line], moves: list[Moved]) -> dict[str, Any]:
    """The size of each pool after the moves by its name, or why they cannot be."""
    held = [line.as_pool(n) for n, line in enumerate(pools)]
    left, obstacles = quota_move.moved(held, [move.as_move() for move in moves])
    if obstacles:
        return {"obstacles": [each.why for each in obstacles]}
    return {"pools": {pool.name: pool.size for pool in left}}


def exempt_worker(declared: exempt.Declared) -> list[str]:
    """The members of a declaration that something stands against."""
    return [found.member for found in exempt.contradictions(declared)]


def labour_immigrant(
    asked: household.Asked, pools: list[Line], norms: NormsInForce, rulebook: Rulebook, *, extension: bool = False
) -> dict[str, Any]:
    """The outcome, and of each failed check the rule and its remedy."""
    decide = household.decide_extension if extension else household.decide
    decision = decide(asked, [line.as_pool(n) for n, line in enumerate(pools)], (), rulebook, norms)
    failed = [{"rule": check.rule, "remedy": check.remedy} for check in decision.failed]
    return {"outcome": decision.outcome.value, "failed": failed}


def qualification(application: PermitsAsked, norms: NormsInForce) -> list[dict[str, Any]]:
    """Of each check the rule, the outcome and what was found."""
    checks = qualification_rule.checks(application, norms)
    return [{"rule": check.rule, "outcome": check.outcome.value, "explanation": check.explanation} for check in checks]


def business_trip(trip: trip_rule.Trip, others: list[trip_rule.Trip], limit: Norm) -> list[str]:
    """The days too many of each calendar year, as `2026: 1`."""
    return [f"{year}: {days}" for year, days in trip_rule.beyond(trip, others, limit).items()]


def work_permit_extension(asked: extension_rule.ExtensionAsked, norms: NormsInForce) -> dict[str, Any]:
    """The outcome of what is asked of extensions alone, and of each failed check the rule and its remedy."""
    decision = extension_rule.decide(asked, (), norms)
    failed = [{"rule": check.rule, "remedy": check.remedy} for check in decision.failed]
    return {"outcome": decision.outcome.value, "failed": failed}


def conditions(application: PermitsAsked, about: list[str], norms: NormsInForce, known: Known | None = None) -> Any:
    """Of the checks that are asked about the rule, the outcome, what was found and what would make it pass."""
    checks = conditions_rule.checks(application, known or Known(), norms)
    return [
        {"rule": check.rule, "outcome": check.outcome.value, "explanation": check.explanation, "remedy": check.remedy}
        for check in checks
        if check.rule in about
    ]


def unread_lists(application: PermitsAsked, norms: NormsInForce) -> dict[str, str]:
    """Of each check by a list or limit whose content was not read the outcome."""
    return {check.rule: check.outcome.value for check in unread_rule.checks(application, norms)}


def self_employment(applicant: points_rule.Applicant, norms: NormsInForce) -> dict[str, Any]:
    """The outcome, the points of each part, and of each failed check the rule and its remedy."""
    decision = points_rule.decide(applicant, (), norms)
    failed = [{"rule": check.rule, "remedy": check.remedy} for check in decision.failed]
    given = {each.part: each.points for each in points_rule.points(applicant, norms)}
    return {"outcome": decision.outcome.value, "points": given, "failed": failed}
