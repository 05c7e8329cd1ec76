"""Finding the records of a person: typed columns beside a record's body, and the search over them.

A person is asked for by IIN, by a document, or by name and birth date. Evidence is joined by "or": whoever searches
sees all that any of it finds. By name, candidates are found: who is born in the same year and has a name that may be
the same by other spelling, order or completeness (shared.kernel.spellings); the register judges them.
"""

from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Index, Table, Text, false, or_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import SchemaItem

from shared.audit.access_log import Subject
from shared.db.records import newest_where
from shared.events.contradictions import Contradiction, contradiction, together
from shared.events.grants import digest_of
from shared.events.person import BirthDate, Document, DocumentKey, Iin, LatinName, Person
from shared.events.wire import WireModel
from shared.kernel import documents, names, spellings
from shared.kernel.periods import PartialDate
from shared.kernel.spellings import Name

_PAGE = 500


class PersonQuery(WireModel):
    """Whom a search is for. It stands in the body: addresses of requests are logged, and hold no personal data."""

    iin: Iin | None = None
    document: DocumentKey | None = None
    surname: LatinName | None = None
    given_names: LatinName | None = None
    birth_date: BirthDate | None = None

    CONTRADICTIONS: ClassVar[tuple[Contradiction, ...]] = (
        together("surname", "birth_date"),
        contradiction(
            "give an IIN, a document, or a surname with a birth date",
            "iin",
            "document",
            "surname",
            found=lambda *evidence: not any(evidence),
            at=(),
        ),
    )

    @property
    def subject(self) -> Subject:
        """Whom the search names by a number; a name alone may be many people's."""
        return Subject(self.iin, self.document.key if self.document else None, self.birth_date)


def person_columns(table: str) -> list[SchemaItem]:
    """Columns and indexes of a record table whose persons can be searched for."""
    found: list[SchemaItem] = []
    for name in ("iin", "document", "name_birth_key"):
        column: Column[str] = Column(name, Text)
        found += [column, Index(f"{table}_{name}", name, postgresql_where=column.is_not(None))]
    return found


def candidate_columns(table: str) -> list[SchemaItem]:
    """`person_columns`, and the keys under which candidates are found by name. Null keys are those of a record that was
    stored before there were any: it is found by its exact name."""
    keys: Column[list[str]] = Column("name_keys", ARRAY(Text))
    return [*person_columns(table), keys, Index(f"{table}_name_keys", keys, postgresql_using="gin")]


def candidate_values(person: Person) -> dict[str, Any]:
    """The values of those columns for one person."""
    keys = spellings.keys(names_of(person), birth_year(person))
    return person_values(person) | {"name_keys": keys}


def names_of(person: Person) -> list[Name]:
    """The person's name as the passport writes it, and in Cyrillic where that is known."""
    cyrillic = [(person.surname_cyrillic, person.given_names_cyrillic)] if person.surname_cyrillic else []
    return [(person.surname, person.given_names), *cyrillic]


def birth_year(person: Person) -> int:
    """All that every birth date tells."""
    return PartialDate.parse(person.birth_date).year


def person_values(person: Person) -> dict[str, Any]:
    """The values of those columns for one person."""
    return {"iin": person.iin, "document": document_of(person), "name_birth_key": name_birth_key(person)}


def key_values(person: Any) -> dict[str, Any]:
    """The same for a person whose name is told by its digest alone, or is to meet such persons: a Person, or what a
    consumer is granted of one (shared.events.views)."""
    digest = digest_of(name_birth_key(person)) if isinstance(person, Person) else person.name_birth_digest
    return {"iin": person.iin, "document": document_of(person), "name_birth_key": digest}


def document_of(person: Person) -> str | None:
    """The person's document as one key, issuing state and number; None without a document, or with a filler."""
    document = person.document
    return documents.key_of(document.issuing_state, document.number) if document else None


def same_document(one: Document | DocumentKey | None, other: Document | DocumentKey | None) -> bool:
    """Whether both are one document; a filler is none."""
    keys = [documents.key_of(each.issuing_state, each.number) if each else None for each in (one, other)]
    return keys[0] is not None and keys[0] == keys[1]


def name_birth_key(person: Person | PersonQuery) -> str:
    """Folded name and birth date as one key."""
    return f"{names.fold(person.surname or '', person.given_names)}|{person.birth_date}"


async def find(connection: AsyncConnection, table: Table, wanted: PersonQuery) -> list[Any]:
    """All rows that may be about that person, newest first, withdrawn ones included: a register shows its history."""
    found: list[Any] = []
    while page := await find_page(connection, table, wanted, found[-1].id if found else None, _PAGE):
        found += page
    return found


async def find_page(
    connection: AsyncConnection, table: Table, wanted: PersonQuery, before: UUID | None, limit: int
) -> list[Any]:
    """A page of what `find` finds: up to `limit` rows with an id before `before`."""
    evidence: list[ColumnElement[bool]] = []
    if wanted.iin:
        evidence.append(table.c.iin == wanted.iin)
    if document := wanted.subject.document:
        evidence.append(table.c.document == document)
    if wanted.surname and wanted.birth_date:
        year = PartialDate.parse(wanted.birth_date).year
        asked = spellings.asked_keys([(wanted.surname, wanted.given_names)], year)
        evidence += [table.c.name_birth_key == name_birth_key(wanted), table.c.name_keys.overlap(asked)]
    return list(await connection.execute(newest_where(table, or_(false(), *evidence), before, limit)))
