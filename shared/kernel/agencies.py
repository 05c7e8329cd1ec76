"""Agencies: what the code by which a token names an agency reaches, as data (`contracts/codes/agency_reach.csv`).

The whole country, regions (first two digits of KATO), a mission and its host country, checkpoints, offices. Whatever
its row says, an agency reaches what names it by its very code; one without a row reaches nothing else.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from shared.kernel.codes import COUNTRY_TOTAL, is_region, rows

COUNTRY = "country"
NAMING = ("region", "mission", "checkpoint", "office")
"""The kinds of place that a record may name as an agency's own code."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The places that an agency reaches, by kind; `whole` is the whole country, `known` that the code lists have it."""

    whole: bool
    known: bool
    places: Mapping[str, frozenset[str]]


def is_mission(name: str) -> bool:
    """Whether a name, or an agency's code, is that of a listed mission."""
    return name in _missions()


@cache
def _missions() -> frozenset[str]:
    listed = [row for row in rows("agency_reach") if row["kind"] == "mission"]
    return frozenset(row[column] for row in listed for column in ("agency", "place"))


@lru_cache(maxsize=4_096)
def reach_of(agency: str) -> Reach:
    """What an agency reaches: nothing but what names it, where it is not known."""
    places: defaultdict[str, set[str]] = defaultdict(set, {kind: {agency} for kind in NAMING})
    listed = [row for row in rows("agency_reach") if row["agency"] == agency]
    for row in listed:
        places[row["kind"]].add(row["place"])
    whole = COUNTRY_TOTAL in places.pop(COUNTRY, ())
    known = bool(listed) or is_region(agency)
    return Reach(whole, known, {kind: frozenset(names) for kind, names in places.items()})
