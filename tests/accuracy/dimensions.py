"""Estimates along one dimension at a time, beside the truth: what is published for groups is judged group by group."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from tests.accuracy.compared import Compared, of_observation
from tests.accuracy.counted import Accounting
from tests.accuracy.said import Observation
from tests.accuracy.truth import TrueCrossing, TrueLife, Truth

FLOW, METHOD = "DF_FLOW", "M1216R"
PARTS: Final = ("FREQ", "INDICATOR", "METHOD", "REF_AREA", "PARTNER", "CITIZEN", "SEX", "AGE", "PURPOSE")
TOTAL: Final = {"REF_AREA": "KZ"}
AGES: Final = ((15, "Y0T14"), (35, "Y15T34"), (65, "Y35T64"), (10**3, "Y_GE65"))
"""Below which age a broad group ends (contracts/codes/age_groups.csv)."""


def _age(life: TrueLife, crossing: TrueCrossing) -> str:
    day, born = crossing.day, life.born
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return next(code for below, code in AGES if years < below)


def _purpose(life: TrueLife, crossing: TrueCrossing) -> str:
    """As figures define it (rules.residence.purpose): of the stay that begins, but of a foreigner's departure that of
    the stay that ends."""
    if crossing.arrival or life.citizen_on(crossing.day):
        return next(stay.purpose for stay in life.stays if stay.since == crossing.day)
    return next(stay.purpose for stay in life.stays if stay.until == crossing.day)


GROUPS: Final[Mapping[str, Callable[[TrueLife, TrueCrossing], str]]] = {
    "CITIZEN": lambda life, crossing: life.citizenship_on(crossing.day),
    "SEX": lambda life, _: life.sex,
    "AGE": _age,
    "PURPOSE": _purpose,
}
"""Dimension -> the code that a crossing truly has along it."""


def estimated(truth: Truth, accounting: Accounting) -> Iterator[Compared]:
    """Each year's migrants of each group whose figure says how sure it is (STD_ERROR)."""
    for indicator, arrival in (("IMM", True), ("EMI", False)):
        for dimension in GROUPS:
            said = accounting.along(FLOW, key(indicator, dimension), dimension)
            yield from compared(f"{indicator} {METHOD} a year by {dimension}", true(truth, dimension, arrival), said)


def key(indicator: str, dimension: str) -> str:
    """The series of all codes along a dimension, whole along all others."""
    fixed = {"FREQ": "A", "INDICATOR": indicator, "METHOD": METHOD, dimension: ""}
    return ".".join(fixed.get(part, TOTAL.get(part, "_T")) for part in PARTS)


def true(truth: Truth, dimension: str, arrival: bool) -> Counter[tuple[str, str]]:
    """Group and year -> lives that truly migrated in it, in or out; of every group that anybody is ever of."""
    counts: Counter[tuple[str, str]] = Counter()
    for crossing in truth.crossings:
        if crossing.arrival == arrival:
            group = GROUPS[dimension](truth.lives[crossing.life], crossing)
            counts[group, str(crossing.day.year)] += bool(crossing.result.migration)
    return counts


def compared(
    measure: str, true: Mapping[tuple[str, str], int], said: Mapping[tuple[str, str], Observation]
) -> Iterator[Compared]:
    """Of each group that the truth knows, what is said with a standard error, in order of groups and years. Codes that
    it does not know, such as whole regions of the world, are left out."""
    known = {group for group, _ in true}
    for (group, period), observation in sorted(said.items()):
        if group in known and observation.error is not None:
            name = f"{period} {group}"
            yield of_observation(measure, name, true.get((group, period), 0), observation, None)
