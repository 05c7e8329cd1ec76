"""What the 12/16-month rule says of one crossing, in one byte: the `state` of a packed history.

bits 0-1 status before, 2-3 status after (0 non-resident, 1 resident, 2 not known), 4-5 migration (see Migration),
bit 6 the opposite crossing just before this one is missing and was imputed, bit 7 the crossing lies inside the vintage.
Zero is therefore a crossing that no figure holds: new, or on or after the end of observation.

A crossing that is undetermined by M1216, since the person's first status is not known, has neither status there. Its
bits 0-3 hold what M1216R makes of it instead: see `resolve`.
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


def resolve(undetermined: States, common: States) -> States:
    """States of undetermined crossings that also hold what M1216R says of them: `common`, composed of the parts that
    the rule gives from both possible first statuses alike, undetermined as far as it does not.

    Both statuses stand there as they are; a crossing in between two others that are open has none, and 3 before it.
    """
    return undetermined & _UPPER | _RESOLUTIONS[common]


def before(states: States) -> States:
    """Status before each crossing: 0, 1 or NOT_KNOWN."""
    return _PURE[states] & _TWO_BITS


def after(states: States) -> States:
    """Status after each crossing: 0, 1 or NOT_KNOWN."""
    return _PURE[states] >> np.uint8(2) & _TWO_BITS


def resolved_before(states: States) -> States:
    """Status before each crossing by M1216R: 0, 1 or NOT_KNOWN."""
    return _RESOLVED[states] & _TWO_BITS


def resolved_after(states: States) -> States:
    """Status after each crossing by M1216R: 0, 1 or NOT_KNOWN."""
    return _RESOLVED[states] >> np.uint8(2) & _TWO_BITS


def resolved_migration(states: States) -> States:
    """Migration number of each crossing by M1216R."""
    return _RESOLVED[states] >> np.uint8(4) & _TWO_BITS


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
    """One state for people and for the wire, by M1216; a crossing outside the vintage is unknown throughout."""
    return _VERDICTS[int(_PURE[state])]


def resolved_verdict(state: int) -> Verdict:
    """The same by M1216R."""
    return _VERDICTS[int(_RESOLVED[state])]


def _verdict(state: int) -> Verdict:
    if state < _OBSERVED:
        return Verdict(None, None, None, imputed=False)
    status, migrates = (0, 1, None, None), (False, True, None, None)
    return Verdict(status[state & 3], status[state >> 2 & 3], migrates[state >> 4 & 3], bool(state & 64))


def _parts(state: int) -> tuple[int, int, int]:
    return state & 3, state >> 2 & 3, state >> 4 & 3


def _resolution(state: int) -> int:
    """Bits 0-3 of an undetermined state for the common parts in `state`."""
    before, after, migration = _parts(state)
    if before == NOT_KNOWN and migration in (Migration.OPEN, Migration.NO):
        after, before = (2 if migration == Migration.OPEN else 3), 3
    return after << 2 | before


def _pure(state: int) -> int:
    """The state as M1216 has it, with its parts where they always are."""
    undetermined = _parts(state)[2] == Migration.UNDETERMINED
    return state & 0xF0 | NOT_KNOWN << 2 | NOT_KNOWN if undetermined else state


def _resolved(state: int) -> int:
    """The same for M1216R: the inverse of `_resolution`."""
    before, after, migration = _parts(state)
    if state < _OBSERVED or migration != Migration.UNDETERMINED:
        return state
    if before == 3:
        migration, before, after = (Migration.OPEN if after == 2 else Migration.NO), NOT_KNOWN, NOT_KNOWN
    elif before != NOT_KNOWN:
        migration = Migration.OPEN if after == NOT_KNOWN else Migration(int(before != after))
    return state & 0xC0 | migration << 4 | after << 2 | before


_UPPER: Final = np.uint8(0xF0)
_PURE, _RESOLVED, _RESOLUTIONS = (
    np.array(list(map(each, range(256))), np.uint8) for each in (_pure, _resolved, _resolution)
)
_VERDICTS: Final = tuple(map(_verdict, range(256)))
