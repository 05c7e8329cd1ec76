"""The least wage of a foreign worker. Source: concept of migration policy (decree 602 of 29.09.2017) section 4.1."""

from services.permits.rules.work_permit_application import PermitsAsked, named, positions
from shared.kernel.decisions import Check
from shared.kernel.norms import NormsInForce


def check(application: PermitsAsked, norms: NormsInForce) -> Check:
    norm = norms["minimum_wage"]
    least = norm.whole()
    low = positions(application, [worker for worker in application.workers if worker.wage < least])
    if not low:
        return Check.passed(norm, f"every worker gets at least {least} tenge a month")
    return Check.failed(
        norm, f"{named(low)}: below {least} tenge a month", f"raise the wage of {named(low)} to {least} tenge a month"
    )
