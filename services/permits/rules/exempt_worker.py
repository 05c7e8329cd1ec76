"""Which foreigner may be declared as one who works without a permit, and on which ground.

Source: list of persons who need no permit (decree 1041 of 24.11.2023, as amended from 31.08.2025), whose first lines
and reports were read; contracts/codes/exempt_grounds.csv has each ground with its days and its source. NOT modelled:
that an employer has one head only, and how long a status holds that another register keeps.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from services.permits.rules.citizenship import HOME, is_union_state
from shared.kernel.codes import code_list

REFUGEES = frozenset({"XXB", "XXC"})
"""What a travel document says of its holder's nationality where it was given to a refugee (ICAO Doc 9303 part 3)."""
_PROTECTED = frozenset({"refugee", "asylum_seeker"})


@dataclass(frozen=True, slots=True)
class Declared:
    """What the rule sees of a declaration; `occupation` is an ISCO code of any length."""

    ground: str
    citizenship: str
    occupation: str | None
    qualified: bool
    works_from: date
    works_until: date | None


@dataclass(frozen=True, slots=True)
class Contradicted:
    """What stands against a declaration: the member, and why."""

    member: str
    why: str


def contradictions(declared: Declared) -> Iterator[Contradicted]:
    """Everything that stands against the declaration."""
    if not ground_holds(declared.ground, declared.works_from):
        yield Contradicted("/ground", "Freed nobody of the permit on works_from, as far as the list is known.")
    if declared.citizenship == HOME:
        yield Contradicted("/person/citizenship", "A citizen of Kazakhstan is no foreign worker.")
    elif is_union_state(declared.citizenship, declared.works_from):
        yield Contradicted("/person/citizenship", "A citizen of the Union is declared as EAEU worker.")
    elif declared.citizenship in REFUGEES and declared.ground not in _PROTECTED:
        yield Contradicted("/ground", "The document says that its holder is a refugee.")
    if declared.ground == "head_of_foreign_company":
        yield from _head(declared)
    if declared.works_until and declared.works_until < declared.works_from:
        yield Contradicted("/works_until", "Lies before works_from.")


def ground_holds(ground: str, day: date) -> bool:
    """Whether the ground freed of the permit on that day."""
    known = code_list("exempt_grounds")[ground]
    return (known.valid_from is None or known.valid_from <= day) and (known.valid_to is None or day <= known.valid_to)


def _head(declared: Declared) -> Iterator[Contradicted]:
    """Major group 1 of ISCO are managers: the first head of a company is one."""
    if declared.occupation is not None and not declared.occupation.startswith("1"):
        yield Contradicted("/occupation", "Is not that of a head.")
    if not declared.qualified:
        yield Contradicted("/qualified", "The head of a company is qualified labour.")
