"""What the 12/16-month rule says of one crossing, in one byte: the `state` of a packed history.

bits 0-1 status before, 2-3 status after (0 non-resident, 1 resident, 2 not known), 4-5 migration (see Migration),
bit 6 the opposite crossing just before this one is missing and was imputed, bit 7 the crossing lies inside the vintage.
Zero is therefore a crossing that no figure holds: new, or on or after the end of observation.
"""

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

NON_RESIDENT: Final = 0
RESIDENT: Final = 1
NOT_KNOWN: Final = 2

_TWO_BITS: Final = np.uint8(3)
_GAP: Final = np.uint8(64)
_OBSERVED: Final = 128

States = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.integer]


class Migration(IntEnum):
    """NO and YES are final; OPEN waits for more days; UNDETERMINED never ends, since the first status is not known."""

    NO = 0
    YES = 1
    OPEN = 2
    UNDETERMINED = 3


class Verdict(NamedTuple):
    """One crossing's outcome in words of the wire: None where not (yet) known."""

    before: int | None
    after: int | None
    migration: bool | None
    imputed: bool

    @property
    def final(self) -> bool:
        """Whether more days cannot change it; only a crossing that was missing can (5.1)."""
        return self.migration is not None


def compose(before: Codes, after: Codes, migration: Codes, gap: npt.NDArray[np.bool_]) -> States:
    """States of observed crossings from their parts."""
    return (_OBSERVED | gap.astype(np.uint8) << 6 | migration << 4 | after << 2 | before).astype(np.uint8)


def before(states: States) -> States:
    """Status before each crossing: 0, 1 or NOT_KNOWN."""
    return states & _TWO_BITS


def after(states: States) -> States:
    """Status after each crossing: 0, 1 or NOT_KNOWN."""
    return states >> np.uint8(2) & _TWO_BITS


def migration(states: States) -> States:
    """Migration number of each crossing."""
    return states >> np.uint8(4) & _TWO_BITS


def follows_gap(states: States) -> npt.NDArray[np.bool_]:
    """Whether the opposite crossing between this one and the one before it was imputed."""
    return (states & _GAP).astype(np.bool_)


def is_observed(states: States) -> npt.NDArray[np.bool_]:
    """Whether the crossing lies inside the vintage, before the end of observation."""
    return states >= _OBSERVED


def verdict(state: int) -> Verdict:
    """One state for people and for the wire; a crossing outside the vintage is unknown throughout."""
    return _VERDICTS[state]


def _verdict(state: int) -> Verdict:
    if state < _OBSERVED:
        return Verdict(None, None, None, imputed=False)
    status, migrates = (0, 1, None, None), (False, True, None, None)
    return Verdict(status[state & 3], status[state >> 2 & 3], migrates[state >> 4 & 3], bool(state & 64))


_VERDICTS: Final = tuple(map(_verdict, range(256)))
