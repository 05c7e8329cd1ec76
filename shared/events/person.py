"""Identity evidence of one person: the only shape in which a person travels between services.

Names follow ICAO Doc 9303 (machine readable travel documents, part 3): Latin capitals, as in the visual
inspection zone; the Cyrillic names stand beside them where the register has them.
"""

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo

from shared.events.wire import ON_FILE, Date, Issuer, Nationality, WireModel
from shared.kernel import documents, iin, names, periods

Sex = Literal["M", "F", "X"]
DocumentType = Literal["P", "I", "R", "S", "F", "T"]


def _iin(value: str) -> str:
    if not iin.is_valid(value):
        raise ValueError("is not an IIN: 12 digits whose last is the check digit are expected")
    return value


def _latin(value: str) -> str:
    if not names.is_icao(value):
        raise ValueError(
            "must be written in Latin capitals as in the passport (ICAO 9303): A-Z, space, hyphen, apostrophe"
        )
    return value


def _cyrillic(value: str, info: ValidationInfo) -> str:
    if info.context is ON_FILE:
        return value
    name = names.normalise(value)
    if not names.is_cyrillic(name):
        raise ValueError("must be written in Cyrillic letters: a Latin letter that looks like one is another")
    return name


@lru_cache(maxsize=2**15)  # people share their birth dates: a lifetime has fewer days than this
def _partial_date(value: str) -> str:
    periods.PartialDate.parse(value)
    return value


Iin = Annotated[str, AfterValidator(_iin)]
LatinName = Annotated[str, StringConstraints(max_length=100), AfterValidator(_latin)]
CyrillicName = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_cyrillic)]
BirthDate = Annotated[str, StringConstraints(max_length=10), AfterValidator(_partial_date)]
DocumentNumber = Annotated[str, StringConstraints(min_length=1, max_length=30), AfterValidator(documents.normalise)]


class Document(WireModel):
    """A travel or identity document; `number` is kept without separators and in capitals."""

    type: DocumentType
    number: DocumentNumber
    issuing_state: Issuer = Field(description="ISO 3166-1 alpha-3, or ICAO 9303 part 3 section 5: UNO, EUE, XOM, ...")
    expires: Date | None = None


class DocumentKey(WireModel):
    """A document that is asked for, by number and issuing state. The rest of a whole Document may stand there too, but
    is not compared: registers disagree about types, and an expiry is extended."""

    type: DocumentType | None = None
    number: DocumentNumber
    issuing_state: Issuer
    expires: Date | None = None

    @property
    def key(self) -> str | None:
        """What makes two documents the same (shared.kernel.documents); None for a filler."""
        return documents.key_of(self.issuing_state, self.number)


class Person(WireModel):
    """Who a record is about. `birth_date` may be a year, a year and month, or a full date (ISO 8601)."""

    iin: Iin | None = None
    document: Document | None = None
    surname: LatinName = Field(
        description="primary identifier; of a passport with one name, that name (ICAO 9303 part 3, 4.6)"
    )
    given_names: LatinName | None = None
    surname_cyrillic: CyrillicName | None = None
    given_names_cyrillic: CyrillicName | None = None
    patronymic_cyrillic: CyrillicName | None = None
    birth_date: BirthDate
    sex: Sex
    citizenship: Nationality = Field(
        description="ISO 3166-1 alpha-3, or ICAO 9303 part 3 section 5: XXA, XXB, XXC, XXX, GBN, UNO, ..."
    )
