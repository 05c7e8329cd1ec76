"""In what figures of our own are counted (CL_UNIT_MEASURE): most are persons, but crossings and places are none.

It follows from dataflow and indicator, so that a figure has one unit by every path; other bodies' figures state theirs,
and amounts of money have their currency in the key.
"""

from typing import Final

PERSONS: Final = "PS"
NUMBER: Final = "NR"
PER_CENT: Final = "PT"
_OF_THINGS: Final = frozenset({"DF_BORDER", "DF_QUOTA"})
"""Who crosses twice is counted twice; a place of a quota may be nobody's."""
_PLACES: Final = frozenset({"KANDAS_QUOTA", "RESETTLERS_QUOTA"})
_SHARES: Final = ("_SHARE", "_COVERAGE")


def unit_of(flow: str, indicator: str) -> str:
    """A code of CL_UNIT_MEASURE."""
    if indicator.endswith(_SHARES):
        return PER_CENT
    return NUMBER if flow in _OF_THINGS or indicator in _PLACES else PERSONS
