"""Facts of the permits register."""

from services.accounting.intake.digest.digested import Sign, end_after
from services.accounting.rules.residence.history import Kind
from shared.events.permits import BusinessImmigrant, EaeuWorker, EmployerStaff, ExemptWorker, QuotaPool, WorkPermit


def work_permit_v1(fact: WorkPermit) -> Sign:
    """A permit shows where its holder works from its first day to its end; one for business immigrants is theirs."""
    kind = Kind.BUSINESS if fact.kind == "business_immigrant" else Kind.WORK_PERMIT
    return Sign(kind, fact.valid_from, fact.region, end_after(fact.valid_until, fact.ended_on))


def eaeu_worker_v1(fact: EaeuWorker) -> Sign:
    """A declared worker needs no permit, and shows a place of work all the same."""
    return Sign(Kind.EAEU_WORKER, fact.works_from, fact.region, end_after(fact.works_until))


def quota_pool_v1(_fact: QuotaPool) -> None:
    """Places of a quota, about no person."""


def exempt_worker_v1(fact: ExemptWorker) -> Sign:
    """Who is freed of the permit works where the employer says."""
    return Sign(Kind.EXEMPT_WORKER, fact.works_from, fact.region, end_after(fact.works_until))


def business_immigrant_v1(fact: BusinessImmigrant) -> Sign:
    """The status shows a place of business from its first day to its last."""
    return Sign(Kind.BUSINESS, fact.valid_from, fact.region, end_after(fact.valid_until))


def employer_staff_v1(_fact: EmployerStaff) -> None:
    """Numbers of an enterprise's staff, about no person."""
