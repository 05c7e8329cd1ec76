"""What people are shown of themselves: every kind of record here that is about one person."""

from services.permits.cases.biometric_registration import BIOMETRIC_REGISTRATIONS
from services.permits.cases.business_immigrant import BUSINESS_IMMIGRANTS
from services.permits.cases.eaeu_worker import EAEU_WORKERS
from services.permits.cases.exempt_worker import EXEMPT_WORKERS
from services.permits.cases.work_permit import PERMITS
from shared.records.my_records import KindOfMine

KINDS: tuple[KindOfMine, ...] = (
    PERMITS,
    EAEU_WORKERS,
    EXEMPT_WORKERS,
    BUSINESS_IMMIGRANTS,
    BIOMETRIC_REGISTRATIONS,
)
