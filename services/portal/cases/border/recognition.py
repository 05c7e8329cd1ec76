"""What of a person, or of a question about one, is compared when somebody is to be recognised."""

from services.portal.rules.border.recognition import Shown
from shared.events.person import Person
from shared.kernel import documents
from shared.records.people import PersonQuery, document_of, names_of


def shown(person: Person) -> Shown:
    """Everything that identifies the person."""
    filler = person.document is not None and documents.is_filler(person.document.number)
    document = None if filler else document_of(person)
    return Shown(person.iin, document, tuple(names_of(person)), person.birth_date, person.sex)


def asked(about: PersonQuery) -> Shown:
    """Whatever of that a question gives."""
    filler = about.document_number is not None and documents.is_filler(about.document_number)
    document = None if filler else about.subject.document
    names = ((about.surname, about.given_names),) if about.surname else ()
    return Shown(about.iin, document, names, about.birth_date)
