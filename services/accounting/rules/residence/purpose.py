"""Purpose of each stay: what the registers say that somebody was here for, before what was said at the border.

PRECEDENCE is the order. Evidence counts for a stay if it holds on one of its days within SPAN days of its beginning: a
permit that comes later than the traveller moves the purpose of the arrival, and one of another year does not. A stay is
from the day of arrival to that of the departure; between two crossings of one direction the missing one is imputed at
the midpoint, as the 12/16-month rule does. Where its beginning is not known, its last SPAN days are asked.

- A foreigner's arrival has the purpose of the stay that it begins: by evidence, else as declared.
- A foreigner's departure has that of the stay that it ends: by evidence, else as declared at the arrival, else as
  declared by whoever departs.
- A citizen's departure has the purpose of being abroad, in the same way: a course, an entry in the consular register,
  else as declared. A citizen's arrival has what was declared.

It depends on records alone, not on the day until which the border is observed: so no day comes on which it would have
to be found anew. `tests/accounting/oracle_purpose.py` says the same in plain Python.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.figures.dimensions import country_code, purpose_code
from services.accounting.rules.residence.history import COUNTED_PURPOSE, DECLARED_PURPOSE, Crossings, Evidence, Kind
from services.accounting.rules.residence.residence import NEVER

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

SPAN: Final = 365  # days: norm purpose_span


class Ground(NamedTuple):
    """Evidence of one kind, and the code of the purpose that it shows (contracts/codes/purposes.csv)."""

    kind: Kind
    purpose: str


PRECEDENCE: Final = (
    # Protection holds whatever else somebody does: refugees work and study without becoming workers or students, and
    # no permit is asked of them. The list of purposes has no code for it.
    Ground(Kind.PROTECTION, "other"),
    # A kandas has come home to stay; work and study are open to kandas without a permit, so they say less.
    Ground(Kind.KANDAS, "permanent"),
    # A student may work besides; a worker who studies besides has no course reported as a foreign student's.
    Ground(Kind.STUDY, "study"),
    # The four ways of lawful work, the one that asks most of the person first: a permit is given for this one person,
    # the Union's treaty and an exemption are declared by an employer, and business is the immigrant's own.
    Ground(Kind.WORK_PERMIT, "work"),
    Ground(Kind.EAEU_WORKER, "work"),
    Ground(Kind.EXEMPT_WORKER, "work"),
    Ground(Kind.BUSINESS, "business"),
    # A permanent residence permit says that somebody may stay for good, and not what for: any of the above says more. A
    # temporary one is given for a purpose that its record does not name, and is no ground.
    Ground(Kind.RESIDENCE_PERMIT, "permanent"),
    # A visa says what somebody was admitted for, before any of the above was given; a mission looked at it, so it says
    # more than a word at the border. Where several hold, the one that binds most comes first.
    Ground(Kind.VISA_PERMANENT, "permanent"),
    Ground(Kind.VISA_FAMILY, "family"),
    Ground(Kind.VISA_STUDY, "study"),
    Ground(Kind.VISA_WORK, "work"),
    Ground(Kind.VISA_BUSINESS, "business"),
    Ground(Kind.VISA_OFFICIAL, "official"),
    Ground(Kind.VISA_TREATMENT, "treatment"),
    Ground(Kind.VISA_PRIVATE, "private"),
    Ground(Kind.VISA_TOURISM, "tourism"),
    # Citizens abroad. A course is reported by the ministry or the citizen, the rest by the citizen alone; where several
    # entries hold, the one that binds most comes first.
    Ground(Kind.ABROAD_STUDY, "study"),
    Ground(Kind.ABROAD_WORK, "work"),
    Ground(Kind.ABROAD_PERMANENT, "permanent"),
    Ground(Kind.ABROAD_FAMILY, "family"),
    Ground(Kind.ABROAD_TREATMENT, "treatment"),
    Ground(Kind.ABROAD_TOURISM, "tourism"),
    Ground(Kind.ABROAD_OTHER, "other"),
)
"""The first that holds gives the purpose of a stay, or of being abroad."""

NO_GROUND: Final = len(PRECEDENCE)
"""In place of a position in PRECEDENCE: nothing but what was declared."""

_KAZ: Final = country_code("KAZ")
_RANK: Final = np.full(256, NO_GROUND, np.int64)
_RANK[[ground.kind for ground in PRECEDENCE]] = np.arange(NO_GROUND)
_PURPOSE: Final = np.array([*(purpose_code(ground.purpose) for ground in PRECEDENCE), 0], np.uint8)
_ABROAD: Final = np.array([ground.kind.name.startswith("ABROAD_") for ground in PRECEDENCE])
_DAY: Final = 18  # bits of a day, or of a sum of two
_LATEST: Final = (1 << _DAY) - 1


class _Asked(NamedTuple):
    """Of each crossing: its person, the days whose evidence is asked (half-open; none where `since` is not before
    `until`), whether abroad, and whether it ends a foreigner's stay that a recorded arrival began."""

    person: Ints
    since: Ints
    until: Ints
    abroad: Mask
    goes_back: Mask


class _Terms(NamedTuple):
    """What holds and from when to when, `group` = person * NO_GROUND + position in PRECEDENCE, ascending; within one
    group by `begin`. `reach` is the latest end of the terms of the group so far."""

    group: Ints
    begin: Ints
    reach: Ints


