"""Occupation against category and education, by tables of the major groups of ISCO-08.

The conditions of permits (order 279 of 30.06.2023) ask that education and experience suit the work; the tables by which
they judge it were not read. Ours are assumed (see the notes in norms.toml), so what does not agree with them is said as
unknown, with what an officer has to look at, and refuses nobody.
"""

from collections.abc import Iterator

from services.permits.rules.work_permit_application import PermitsAsked, WorkerAsked, named, positions
from shared.kernel.decisions import Check
from shared.kernel.norms import Norm, NormsInForce

ASSUMED = "does not suit by the table, which is assumed: an officer looks"


def checks(application: PermitsAsked, norms: NormsInForce) -> Iterator[Check]:
    """One for each table that is in force on the day."""
    if "category_of_occupation" in norms:
        yield _category(application, norms["category_of_occupation"])
    if "education_of_occupation" in norms:
        yield _education(application, norms["education_of_occupation"])


def _category(application: PermitsAsked, norm: Norm) -> Check:
    if application.kind == "seasonal":
        return Check.not_applicable(norm, "seasonal workers have no category")
    table, told = norm.table(), [worker for worker in application.workers if worker.occupation]
    odd = [worker for worker in told if worker.category not in table[_group(worker)]]
    return _found(application, norm, "category", told, odd)


def _education(application: PermitsAsked, norm: Norm) -> Check:
    table = norm.table()
    told = [worker for worker in application.workers if worker.occupation and worker.education is not None]
    odd = [worker for worker in told if (worker.education or 0) < table[_group(worker)]]
    return _found(application, norm, "education", told, odd)


def _group(worker: WorkerAsked) -> str:
    """The major group: the first digit of the occupation."""
    return (worker.occupation or "")[:1]


def _found(application: PermitsAsked, norm: Norm, what: str, told: list[WorkerAsked], odd: list[WorkerAsked]) -> Check:
    untold = [worker for worker in application.workers if worker not in told]
    said = [f"{named(positions(application, odd))}: {what} {ASSUMED}"] if odd else []
    if untold:
        said.append(f"{named(positions(application, untold))}: occupation or {what} not told")
    return Check.unknown(norm, "; ".join(said)) if said else Check.passed(norm, f"every {what} suits the occupation")
