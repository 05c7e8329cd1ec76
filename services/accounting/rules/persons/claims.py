"""Which claims on one number are one person's: where evidence agrees, where it contradicts, where there is doubt.

Two claims on the same number agree when their folded names are equal, or their birth dates can be one day (1990 and
1990-05-01 can); on an IIN the date counts only where it is not merely the IIN's own first digits, since these are a
stranger's too who was born that day. Claims that agree, directly or through others, are joined, unless among those so
joined two contradict (sex, birth date and name all differ: a child in the passport of a parent) or have crossed the
border in a way that no one person can: then only claims that agree in name and birth date are. A number that very
many claim is a filler that nobody has listed, and joins nobody.

All of it is a function of the set of claims and crossings, whatever their order. Who is left apart in doubt, and
persons whose sex or birth date jumps, go to a reviewer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.persons.identity import Claim, Keys

MOST: Final = 64
"""So many claims one number may have and still prove something: spellings and partial dates of a few holders."""

SIMULTANEOUS: Final = 60
"""Seconds: one person does not enter, or leave, twice within them."""
ACROSS: Final = 30 * 60
"""Seconds within which nobody enters at one checkpoint and leaves at another."""
ROUND: Final = 2 * 60 * 60
"""Seconds within which nobody enters (or leaves) at one checkpoint, turns back, and does so again at another."""


class Sighting(NamedTuple):
    """A crossing as evidence: who crossed by which claim, `at` in seconds since 1970; `checkpoint` 0 is not known."""

    key: int
    at: int
    checkpoint: int
    arrival: bool


Sightings = Mapping[int, Sequence[Sighting]]


def agree(one: Claim, other: Claim) -> bool:
    """Whether two claims on the same number may be one person's."""
    return _same_name(one, other) or (one.dated and other.dated and same_day(one.born, other.born))


def same_holder(one: Claim, other: Claim) -> bool:
    """Whether two claims give their holder the same name, and birth dates that can be one day."""
    return _same_name(one, other) and same_day(one.born, other.born)


def same_day(one: int, other: int) -> bool:
    """Whether two birth dates can be the same day: nothing that both know differs."""
    if one >> 9 != other >> 9:
        return False
    months, days = (one >> 5 & 15, other >> 5 & 15), (one & 31, other & 31)
    return (months[0] == months[1] or 0 in months) and (days[0] == days[1] or 0 in days)


def contradict(one: Claim, other: Claim) -> bool:
    """Whether two claims on the same number are surely two persons': sex, birth date and name all differ."""
    named = one.name != 0 != other.name
    return named and one.name != other.name and _other_sex(one, other) and not same_day(one.born, other.born)


def impossible(one: Sighting, other: Sighting) -> bool:
    """Whether no one person can have made both crossings."""
    apart, same_way = abs(one.at - other.at), one.arrival == other.arrival
    if one.checkpoint == other.checkpoint or 0 in (one.checkpoint, other.checkpoint):
        return same_way and apart < SIMULTANEOUS
    return apart < (ROUND if same_way else ACROSS)


def hurried(person: Keys, at: Keys, new: npt.NDArray[np.bool_]) -> Keys:
    """The persons of whom a new crossing lies within ROUND of another one, of all their crossings and the seconds since
    1970 of each: of nobody else can a new crossing show that they are several."""
    order = np.lexsort((at, person))
    person, at, new = person[order], at[order], new[order]
    near = (person[1:] == person[:-1]) & (at[1:] - at[:-1] < ROUND) & (new[1:] | new[:-1])
    found: Keys = np.unique(person[1:][near])
    return found


def shared(claims: npt.NDArray[np.void]) -> Iterator[list[Claim]]:
    """The claims on each number that was claimed in more than one way. `claims` (CLAIM) may come in any order."""
    claims = claims[np.argsort(claims["number"], kind="stable")]
    starts = np.flatnonzero(np.diff(claims["number"], prepend=-1))
    ends = np.append(starts[1:], len(claims))
    several = ends - starts > 1
    for start, end in zip(starts[several].tolist(), ends[several].tolist(), strict=True):
        yield [Claim(*claim) for claim in claims[start:end].tolist()]


def links(buckets: Iterable[Sequence[Claim]], sightings: Sightings) -> Keys:
    """Pairs of claims that are one person's, as an array of two columns of keys.

    `buckets` are all claims in effect on each number; `sightings` all crossings in effect by key.
    """
    joined = [pair for bucket in buckets if len(bucket) <= MOST for pair in _joined(bucket, sightings)]
    return np.array([(one.key, other.key) for one, other in joined], np.int64).reshape(-1, 2)


def doubtful(bucket: Sequence[Claim], person: Mapping[int, int]) -> bool:
    """Whether the claims on a number are for a reviewer: claims of two persons that do not plainly contradict, or one
    person's that give another sex or birth date. `person` holds each key."""
    return any(
        _jump(one, other) if person[one.key] == person[other.key] else one.key & 1 or not contradict(one, other)
        for one, other in combinations(bucket, 2)
    )


def _joined(bucket: Sequence[Claim], sightings: Sightings) -> list[tuple[Claim, Claim]]:
    agreeing = [(one, other) for one, other in combinations(bucket, 2) if agree(one, other)]
    if not agreeing:
        return []
    vetoed = {key for group in _groups(bucket, agreeing) if _veto(group, sightings) for key in group}
    return [pair for pair in agreeing if pair[0].key not in vetoed or same_holder(*pair)]


def _groups(bucket: Sequence[Claim], agreeing: Iterable[tuple[Claim, Claim]]) -> list[dict[int, Claim]]:
    """The claims that agree directly or through others, by key; those alone left out."""
    group = {claim.key: {claim.key: claim} for claim in bucket}
    for one, other in agreeing:
        if group[one.key] is not group[other.key]:
            group[one.key] |= group[other.key]
            group |= dict.fromkeys(group[other.key], group[one.key])
    return [each for key, each in group.items() if key == min(each) and len(each) > 1]


def _veto(group: Mapping[int, Claim], sightings: Sightings) -> bool:
    """Whether claims that would be joined cannot all be one person's."""
    if any(contradict(one, other) for one, other in combinations(group.values(), 2)):
        return True
    seen = sorted((each for key in group for each in sightings.get(key, ())), key=lambda each: each.at)
    return any(one.key != other.key and impossible(one, other) for one, other in _near(seen))


def _near(seen: Sequence[Sighting]) -> Iterator[tuple[Sighting, Sighting]]:
    """Pairs of crossings near enough in time to be looked at; `seen` in order of time."""
    for position, one in enumerate(seen):
        for other in seen[position + 1 :]:
            if other.at - one.at >= ROUND:
                break
            yield one, other


def _jump(one: Claim, other: Claim) -> bool:
    return _other_sex(one, other) or not same_day(one.born, other.born)


def _same_name(one: Claim, other: Claim) -> bool:
    return one.name == other.name != 0


def _other_sex(one: Claim, other: Claim) -> bool:
    return 0 != one.sex != other.sex != 0
