"""What people are shown of themselves: every kind of record here that is about one person."""

from services.kandas.cases.adaptation_course import COURSES
from services.kandas.cases.centre_stay import STAYS
from services.kandas.cases.employment_request import REQUESTS
from services.kandas.cases.kandas_status import STATUSES
from services.kandas.cases.quota_inclusion import INCLUSIONS
from services.kandas.cases.support_grant import GRANTS
from shared.records.my_records import KindOfMine

KINDS: tuple[KindOfMine, ...] = (
    STATUSES,
    INCLUSIONS,
    GRANTS,
    REQUESTS,
    STAYS,
    COURSES,
)
