"""Conditions of a permit beside quota, wage and term: a vacancy first, the worker's IIN, the employer's conduct.

Source: order 93 of 28.03.2025, which amends the conditions of permits (order 279 of 30.06.2023) from 01.09.2025. It is
known from reports. What no register here can tell is said to be unknown, with the reason: the law checks it by
integration with registers that are not connected, and nobody is refused because we do not know.

Whether a vacancy was published stands on the labour exchange, which is asked where it is connected: its days count, and
a vacancy that it does not have, or closed before the term was over, is none.
"""

from collections.abc import Iterator
from datetime import date

from services.permits.rules.work_permit_application import Known, PermitsAsked, WorkerAsked, named, positions
from shared.kernel.calendar import add_days, add_months
from shared.kernel.decisions import Check
from shared.kernel.norms import NormsInForce


def checks(application: PermitsAsked, known: Known, norms: NormsInForce) -> Iterator[Check]:
    """Those that are in force on the day."""
    if "vacancy_term" in norms:
        yield _vacancy(application, known, norms)
    if "vacancy_code" in norms:
        yield _published(application, known, norms)
    if "worker_iin" in norms:
        yield _iin(application, norms)
    if "block_after_illegal_work" in norms:
        yield _block(known, norms)
    if "replacement_of_category_4" in norms:
        yield _replacement(application, known, norms)


NO_VACANCY_ASKED = "that {} permits need a vacancy was not read"


def _vacancy(application: PermitsAsked, known: Known, norms: NormsInForce) -> Check:
    """Of the days that the employer names and those of the exchange the latter count."""
    norm = norms["vacancy_term"]
    if application.kind != "employer":
        return Check.not_applicable(norm, NO_VACANCY_ASKED.format(application.kind))
    term = norm.whole()
    latest = add_days(application.submitted_on or norms.day, -term)
    asked = enumerate(application.workers, 1)
    late = [number for number, worker in asked if not _was_open(worker, number, known, latest, term)]
    if not late:
        return Check.passed(norm, f"every vacancy was published {term} days before the application")
    if "vacancy_code" not in norms:
        return Check.unknown(norm, f"how the employer searched for {term} days is not told here")
    who = named(late)
    return Check.failed(
        norm, f"{who}: no vacancy that was published {term} days before the application", _publish(who, norms)
    )


def _was_open(worker: WorkerAsked, number: int, known: Known, latest: date, term: int) -> bool:
    """Whether the vacancy was open for the term before the application."""
    seen = known.vacancy_of(number)
    since = (seen and seen.published_on) or worker.vacancy_since
    if since is None or since > latest:
        return False
    return seen is None or seen.closed_on is None or seen.closed_on >= add_days(since, term)


def _published(application: PermitsAsked, known: Known, norms: NormsInForce) -> Check:
    """Whether the exchange has the vacancies that are named. Of who names none `vacancy_term` speaks."""
    norm = norms["vacancy_code"]
    if application.kind != "employer":
        return Check.not_applicable(norm, NO_VACANCY_ASKED.format(application.kind))
    naming = [number for number, worker in enumerate(application.workers, 1) if worker.vacancy_since]
    if not naming:
        return Check.not_applicable(norm, "no worker's vacancy is named")
    outcomes = {number: seen.outcome if (seen := known.vacancy_of(number)) else "unknown" for number in naming}
    if missing := [number for number, outcome in outcomes.items() if outcome == "not_found"]:
        who = named(missing)
        return Check.failed(norm, f"{who}: {norm.value} has no vacancy of the code that is named", _publish(who, norms))
    if unsure := [number for number, outcome in outcomes.items() if outcome == "unknown"]:
        return Check.unknown(norm, f"{named(unsure)}: {norm.value} is not connected, or did not answer")
    return Check.passed(norm, f"{norm.value} has every vacancy that is named")


def _publish(who: str, norms: NormsInForce) -> str:
    term = norms["vacancy_term"].whole()
    return f"publish the vacancy of {who} on {norms['vacancy_code'].value}, wait {term} days and name its code"


def _iin(application: PermitsAsked, norms: NormsInForce) -> Check:
    norm = norms["worker_iin"]
    without = [worker for worker in application.workers if not worker.has_iin]
    if not without:
        return Check.passed(norm, "every worker has an IIN")
    who = named(positions(application, without))
    return Check.unknown(norm, f"{who}: no IIN; whether the application or only the contract must name it was not read")


def _block(known: Known, norms: NormsInForce) -> Check:
    """By the checks of employers that this register holds."""
    norm = norms["block_after_illegal_work"]
    if known.illegal_work is None:
        return Check.unknown(
            norm,
            "no check on record here found illegal work; what the migration police found stands in the portal's "
            "violations, which name no employer here and are not connected",
        )
    again = add_months(known.illegal_work, norm.whole())
    if again <= norms.day:
        return Check.passed(norm, f"illegal work was found on {known.illegal_work}, {norm.whole()} months ago or more")
    return Check.failed(
        norm,
        f"a check of {known.illegal_work} found foreigners at work without a permit or in another trade",
        f"apply on {again} or later, or have the finding corrected",
    )


def _replacement(application: PermitsAsked, known: Known, norms: NormsInForce) -> Check:
    """That citizens took the places no register tells: with what it has to look at, the officer decides."""
    norm = norms["replacement_of_category_4"]
    longest = norm.table()["longest"]
    if not application.asked(("4",)):
        return Check.not_applicable(norm, "no worker of category 4 is asked for")
    if not known.earlier_category_4:
        return Check.passed(norm, f"no permit of category 4 of the employer began {longest} months ago or earlier")
    return Check.unknown(
        norm,
        f"{known.earlier_category_4} permits of category 4 of the employer began {longest} months ago or earlier, "
        f"{application.asked(('4',))} more are asked for: whether citizens took those places an officer looks up",
    )
