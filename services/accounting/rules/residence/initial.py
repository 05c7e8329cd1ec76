"""Status before a person's first crossing (5.1): what the register itself tells, else what others know."""

import numpy as np
import numpy.typing as npt

from services.accounting.rules.residence.history import Crossings, Evidence, Kind
from services.accounting.rules.residence.outcome import NON_RESIDENT, NOT_KNOWN, RESIDENT
from services.accounting.rules.residence.residence import M1216, Rule

Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint8]

_MEANING = np.full(256, NOT_KNOWN, np.uint8)
_MEANING[[Kind.REGISTERED, Kind.RESIDENCE_PERMIT]] = RESIDENT
_MEANING[Kind.DEPARTED] = NON_RESIDENT


def initial_status(
    first_day: Ints, first_arrival: npt.NDArray[np.bool_], evidence: Codes, register_start: int, rule: Rule = M1216
) -> Codes:
    """1, 0 or NOT_KNOWN per person.

    From V days after the register's first day the first crossing speaks for itself: whoever departs has been here all
    the time, whoever arrives has been away. Earlier only other `evidence` (0, 1, NOT_KNOWN) can tell; citizenship is
    none.
    """
    return np.where(first_day >= register_start + rule.threshold, ~first_arrival, evidence).astype(np.uint8)


def stated_status(persons: int, person: Ints, crossings: Crossings) -> Codes:
    """What historical loads state as `resident_at_start`, by each person's earliest crossing that states anything."""
    return _first_of_each(persons, person, crossings["stated"])


def registered_status(persons: int, person: Ints, evidence: Evidence, first_day: Ints) -> Codes:
    """What the latest telling evidence before each person's first crossing says: a permanent registration or residence
    permit resident, a de-registration for abroad non-resident. That of the same day may follow from the crossing.

    A permit that has ended by then tells nothing, and what other evidence says of residence goes on to hold; but an
    earlier departure does not: that the person came back, the permit has shown for good.
    """
    early = evidence["day"] < first_day[person]
    told = np.where(early, _MEANING[evidence["kind"]], NOT_KNOWN)
    ended = np.isin(evidence["fact"], evidence["fact"][early & (evidence["kind"] == Kind.ENDED)])
    in_force = np.where(ended, NOT_KNOWN, told)
    latest, holding = (_first_of_each(persons, person[::-1], each[::-1]) for each in (told, in_force))
    return np.where(latest == holding, holding, NOT_KNOWN)


def _first_of_each(persons: int, person: Ints, status: Codes) -> Codes:
    """Each person's first status that is known."""
    known = np.flatnonzero(status != NOT_KNOWN)[::-1]
    result = np.full(persons, NOT_KNOWN, np.uint8)
    result[person[known]] = status[known]  # the first one is written last
    return result
