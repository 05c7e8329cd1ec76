"""How long a permit may hold.

Source: conditions of permits (order 279 of 30.06.2023). Extensions have terms of their own
(work_permit_extension). NOT modelled: that category 1 is granted for whole years only.
"""

from datetime import date

from services.permits.rules.work_permit_application import PermitsAsked, WorkerAsked, named, positions
from shared.kernel.calendar import add_days, add_months
from shared.kernel.decisions import Check
from shared.kernel.norms import Norm, NormsInForce


def checks(application: PermitsAsked, norms: NormsInForce) -> list[Check]:
    """That no permit begins in the past or is too short, and for each longest term that it is kept."""
    longest: dict[str, list[WorkerAsked]] = {}
    for worker in application.workers:
        longest.setdefault(_longest(application.kind, worker.category), []).append(worker)
    return [
        _shortest(application, norms["shortest_term"], norms.day),
        *(_at_most(application, norms[name], workers) for name, workers in sorted(longest.items())),
    ]


def _longest(kind: str, category: str | None) -> str:
    if kind != "employer":
        return f"longest_term_{kind}"
    return "longest_term_category_1" if category == "1" else "longest_term_category_2_to_4"


def _shortest(application: PermitsAsked, norm: Norm, day: date) -> Check:
    wrong = [w for w in application.workers if w.valid_from < day or w.valid_until < _last(w, norm)]
    asked = f"{norm.value} month from {day} or a later day"
    if not wrong:
        return Check.passed(norm, f"every term is at least {asked}")
    who = named(positions(application, wrong))
    return Check.failed(norm, f"{who}: not at least {asked}", f"let the term of {who} be at least {asked}")


def _at_most(application: PermitsAsked, norm: Norm, workers: list[WorkerAsked]) -> Check:
    wrong = [worker for worker in workers if worker.valid_until > _last(worker, norm)]
    if not wrong:
        return Check.passed(norm, f"no term is longer than {norm.value} months")
    who = named(positions(application, wrong))
    ends = ", ".join(sorted({_last(worker, norm).isoformat() for worker in wrong}))
    return Check.failed(norm, f"{who}: longer than {norm.value} months", f"end the term of {who} by {ends}")


def _last(worker: WorkerAsked, norm: Norm) -> date:
    """The last day of a term of the norm's length: a year from 1 March ends on the last day of February."""
    return add_days(add_months(worker.valid_from, norm.whole()), -1)
