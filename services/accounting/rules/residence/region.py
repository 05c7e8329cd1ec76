"""Where in the country a migration leads to or starts from: the other registers know, the border does not.

An arrival's region is the earliest evidence on or after its day, within the rule's window (people register after they
came), else the latest before; a departure's is the latest on or before its day. On one day the strongest kind counts.
"""

import numpy as np
import numpy.typing as npt

from services.accounting.rules.residence.history import Evidence
from services.accounting.rules.residence.residence import M1216, Rule

Ints = npt.NDArray[np.int64]


class RegionEvidence:
    """Evidence of many persons that names a region. `person` is ascending, each person's evidence arranged."""

    def __init__(self, person: Ints, evidence: Evidence) -> None:
        named = evidence["region"] != 0
        self._person = person[named]
        self._day = evidence["day"][named].astype(np.int64)
        self._region = evidence["region"][named]
        self._keys = self._person << 32 | self._day

    def of(self, person: Ints, day: Ints, arrival: npt.NDArray[np.bool_], rule: Rule = M1216) -> npt.NDArray[np.uint8]:
        """Region codes of crossings, 0 where no evidence names one."""
        if len(self._keys) == 0:
            return np.zeros(len(day), np.uint8)
        upcoming = self._earliest_since(person, day)
        soon = arrival & self._belongs(upcoming, person) & (self._day[upcoming] < day + rule.window)
        past = self._latest_until(person, day)
        chosen = np.where(soon, upcoming, past)
        return np.where(self._belongs(chosen, person), self._region[chosen], 0).astype(np.uint8)

    def _earliest_since(self, person: Ints, day: Ints) -> Ints:
        """Position of the strongest evidence on the first day since `day`; another person's where there is none."""
        first = np.minimum(np.searchsorted(self._keys, person << 32 | day), len(self._keys) - 1)
        return self._last_until(self._keys[first])

    def _latest_until(self, person: Ints, day: Ints) -> Ints:
        """Position of the last evidence at or before `day`; another person's, or -1, where there is none."""
        return self._last_until(person << 32 | day)

    def _last_until(self, keys: Ints) -> Ints:
        positions: Ints = np.searchsorted(self._keys, keys, side="right") - 1
        return positions

    def _belongs(self, positions: Ints, person: Ints) -> npt.NDArray[np.bool_]:
        belongs: npt.NDArray[np.bool_] = (positions >= 0) & (self._person[positions] == person)
        return belongs
