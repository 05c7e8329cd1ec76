"""Whether somebody is the person of a record: a *hit* is certain enough to act on, a *possible* one is for an officer.

Numbers decide before names. An equal document proves nothing where IIN, sex or birth date contradict it, and a filler
("NODOC") never does (decision 0022). A name is a hit where all of it is the same by a table of transliteration, with an
equal whole birth date; other endings, another order, a given name that is missing or a date known in part leave it
possible. A contradiction takes one step away: a hit is possible, what was possible is nothing.
"""

from dataclasses import dataclass
from typing import Literal

from shared.kernel import spellings
from shared.kernel.periods import PartialDate
from shared.kernel.spellings import Name

Evidence = Literal["iin", "document", "name"]
Certainty = Literal["hit", "possible"]


@dataclass(frozen=True, slots=True)
class Shown:
    """Who somebody is by a document, a record or a question; `names` are the spellings that are known of one name, and
    None stands for what is not known. `document` is its identity key, None for a filler."""

    iin: str | None
    document: str | None
    names: tuple[Name, ...]
    birth_date: str | None
    sex: str | None = None


@dataclass(frozen=True, slots=True)
class Recognition:
    """By what the person was recognised, the strongest first, and whether it is certain."""

    evidence: Evidence
    certainty: Certainty


def recognise(held: Shown, shown: Shown) -> Recognition | None:
    """Whether `shown` is the person of the record `held`; None where nothing says so."""
    if held.iin and held.iin == shown.iin:
        return Recognition("iin", "hit")
    contradicted = _differ(held.iin, shown.iin) or _differ(_sex(held), _sex(shown)) or not _births_agree(held, shown)
    if held.document and held.document == shown.document:
        return Recognition("document", "possible" if contradicted else "hit")
    if not _births_agree(held, shown):
        return None
    likeness = spellings.likeness(held.names, shown.names)
    certain = likeness == "same" and held.birth_date == shown.birth_date and _is_whole(held.birth_date)
    if likeness is None or (contradicted and not certain):
        return None
    return Recognition("name", "hit" if certain and not contradicted else "possible")


def is_another(holder: Shown, bearer: Shown) -> bool:
    """True if `bearer`, who shows the holder's document, cannot be `holder`: another IIN; else another name or birth
    date. Who lost a passport and found it again shows a lost document; who bought it shows another's."""
    if holder.iin and bearer.iin:
        return holder.iin != bearer.iin
    return not _births_agree(holder, bearer) or spellings.likeness(holder.names, bearer.names) is None


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _sex(person: Shown) -> str | None:
    return None if person.sex == "X" else person.sex


def _births_agree(one: Shown, other: Shown) -> bool:
    if one.birth_date is None or other.birth_date is None:
        return True
    return PartialDate.parse(one.birth_date).agrees_with(PartialDate.parse(other.birth_date))


def _is_whole(birth_date: str | None) -> bool:
    return birth_date is not None and PartialDate.parse(birth_date).day is not None
