"""Lines of many lives by the methods beside the 12/16-month rule: joined stays (U98), turns of residence (M12).

They are drawn from the same crossings in one pass, and are no part of the outcome that a crossing carries.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.residence import joined_stays, majority
from services.accounting.rules.residence.history import Crossings
from services.accounting.rules.residence.joined_stays import Stays
from services.accounting.rules.residence.majority import Turns
from services.accounting.rules.residence.presence import Ints, Passages


class LifeLines(NamedTuple):
    """Positions in both are those of the crossings given; `due` per person is the smallest end of observation at which
    either may change without a new event (residence.NEVER: none)."""

    stays: Stays
    turns: Turns
    due: Ints


def draw(
    crossings: Crossings, lengths: Ints, initial: npt.NDArray[np.uint8], register_start: int, obs_end: int
) -> LifeLines:
    """The lines of the persons, who lie one after the other; `initial` is each one's status before the first crossing.

    Crossings on or after `obs_end` are as if not yet known.
    """
    seen = np.flatnonzero(crossings["day"] < obs_end)
    person = np.repeat(np.arange(len(lengths)), lengths)[seen]
    arrival = crossings["arrival"][seen].astype(np.bool_)
    bounds = Passages.of(person, crossings["day"][seen].astype(np.int64), arrival)
    bounds = bounds._replace(source=seen[bounds.source])
    stays = joined_stays.joined_stays(bounds, initial, obs_end)
    turns, turn_due = majority.turns(bounds, len(lengths), register_start, obs_end)
    return LifeLines(stays, turns, np.minimum(joined_stays.due(stays, len(lengths), obs_end), turn_due))
