"""Facts of the kandas register."""

from services.accounting.intake.digest.digested import Sign, end_after
from services.accounting.rules.residence.history import Kind
from shared.events.centres import CentreStay
from shared.events.kandas import EmploymentRequest, KandasStatus, QuotaInclusion, RegionalQuotaPool, SupportGrant


def kandas_status_v1(fact: KandasStatus) -> Sign | None:
    """A granted status, ended or not, shows the region of settlement from the day of the decision to its end."""
    if fact.state in ("granted", "ended") and fact.decided_on:
        return Sign(Kind.KANDAS, fact.decided_on, fact.region, end_after(fact.valid_until, fact.ended_on))
    return None


def quota_inclusion_v1(_fact: QuotaInclusion) -> None:
    """A place in a quota is a promise: that its holder lives there, other records show."""


def support_grant_v1(_fact: SupportGrant) -> None:
    """Money granted shows no residence: who left owes it back."""


def employment_request_v1(_fact: EmploymentRequest) -> None:
    """Who asks for work by a place in a quota may not have come; the status itself shows the region."""


def centre_stay_v1(_fact: CentreStay) -> None:
    """Housing for days or months, given for a status: the status itself shows the region."""


def regional_quota_pool_v1(_fact: RegionalQuotaPool) -> None:
    """Places of a quota, about no person."""
