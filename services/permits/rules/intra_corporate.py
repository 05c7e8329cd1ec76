"""The limit of intra-corporate transfers, which stand outside the quota, local content and the fee.

Source: conditions of permits (order 279 of 30.06.2023). NOT modelled: that the transfer comes from a WTO member's
company, and the sectors it is open to.
"""

from fractions import Fraction
from math import ceil, floor

from services.permits.rules.local_content import REPORT_STAFF
from services.permits.rules.work_permit_application import PermitsAsked, Staff
from shared.kernel.decisions import Check
from shared.kernel.norms import Norm, NormsInForce


def checks(application: PermitsAsked, staff: Staff, norms: NormsInForce) -> list[Check]:
    """One check for each category that an intra-corporate application asks for; none for other kinds."""
    if application.kind != "intra_corporate":
        return []
    categories = sorted({worker.category for worker in application.workers if worker.category})
    return [_check(norms["intra_corporate_share"], application, staff, category) for category in categories]


def _check(norm: Norm, application: PermitsAsked, staff: Staff, category: str) -> Check:
    if staff.as_of is None:
        return Check.failed(norm, f"the employer has reported no staff of category {category}", REPORT_STAFF)
    citizens, present = staff.citizens.get(category, 0), staff.transferred.get(category, 0)
    transferred, most = present + application.asked({category}), Fraction(norm.share())
    found = f"{transferred} transferred beside {citizens} citizens of category {category}; at most {norm.share():.0%}"
    if transferred <= most * citizens:
        return Check.passed(norm, found)
    room, missing = max(0, floor(most * citizens) - present), ceil(transferred / most) - citizens
    return Check.failed(
        norm, found, f"transfer at most {room} more in category {category}, or employ {missing} more citizens in it"
    )
