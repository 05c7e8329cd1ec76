"""Whom the access log of accounting names: no IIN and no document is stored here, so it names their keyed hashes.

A person who asks `/v1/me/access-log` sends the IIN in the token; it is hashed by the same secret and looked up.
"""

from collections.abc import Callable

from services.accounting.cases.residence.classification import pseudonym
from services.accounting.rules.persons.identity import Hashes
from shared.audit.access_log import Subject


def hashed(hashes: Hashes) -> Callable[[Subject], Subject]:
    """How a person whom the log is asked about is named in it. Birth dates stay out: so few can be guessed by hash."""

    def named(subject: Subject) -> Subject:
        iin = pseudonym(hashes.iin(subject.iin)) if subject.iin else None
        document = pseudonym(hashes.document_key(subject.document)) if subject.document else None
        return Subject(iin, document)

    return named


def subjects(iins: list[int], documents: list[int]) -> list[Subject]:
    """A person by the hashes that they are held by: a row for each IIN, and where there is none, for each document."""
    if iins:
        return [Subject(iin=pseudonym(iin)) for iin in iins]
    return [Subject(document=pseudonym(document)) for document in documents]
