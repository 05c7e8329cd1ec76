"""A life: who someone truly is, and where they truly are. Registers see parts of it; the truth sees it whole.

Days are dates; `until` is always exclusive, and None where it lasts beyond the end of the simulated time. Countries are
ISO 3166-1 alpha-3, regions the first two digits of KATO, purposes those of contracts/codes/purposes.csv.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeVar

_Value = TypeVar("_Value")

People = Literal[
    "kazakh", "russian", "uzbek", "kyrgyz", "tajik", "turkmen", "chinese", "mongolian", "turkish", "korean", "indian",
    "german",
]  # fmt: skip
"""Whose way of naming people it is."""

Kind = Literal[
    "visitor", "commuter", "seasonal_worker", "labour_immigrant", "permit_worker", "eaeu_worker", "exempt_worker",
    "irregular_worker", "foreign_student", "kandas", "refugee", "family_immigrant", "resident", "internal_mover",
    "resettler", "emigrant", "worker_in_russia", "worker_in_korea", "student_abroad",
]  # fmt: skip
"""What a life is drawn as; what it becomes is in its stays and acts."""

Ground = Literal[
    "citizen", "visa_free", "visa", "labour_immigrant", "work_permit", "eaeu", "exempt", "study", "kandas",
    "residence_permit", "protection", "none", "abroad",
]  # fmt: skip
"""On what a stay rests: `none` is a stay without right, `abroad` one outside Kazakhstan."""

Deed = Literal[
    "birth", "death", "marriage", "kandas_applied", "kandas_granted", "kandas_ended", "included_in_quota",
    "citizenship_acquired", "citizenship_lost", "residence_permit", "asylum", "refugee", "work_permit",
    "labour_immigrant_permit", "eaeu_work", "exempt_work", "studies", "violation", "expulsion", "work_abroad",
    "trouble_abroad",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """As its bearer writes it: in Cyrillic by the peoples of the former Union and Mongolia, in Latin letters of their
    own by Turks, Germans and Indians, in pinyin without tones by Chinese, in the passport's Latin by Koreans."""

    people: People
    surname: str
    given: str
    patronymic: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A travel or identity document as it was issued: `surname` and `given_names` as printed in Latin by the table of
    the issuing office (`office`) at that time."""

    type: Literal["P", "I", "R"]
    number: str
    issuing_state: str
    issued_on: date
    expires: date
    office: str
    surname: str
    given_names: str


@dataclass(frozen=True, slots=True)
class Stay:
    """Where the life truly is from `since` until `until`, and why. A life's stays follow each other without gap."""

    since: date
    until: date | None
    country: str
    region: str | None
    purpose: str
    ground: Ground


@dataclass(frozen=True, slots=True)
class Act:
    """What truly happened on a day; `details` are the members that a register of it would ask for, by their names."""

    day: date
    deed: Deed
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Life:
    """One invented person. `names`, `citizenships` and `papers` are in order of their first day; the last one that has
    begun holds. `iin_since` is the day on which the number was given: at birth, or on the way."""

    number: int
    household: int
    kind: Kind
    sex: Literal["M", "F"]
    born: date
    died: date | None
    names: tuple[tuple[date, Name], ...]
    citizenships: tuple[tuple[date, str], ...]
    papers: tuple[Paper, ...]
    iin: str | None
    iin_since: date | None
    region_of_origin: str | None
    occupation: str | None
    education: str | None
    stays: tuple[Stay, ...]
    acts: tuple[Act, ...] = ()

    def name_on(self, day: date) -> Name:
        """The name that is borne on a day."""
        return _on(self.names, day)

    def citizenship_on(self, day: date) -> str:
        """ISO 3166-1 alpha-3 of the citizenship that holds on a day."""
        return _on(self.citizenships, day)

    def paper_on(self, day: date) -> Paper:
        """The newest document that was issued by a day."""
        return _on(tuple((paper.issued_on, paper) for paper in self.papers), day)

    def iin_on(self, day: date) -> str | None:
        """The individual identification number, once it was given."""
        return self.iin if self.iin_since is not None and self.iin_since <= day else None

    def moves(self) -> Iterator[tuple[Stay, Stay]]:
        """Each stay with the one before it: a border is crossed where the countries differ."""
        yield from zip(self.stays, self.stays[1:], strict=False)


def _on(dated: tuple[tuple[date, _Value], ...], day: date) -> _Value:
    """The last value that has begun by a day; before all of them the first."""
    begun = dated[0][1]
    for since, value in dated:
        if since <= day:
            begun = value
    return begun
