"""Where in the country a migration leads to or starts from: the other registers know, the border does not.

An arrival's region is the earliest evidence on or after its day, within the rule's window (people register after they
came), else the latest before; a departure's is the latest on or before its day. On one day the strongest kind counts.

It is published as the region of the crossing's day: what evidence of another time names is led to what stood for it on
that day (`contracts/codes/region_crosswalk.csv`), where that is one region. 51 (South Kazakhstan) became two: who was
last known there is in 61 or 79 since, which is not known.
"""

from datetime import date
from functools import cache

import numpy as np
import numpy.typing as npt

from services.accounting.rules.figures.dimensions import day_number, region_code
from services.accounting.rules.residence.history import Evidence
from services.accounting.rules.residence.residence import M1216, Rule
from shared.kernel.codes import COUNTRY_TOTAL, code_list, predecessors, successors

Ints = npt.NDArray[np.int64]

REGIONS = "regions"
_CODES = 256
_NEVER = 2**31


def of_its_day(region: npt.NDArray[np.uint8], day: npt.NDArray[np.integer]) -> npt.NDArray[np.uint8]:
    """Region codes as of `day`: the one region that came before or after where a code did not hold then, else 0."""
    since, until, before, after = _validity()
    region = np.where(day < since[region], before[region], region)
    return np.where(day >= until[region], after[region], region)


@cache
def _validity() -> tuple[Ints, Ints, npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """By region code: first day, first day no longer, and the only region before and after, 0 where there is none."""
    since, until = np.full(_CODES, -_NEVER), np.full(_CODES, _NEVER)
    before, after = np.zeros(_CODES, np.uint8), np.zeros(_CODES, np.uint8)
    for code in code_list(REGIONS).under(COUNTRY_TOTAL):
        number = region_code(code.code)
        since[number] = _day(code.valid_from, -_NEVER)
        until[number] = _day(code.valid_to, _NEVER)
        before[number] = _only(predecessors(REGIONS, code.code))
        after[number] = _only(successors(REGIONS, code.code))
    return since, until, before, after


def _day(day: date | None, otherwise: int) -> int:
    return otherwise if day is None else day_number(day)


def _only(codes: list[str]) -> int:
    return region_code(codes[0]) if len(codes) == 1 else 0


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
        return of_its_day(np.where(self._belongs(chosen, person), self._region[chosen], 0).astype(np.uint8), day)

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
