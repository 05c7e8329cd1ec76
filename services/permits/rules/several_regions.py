"""Permits for several regions: a place in the quota of each, and a fee to the budget of each.

Source: order 93 of 28.03.2025, which amends the conditions of permits (order 279 of 30.06.2023), known from reports.
NOT modelled: that the authority of each further region agrees; its quota is what it agrees by here. What a worker takes
in each region counts in the national pools as well, which are distributed among the regions: one each.
"""

from collections.abc import Iterator

from services.permits.rules.work_permit_application import PermitsAsked
from shared.kernel.decisions import Check
from shared.kernel.norms import NormsInForce


def checks(application: PermitsAsked, norms: NormsInForce) -> Iterator[Check]:
    """None where one region is asked for."""
    if not application.further_regions:
        return
    norm, named = norms["several_regions"], ", ".join(application.regions)
    if norm.applies():
        yield Check.passed(norm, f"regions {named}: a place in the quota of each, a fee to the budget of each")
    else:
        yield Check.failed(norm, f"regions {named}: a permit is for one region", "apply for each region apart")
