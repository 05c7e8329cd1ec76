"""Conditions of a permit beside quota, wage and term: a vacancy first, the worker's IIN, the employer's conduct.

Source: order 93 of 28.03.2025, which amends the conditions of permits (order 279 of 30.06.2023) from 01.09.2025. It is
known from reports. What no register here can tell is said to be unknown, with the reason: the law checks it by
integration with registers that are not connected, and nobody is refused because we do not know.
"""

from collections.abc import Iterator

from services.permits.rules.work_permit_application import PermitsAsked, named, positions
from shared.kernel.calendar import add_days
from shared.kernel.decisions import Check
from shared.kernel.norms import NormsInForce


def checks(application: PermitsAsked, norms: NormsInForce) -> Iterator[Check]:
    """Those that are in force on the day."""
    if "vacancy_term" in norms:
        yield _vacancy(application, norms)
    if "worker_iin" in norms:
        yield _iin(application, norms)
    if "block_after_illegal_work" in norms:
        why = "whether the employer had foreigners work illegally stands in registers that are not connected"
        yield Check.unknown(norms["block_after_illegal_work"], why)
    if "replacement_of_category_4" in norms:
        yield _replacement(application, norms)


def _vacancy(application: PermitsAsked, norms: NormsInForce) -> Check:
    norm = norms["vacancy_term"]
    if application.kind != "employer":
        return Check.not_applicable(norm, f"that {application.kind} permits need a vacancy was not read")
    latest = add_days(application.submitted_on or norms.day, -norm.whole())
    late = [worker for worker in application.workers if worker.vacancy_since is None or worker.vacancy_since > latest]
    if not late:
        return Check.passed(norm, f"every vacancy was published {norm.whole()} days before the application")
    if "vacancy_code" not in norms:
        return Check.unknown(norm, f"how the employer searched for {norm.whole()} days is not told here")
    who = named(positions(application, late))
    return Check.failed(
        norm,
        f"{who}: no vacancy that was published {norm.whole()} days before the application",
        f"publish the vacancy of {who} on {norms['vacancy_code'].value}, wait {norm.whole()} days and name its code",
    )


def _iin(application: PermitsAsked, norms: NormsInForce) -> Check:
    norm = norms["worker_iin"]
    without = [worker for worker in application.workers if not worker.has_iin]
    if not without:
        return Check.passed(norm, "every worker has an IIN")
    who = named(positions(application, without))
    return Check.unknown(norm, f"{who}: no IIN; whether the application or only the contract must name it was not read")


def _replacement(application: PermitsAsked, norms: NormsInForce) -> Check:
    norm = norms["replacement_of_category_4"]
    if not application.asked(("4",)):
        return Check.not_applicable(norm, "no worker of category 4 is asked for")
    return Check.unknown(norm, "whether the employer has replaced earlier workers of category 4 is not kept here")
