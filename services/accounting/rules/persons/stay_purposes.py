"""What each of a person's stays was for, as a timeline shows it: the purpose by which it counts, and what shows it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.accounting.rules.figures.dimensions import country_code
from services.accounting.rules.persons.people import People
from services.accounting.rules.persons.stays import Stay
from services.accounting.rules.residence.purpose import NO_GROUND, PRECEDENCE, Ground, grounds, purpose_of

_KAZ = country_code("KAZ")


class StayPurpose(NamedTuple):
    """`purpose` is the code (0: not known), `ground` what shows it (None: it was declared)."""

    purpose: int
    ground: Ground | None


UNKNOWN = StayPurpose(0, None)


def purposes_of_stays(people: People, stays: Sequence[Stay]) -> list[StayPurpose]:
    """Of the stays of one person, in their order: by the crossing that begins a stay, or where that is missing by the
    one that ends it. Being abroad has a purpose of its own for a citizen who departed."""
    found = grounds(people.crossings, people.lengths, people.evidence, people.evidence_lengths).tolist()
    purposes, citizens = purpose_of(people.crossings).tolist(), (people.crossings["citizen"] == _KAZ).tolist()
    told = [
        StayPurpose(code, None if ground == NO_GROUND else PRECEDENCE[ground])
        for code, ground in zip(purposes, found, strict=True)
    ]
    return [UNKNOWN if teller is None else told[teller] for teller in _tellers(stays, citizens)]


def _tellers(stays: Sequence[Stay], citizens: Sequence[bool]) -> Iterator[int | None]:
    """The position of the crossing that tells what a stay was for; None where none does. A citizen's departure tells of
    being abroad, a foreigner's of the stay that it ends."""
    passed = -1
    for stay in stays:
        begins = stay.start is not None and not stay.start.imputed
        ends = stay.end is not None and not stay.end.imputed
        if begins:
            yield passed if stay.inside or citizens[passed] else None
        else:
            yield passed + 1 if stay.inside and ends and not citizens[passed + 1] else None
        passed += ends
