"""Departures for permanent residence abroad, as the portal tells of them: a copy (K7).

The portal tells of every registration of residence. Of one that is no such departure the copy keeps that it is none:
no day, no country and no person.
"""

from typing import Any

from services.kandas.store.tables import residence_departure
from shared.events.portal import ResidenceRegistration
from shared.events.views import granted
from shared.inbox.copies import Copy
from shared.records.people import document_of

_NONE = dict.fromkeys(("left_on", "country", "iin", "document", "birth_date"))


def _columns(registration: ResidenceRegistration) -> dict[str, Any]:
    abroad = registration.counterpart_country not in (None, "KAZ")
    if not (abroad and registration.act == "deregistration" and registration.residence == "permanent"):
        return dict(_NONE)
    person = registration.person
    return {
        "left_on": registration.date,
        "country": registration.counterpart_country,
        "iin": person.iin,
        "document": document_of(person),
        "birth_date": str(person.birth_date),
    }


DEPARTURES = Copy(granted("kandas", ResidenceRegistration), residence_departure, _columns)