def with_purposes(
    crossings: Crossings, lengths: Ints, evidence: Evidence, evidence_lengths: Ints
) -> npt.NDArray[np.uint8]:
    """The column `purpose` of arranged crossings: as declared, and beside it as counted."""
    asked = _asked(crossings, lengths)
    ground = _grounds(asked, len(lengths), evidence, evidence_lengths)
    declared = crossings["purpose"] & DECLARED_PURPOSE
    begun = np.concatenate(([0], declared))[: len(declared)]
    counted = np.where(asked.goes_back & (ground == NO_GROUND), begun, _PURPOSE[ground])
    return (declared | counted << COUNTED_PURPOSE).astype(np.uint8)


def grounds(crossings: Crossings, lengths: Ints, evidence: Evidence, evidence_lengths: Ints) -> Ints:
    """Of each arranged crossing the position in PRECEDENCE of what gives it its purpose, NO_GROUND where nothing does.

    Both record arrays hold the persons one after the other in the same order.
    """
    return _grounds(_asked(crossings, lengths), len(lengths), evidence, evidence_lengths)


def purpose_of(crossings: Crossings) -> Ints:
    """Purpose code by which migrations and stays are counted."""
    counted = crossings["purpose"] >> COUNTED_PURPOSE
    return np.where(counted, counted, crossings["purpose"]).astype(np.int64)


def declared_purpose(crossings: Crossings) -> npt.NDArray[np.uint8]:
    """Purpose code as the crossing itself was declared."""
    declared: npt.NDArray[np.uint8] = crossings["purpose"] & np.uint8(DECLARED_PURPOSE)
    return declared


def _asked(crossings: Crossings, lengths: Ints) -> _Asked:
    person = np.repeat(np.arange(len(lengths)), lengths)
    day, arrival = crossings["day"].astype(np.int64), crossings["arrival"].astype(np.bool_)
    citizen = crossings["citizen"] == _KAZ
    same = person[1:] == person[:-1]
    gap = arrival[1:] == arrival[:-1]
    midpoint = day[:-1] + (day[1:] - day[:-1]) // 2
    following, begun = np.full(len(day), NEVER, np.int64), np.full(len(day), -1, np.int64)
    following[:-1][same] = np.where(gap, midpoint, day[1:])[same]
    begun[1:][same] = np.where(gap, midpoint, day[:-1])[same]
    goes = ~citizen & ~arrival
    since = np.where(goes, np.where(begun < 0, day - SPAN, begun), day)
    until = np.where(goes, day, following)
    until = np.minimum(np.maximum(until, since + 1), since + SPAN)
    goes_back = goes & np.concatenate(([False], same & ~gap))[: len(day)]
    return _Asked(person, since, np.where(citizen & arrival, since, until), citizen, goes_back)


def _grounds(asked: _Asked, persons: int, evidence: Evidence, evidence_lengths: Ints) -> Ints:
    found = np.full(len(asked.person), NO_GROUND, np.int64)
    terms = _terms(np.repeat(np.arange(persons), evidence_lengths), evidence)
    if not len(terms.group):
        return found
    crossing, group = _pairs(asked, persons, terms.group)
    at = np.searchsorted(terms.group << _DAY | terms.begin, group << _DAY | asked.until[crossing]) - 1
    holds = (at >= 0) & (terms.group[at] == group) & (terms.reach[at] > asked.since[crossing])
    crossing, rank = crossing[holds], group[holds] % NO_GROUND
    found[crossing[::-1]] = rank[::-1]  # the first in the order is written last
    return found


def _pairs(asked: _Asked, persons: int, group: Ints) -> tuple[Ints, Ints]:
    """Each crossing that asks with each group of its person on its side of the border, the first in the order first."""
    groups = group[np.concatenate(([True], group[1:] != group[:-1]))]
    held = np.bincount(groups // NO_GROUND, minlength=persons)
    first = np.cumsum(held) - held
    asking = np.flatnonzero((asked.since < asked.until) & (held[asked.person] > 0))
    times = held[asked.person[asking]]
    crossing = np.repeat(asking, times)
    nth = np.arange(len(crossing)) - np.repeat(np.cumsum(times) - times, times)
    of_each = groups[first[asked.person[crossing]] + nth]
    fits = _ABROAD[of_each % NO_GROUND] == asked.abroad[crossing]
    return crossing[fits], of_each[fits]


def _terms(person: Ints, evidence: Evidence) -> _Terms:
    """The end of a term is the other record of the same fact; one without a day is none."""
    rank, day = _RANK[evidence["kind"]], evidence["day"].astype(np.int64)
    order = np.argsort(evidence["fact"], kind="stable")
    fact = evidence["fact"][order]
    pair = np.flatnonzero(fact[1:] == fact[:-1])
    end = np.full(len(day), _LATEST, np.int64)
    end[order[pair]], end[order[pair + 1]] = day[order[pair + 1]], day[order[pair]]
    at = np.flatnonzero((rank < NO_GROUND) & (day < end))
    group = person[at] * NO_GROUND + rank[at]
    by = np.lexsort((day[at], group))
    at, group = at[by], group[by]
    reach = np.maximum.accumulate(group << _DAY | end[at]) & _LATEST
    return _Terms(group, day[at], reach)
