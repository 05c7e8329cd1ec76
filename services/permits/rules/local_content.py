"""Local content: how many foreigners an employer may have beside its citizens.

Source: concept of migration policy (decree 602 of 29.09.2017) section 5 (1); conditions of permits (order 279 of
30.06.2023) para. 16, as amended by order 93 of 28.03.2025. Exempt are employers by the form that they are registered
with. NOT modelled: outstaffed workers, who count since 01.07.2023 and are not reported apart, and citizens of Union
states, who count on neither side here.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor

from services.permits.rules.work_permit_application import PermitsAsked, Staff
from shared.kernel.decisions import Check
from shared.kernel.norms import Norm, NormsInForce

GROUPS = {"local_content_heads": ("1", "2"), "local_content_specialists": ("3", "4")}
REPORT_STAFF = "report the staff by category as of a day not after the decision"


def checks(application: PermitsAsked, staff: Staff, norms: NormsInForce) -> list[Check]:
    """One check for each group of categories that the application asks for."""
    if application.kind != "employer":
        return [Check.not_applicable(norms[name], f"not asked of {application.kind} permits") for name in GROUPS]
    if (exempt := _exempt(application, staff, norms)) is not None:
        return [Check.not_applicable(norms[name], exempt) for name in GROUPS]
    asked = {name: application.asked(categories) for name, categories in GROUPS.items()}
    return [_check(norms[name], number, staff, GROUPS[name]) for name, number in asked.items() if number]


def _exempt(application: PermitsAsked, staff: Staff, norms: NormsInForce) -> str | None:
    """Why the employer is exempt; None for one that is not, or has more staff than its form may have. Staff counts
    with the foreigners who are asked for; without a report nobody is held to be small."""
    norm = norms.get("local_content_exempt")
    limits = norm.table().get(application.employer_form or "") if norm else None
    if limits is None:
        return None
    most = limits.get("staff")
    if most is None:
        return f"{application.employer_form}: exempt"
    counted = sum(map(sum, (staff.citizens.values(), staff.foreigners.values(), staff.transferred.values())))
    if staff.as_of is None or counted + len(application.workers) > most:
        return None
    return f"{application.employer_form} of at most {most} staff: exempt"


def _check(norm: Norm, asked: int, staff: Staff, categories: tuple[str, ...]) -> Check:
    of = f"categories {' and '.join(categories)}"
    if staff.as_of is None:
        return Check.failed(norm, f"the employer has reported no staff of {of}", REPORT_STAFF)
    citizens, present = _count(staff.citizens, categories), _count(staff.foreigners, categories)
    foreign, most = present + asked, Fraction(norm.share())  # exact: 0.30 of 10 is 3, not a little less
    found = f"{foreign} foreigners among {foreign + citizens} of {of}; at most {norm.share():.0%}"
    if foreign <= most * (foreign + citizens):
        return Check.passed(norm, found)
    room = max(0, floor(most * citizens / (1 - most)) - present)
    missing = ceil(foreign * (1 - most) / most) - citizens
    return Check.failed(
        norm, found, f"ask for at most {room} workers of {of}, or employ {missing} more citizens in them"
    )


def _count(staff: Mapping[str, int], categories: tuple[str, ...]) -> int:
    return sum(staff.get(category, 0) for category in categories)
