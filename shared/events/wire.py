"""The published language: base model and plain types of everything that services say to each other."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StringConstraints,
    ValidationInfo,
)
from pydantic_core import CoreSchema

from shared.events.contradictions import Contradiction, with_contradictions
from shared.events.written import COUNTED_TIMESTAMP, DATE, TIMESTAMP
from shared.kernel import codes, iin, names
from shared.kernel.periods import Period

Purpose = Literal[
    "work",
    "study",
    "private",
    "tourism",
    "business",
    "treatment",
    "family",
    "permanent",
    "transit",
    "official",
    "other",
]
"""Declared purpose of a crossing or a stay abroad."""


@lru_cache(maxsize=2**9)  # more than there are countries: every crossing names three; what is none is not kept
def _country(value: str) -> str:
    if not codes.is_country(value):
        raise ValueError("is not a country code: ISO 3166-1 alpha-3 or ICAO 9303 XXA, XXB, XXC, XXX is expected")
    return value


@lru_cache(maxsize=2**9)  # as of countries: every crossing names two
def _issuer(value: str) -> str:
    if not codes.is_issuer(value):
        raise ValueError("is no code of ICAO 9303 part 3 section 5: ISO 3166-1 alpha-3, XXA to XXX, UNO, EUE or GBN")
    return value


def _region(value: str) -> str:
    if not codes.is_region(value):
        raise ValueError("is not a region: the first two digits of its KATO code are expected")
    return value


def _activity(value: str) -> str:
    if not codes.is_activity(value):
        raise ValueError("is not an activity: an OKED section, A to U, is expected")
    return value


ON_FILE = object()
"""The context in which what is on file is read: it was checked as one checked then."""


def _text(value: str, info: ValidationInfo) -> str:
    return value if info.context is ON_FILE else names.normalise(value)


def _ascii(value: str, info: ValidationInfo) -> str:
    """In a JSON schema \\d is 0 to 9; to pydantic it is any script's digit."""
    if not value.isascii() and info.context is not ON_FILE:
        raise ValueError("must be written in the digits 0 to 9")
    return value


def _bin(value: str) -> str:
    if not iin.is_valid_bin(value):
        raise ValueError("is not a BIN: 12 digits whose last is the check digit are expected")
    return value


def _period(value: str, info: ValidationInfo) -> str:
    if info.context is not ON_FILE:
        Period.parse(value)
    return value


@dataclass(frozen=True, slots=True)
class Coded:
    """Marks a code whose list says when it holds (see shared.records.codes_of_day). What `outlives` its code may name
    one that has ended: passports of a state that is no more are shown for years."""

    list: str
    outlives: bool = False


REGION = Coded("regions")
"""A region, or a KATO code that begins with one."""

Country = Annotated[str, AfterValidator(_country), Coded("countries")]
Issuer = Annotated[str, AfterValidator(_issuer), Coded("countries", outlives=True)]
"""Who issued a travel document: a country, or an organisation such as UNO."""
Nationality = Annotated[str, AfterValidator(_issuer), Coded("countries")]
"""Whose national a travel document calls its holder, by the same list."""
Region = Annotated[str, AfterValidator(_region), REGION]
Activity = Annotated[str, AfterValidator(_activity)]
Bin = Annotated[str, AfterValidator(_bin)]
# A year mistyped beyond all registers would not fit into what stores and reckons it. Some passports never expire: 9999.
Date = Annotated[date, Field(ge=date(1900, 1, 1)), DATE]
ReckonedDate = Annotated[date, Field(ge=date(1900, 1, 1), lt=date(2200, 1, 1)), DATE]
"""A day from which terms are counted, which must end within the calendar."""
_Bounded = Annotated[AwareDatetime, Field(ge=datetime(1900, 1, 1, tzinfo=UTC), lt=datetime(2200, 1, 1, tzinfo=UTC))]
Timestamp = Annotated[_Bounded, TIMESTAMP]
# Statistics count months to August 2140; whole years are easier to remember. The year is that of the date as written.
CountedDate = Annotated[date, Field(ge=date(1970, 1, 1), lt=date(2140, 1, 1)), DATE]
CountedTimestamp = Annotated[_Bounded, COUNTED_TIMESTAMP]


class _Past:
    """Marks a day of what has happened; it says nothing where a fact is read (see shared.records.plausibility)."""


PAST = _Past()
PastDate = Annotated[Date, PAST]
PastTimestamp = Annotated[Timestamp, PAST]
PastCountedTimestamp = Annotated[CountedTimestamp, PAST]
Flag = Annotated[bool, Field(strict=True)]
"""true or false, and no word or number for them."""
StatedPeriod = Annotated[
    str,
    Field(pattern=r"^\d{4}(-(0[1-9]|1[0-2]|Q[1-4]))?$", description="year, quarter or month (SDMX)"),
    AfterValidator(_period),
]
"""A period that a record states: what is taken here, every reading of figures reads."""
Occupation = Annotated[
    str, Field(pattern=r"^\d{1,4}$", description="Group of the national classifier (ISCO-08)"), AfterValidator(_ascii)
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_text)]
"""In Normalization Form C, without invisible characters."""
MISSION = object()
Mission = Annotated[Text, MISSION]
"""A mission abroad, of those that are listed (see shared.records.missions)."""
SourceId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:/-]{1,64}$")]
"""The submitting system's own number of a record. It shows up in logs and receipts: never put personal data in it."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days of which a record speaks, by its members: one day or period (`first` alone), or from `first` to the
    last day that `ends` give, the first of them that is given; without any of these it goes on."""

    first: str
    ends: tuple[str, ...] = ()


def on(day: str) -> Days:
    """A record of one day, moment or stated period."""
    return Days(day)


def during(first: str, *ends: str) -> Days:
    """A record of a state that holds from `first` on."""
    return Days(first, ends)


class WireModel(BaseModel):
    """Immutable; unknown members are refused at intake, so that a misspelt one is not lost in silence."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_timedelta="iso8601")

    CONTRADICTIONS: ClassVar[tuple[Contradiction, ...]] = ()
    DAYS: ClassVar[Days | None] = None
    """Of what it speaks; None is the day on which it comes in, such as of an application."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return with_contradictions(cls, cls.CONTRADICTIONS, handler(source))

    @classmethod
    def read(cls, data: bytes | str) -> Self:
        """From JSON that this system wrote; members added by a newer one are passed over."""
        return cls.model_validate_json(data, extra="ignore", context=ON_FILE)
