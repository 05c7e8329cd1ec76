"""Who can be included in a regional quota, and when a place goes back.

Source: law 477-IV of 22.07.2011 on migration (regional quotas of reception); concept of migration policy, decree 602 of
29.09.2017, section 4.3 (the adaptation course). NOT modelled: the commission that the akimat asks, the family's order
of preference of regions, grounds of refusal that lie in other registers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from services.kandas.rules.regional_quota import Kind, Pool, norm_of
from shared.kernel.decisions import Check, Decision
from shared.kernel.norms import NormsInForce


@dataclass(frozen=True, slots=True)
class Settler:
    """One person who wants a place. `other_legal_system`: of the country of origin, None where nobody has stated it;
    `course_passed`: by the courses on record."""

    holds_place: bool
    holds_status: bool
    education: str | None = None
    other_legal_system: bool | None = None
    course_passed: bool = False


def decide(
    kind: Kind, region: str, settlers: Sequence[Settler], pool: Pool | None, left: int, norms: NormsInForce
) -> Decision:
    """Every check of a family's inclusion: all its members are included, or none. `pool` is that of the region in the
    year's quota, None where it has none, and `left` are its places for them."""
    checks = (
        _room(kind, region, settlers, pool, left, norms),
        _one_place(settlers, norms),
        _status(kind, settlers, norms),
        _course(kind, settlers, norms),
    )
    return Decision.by(norms, checks)


def _room(
    kind: Kind, region: str, settlers: Sequence[Settler], pool: Pool | None, left: int, norms: NormsInForce
) -> Check:
    norm, asked = norm_of(kind, norms), len(settlers)
    if pool is None:
        found = f"the quota of {kind} of {norms.day.year} has no places for region {region}"
        return Check.failed(norm, found, "choose a region that the quota of the year names")
    if asked <= left:
        return Check.passed(norm, f"{pool.name}: {asked} of {left} left")
    remedy = f"ask for at most {left}, or for another region" if left else "ask for another region"
    return Check.failed(norm, f"{pool.name}: {asked} asked, {left} left", remedy)


def _one_place(settlers: Sequence[Settler], norms: NormsInForce) -> Check:
    norm = norms["one_place"]
    if not (held := _members(settlers, lambda settler: settler.holds_place)):
        return Check.passed(norm, "nobody of the family holds a place")
    return Check.failed(norm, f"member {held} holds a place in a regional quota already", "leave that member out")


def _status(kind: Kind, settlers: Sequence[Settler], norms: NormsInForce) -> Check:
    norm = norms["inclusion_needs_status"]
    if kind != "kandas" or not norm.applies():
        return Check.not_applicable(norm, "Not asked of resettlers within the country.")
    if not (without := _members(settlers, lambda settler: not settler.holds_status)):
        return Check.passed(norm, "every member holds the status of kandas")
    return Check.failed(norm, f"member {without} holds no status of kandas in force", "apply for the status first")


def _course(kind: Kind, settlers: Sequence[Settler], norms: NormsInForce) -> Check:
    norm = norms["adaptation_course"]
    if kind != "kandas":
        return Check.not_applicable(norm, "Asked of kandas only.")
    if owed := _members(settlers, lambda settler: owes_course(settler, norms) is True):
        remedy = "pass the course at an adaptation and integration centre, then apply again"
        return Check.failed(norm, f"member {owed} has passed no adaptation course on record", remedy)
    if unclear := _members(settlers, lambda settler: owes_course(settler, norms) is None):
        why = f"of member {unclear} the education, or the legal system of the country of origin, is not stated"
        return Check.unknown(norm, why)
    return Check.passed(norm, "whoever must take the adaptation course has passed it")


def owes_course(settler: Settler, norms: NormsInForce) -> bool | None:
    """Whether the person must take the adaptation course still; None where that is not known. Only who wants into the
    quota is asked: the norm holds of nobody else."""
    if settler.course_passed or settler.other_legal_system is False:
        return False
    if settler.education is not None and settler.education not in norms["adaptation_course"].codes():
        return False
    return None if settler.education is None or settler.other_legal_system is None else True


def _members(settlers: Sequence[Settler], which: Callable[[Settler], bool]) -> str:
    """The numbers of those members, as a decision calls them: nobody is named."""
    return ", ".join(str(number) for number, settler in enumerate(settlers, 1) if which(settler))


def faults_of_end(ended_on: date, *, included_on: date, today: date) -> list[str]:
    """What speaks against ending an inclusion on a day: empty if nothing does."""
    faults = []
    if ended_on < included_on:
        faults.append(f"The inclusion began on {included_on}; it cannot end before.")
    if ended_on > today:
        faults.append("The day lies in the future; report the end when it has come.")
    return faults


def gives_back(reason: str) -> bool:
    """Whether the place can be given to another: only where the person never settled by it.

    The quota limits how many are received within a year: if whoever leaves gave the place back, one place could receive
    any number of persons one after the other. The law is silent; this reading is ours and is the strict one.
    """
    return reason == "declined"
