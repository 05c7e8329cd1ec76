"""What of a person, or of a question about one, is compared when somebody is to be recognised."""

from services.portal.rules.border.recognition import Shown
from shared.events.person import Person
from shared.records.people import PersonQuery, document_of, names_of


def shown(person: Person) -> Shown:
    """Everything that identifies the person."""
    return Shown(person.iin, document_of(person), tuple(names_of(person)), person.birth_date, person.sex)


def asked(about: PersonQuery) -> Shown:
    """Whatever of that a question gives."""
    names = ((about.surname, about.given_names),) if about.surname else ()
    return Shown(about.iin, about.subject.document, names, about.birth_date)
