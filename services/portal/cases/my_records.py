"""What people are shown of themselves: every kind of record here that is about one person."""

from services.portal.cases.border.border_alert import ALERTS
from services.portal.cases.border.border_crossing import CROSSINGS
from services.portal.cases.border.entry_ban import ENTRY_BANS
from services.portal.cases.border.lost_document import LOST_DOCUMENTS
from services.portal.cases.police.citizenship_change import CITIZENSHIP_CHANGES
from services.portal.cases.police.expulsion import EXPULSIONS
from services.portal.cases.police.protection_status import PROTECTION
from services.portal.cases.police.residence_permit import RESIDENCE_PERMITS
from services.portal.cases.police.residence_registration import REGISTRATIONS
from services.portal.cases.police.violation import VIOLATIONS
from services.portal.cases.signs.sign_of_life import SIGNS_OF_LIFE
from services.portal.cases.stays.host_notification import NOTICES
from services.portal.cases.visas.visa import VISAS
from services.portal.store.tables import stay_registration
from shared.events.visa import StayRegistration
from shared.records.my_records import KindOfMine, StoredKind

KINDS: tuple[KindOfMine, ...] = (
    CROSSINGS,
    VISAS,
    StoredKind(StayRegistration, stay_registration, day="since"),
    NOTICES,
    REGISTRATIONS,
    RESIDENCE_PERMITS,
    PROTECTION,
    CITIZENSHIP_CHANGES,
    VIOLATIONS,
    EXPULSIONS,
    ENTRY_BANS,
    LOST_DOCUMENTS,
    ALERTS,
    SIGNS_OF_LIFE,
)
