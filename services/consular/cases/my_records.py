"""What people are shown of themselves: every kind of record here that is about one person."""

from services.consular.cases.assistance_case import ASSISTANCE
from services.consular.cases.consular_registration import REGISTRATIONS
from services.consular.cases.study import STUDIES
from shared.records.my_records import KindOfMine

KINDS: tuple[KindOfMine, ...] = (
    REGISTRATIONS,
    ASSISTANCE,
    STUDIES,
)
